/** A percentile of the values of all drawn blocks together. */
import type { Statistic } from './bootstrap.ts';

/**
 * Nearest rank, as `percentileOf`, without sorting anew for each resample: the values are sorted once, and each counts as often as its block
 * was drawn.
 */
export const pooledPercentile = (valuesOfBlock: readonly (readonly number[])[], share: number): Statistic => {
  const sorted = valuesOfBlock.flatMap((values, block) => values.map((value) => ({ value, block }))).sort((a, b) => a.value - b.value);
  return (blocks) => {
    const drawnCount = new Array<number>(valuesOfBlock.length).fill(0);
    for (const block of blocks) drawnCount[block]!++;
    const total = blocks.reduce((sum, block) => sum + (valuesOfBlock[block]?.length ?? 0), 0);
    const rank = Math.max(1, Math.ceil(share * total));
    let below = 0;
    for (const { value, block } of sorted) {
      below += drawnCount[block]!;
      if (below >= rank) return value;
    }
    return null;
  };
};
