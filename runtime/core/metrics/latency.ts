/** Percentiles out of the latency buckets that beats carry (runtime/contract/beat-details.ts). */
import { latencyBoundMs } from '../../contract/beat-details.ts';
import type { Percentiles } from '../../contract/control/metrics.ts';

/** Adds bucket by bucket, in place; missing buckets are empty ones. */
export const addCounts = (into: number[], counts: readonly number[]): void => {
  while (into.length < counts.length) into.push(0);
  counts.forEach((count, bucket) => (into[bucket]! += count));
};

/** What came since `before`, which must be of the same process. */
export const countsSince = (counts: readonly number[], before: readonly number[]): number[] => counts.map((count, bucket) => Math.max(0, count - (before[bucket] ?? 0)));

/**
 * The p-th percentile in milliseconds, p in 0–100; null when nothing was counted. Durations are taken to lie evenly within their bucket, so it
 * is off by less than the bucket is wide. `msMax`, the longest one where it is known, bounds it.
 */
export const percentileMs = (counts: readonly number[], p: number, msMax = Infinity): number | null => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil((p / 100) * total));
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const fromMs = bucket === 0 ? 0 : latencyBoundMs(bucket - 1);
      const value = fromMs + ((rank - below - 0.5) / count) * (latencyBoundMs(bucket) - fromMs);
      return Math.min(value, msMax);
    }
    below += count;
  }
  return msMax;
};

export const percentilesOf = (counts: readonly number[], msMax: number): Percentiles => {
  const count = counts.reduce((sum, each) => sum + each, 0);
  const at = (p: number): number | null => percentileMs(counts, p, msMax);
  return { count, p50: at(50), p95: at(95), p99: at(99), max: count === 0 ? null : msMax };
};
