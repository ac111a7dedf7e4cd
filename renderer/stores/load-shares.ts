/** How what is read is spread over the nodes, smoothed: of single seconds each would show one node that delivered one chunk. */
import type { MetricSample } from '../../runtime/contract/control/metrics.ts';

/** What was read a minute ago counts a third of what is read now. */
const SMOOTHING_MS = 60_000;
/** After so long a silence what was read before says nothing of now. */
const SILENCE_MS_MAX = 2 * SMOOTHING_MS;

export interface LoadShares {
  /** Percent of each node after this sample; null for all after a silence. */
  next(sample: Pick<MetricSample, 'atMs' | 'nodes'>): ReadonlyMap<string, number | null>;
  /** Begins anew, as after a gap. */
  forget(): void;
}

export const createLoadShares = (): LoadShares => {
  const smoothed = new Map<string, number>();
  let lastMs: number | null = null;
  let readMs = -Infinity;
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
        if ((readBytesPerSecond ?? 0) > 0) readMs = atMs;
      }
      const isSilent = atMs - readMs > SILENCE_MS_MAX;
      return new Map(nodes.map(({ name }) => [name, isSilent ? null : (100 * smoothed.get(name)!) / total]));
    },
    forget: () => {
      smoothed.clear();
      lastMs = null;
      readMs = -Infinity;
    },
  };
};
