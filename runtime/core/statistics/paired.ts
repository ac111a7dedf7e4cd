/** Statistics of two clients over the same blocks, ready for the bootstrap. */
import type { Statistic } from './bootstrap.ts';
import { medianOf } from './describe.ts';

/** Quotient of two statistics; none where the second is 0. */
export const ratioOf =
  (first: Statistic, second: Statistic): Statistic =>
  (blocks) => {
    const [a, b] = [first(blocks), second(blocks)];
    return a === null || b === null || b === 0 ? null : a / b;
  };

export const differenceOf =
  (first: Statistic, second: Statistic): Statistic =>
  (blocks) => {
    const [a, b] = [first(blocks), second(blocks)];
    return a === null || b === null ? null : a - b;
  };

/** Of each block's own quotient; blocks that lack a value, or whose second is 0, have none. */
export const medianRatioOf = (first: readonly (number | null)[], second: readonly (number | null)[]): Statistic => {
  const ratios = first.map((a, block) => {
    const b = second[block] ?? null;
    return a === null || b === null || b === 0 ? null : a / b;
  });
  return (blocks) => medianOf(blocks.flatMap((block) => ratios[block] ?? []));
};

/** first − second of the blocks in which both have a value. */
export const pairedDifferences = (first: readonly (number | null)[], second: readonly (number | null)[]): number[] =>
  first.flatMap((a, block) => {
    const b = second[block] ?? null;
    return a === null || b === null ? [] : a - b;
  });
