/** How what is read is spread over the nodes, smoothed: of single seconds each would show one node that delivered one chunk. */
import type { MetricSample } from '../../runtime/contract/control/metrics.ts';

/** What was read a minute ago counts a third of what is read now. */
const SMOOTHING_MS = 60_000;
/** Less than this in all is silence, of which there are no shares. */
const TOTAL_BYTES_PER_SECOND_MIN = 1_024;

export interface LoadShares {
  /** Percent of each node after this sample; null for all while nothing is read. */
  next(sample: Pick<MetricSample, 'atMs' | 'nodes'>): ReadonlyMap<string, number | null>;
  /** Begins anew, as after a gap. */
  forget(): void;
}

export const createLoadShares = (): LoadShares => {
  const smoothed = new Map<string, number>();
  let lastMs: number | null = null;
  return {
    next: ({ atMs, nodes }) => {
      const weight = lastMs === null ? 1 : 1 - Math.exp(-(atMs - lastMs) / SMOOTHING_MS);
      lastMs = atMs;
      let total = 0;
      for (const { name, readBytesPerSecond } of nodes) {
        const before = smoothed.get(name) ?? 0;
        const rate = before + ((readBytesPerSecond ?? 0) - before) * weight;
        smoothed.set(name, rate);
        total += rate;
      }
      return new Map(nodes.map(({ name }) => [name, total < TOTAL_BYTES_PER_SECOND_MIN ? null : (100 * smoothed.get(name)!) / total]));
    },
    forget: () => {
      smoothed.clear();
      lastMs = null;
    },
  };
};
