/**
 * Bootstrap intervals (Efron 1979) by the percentile method: the blocks of a comparison are drawn anew, with repetition, as often as there are
 * blocks; the statistic is computed of every such sample; the middle 95 % of what comes out are the interval.
 *
 * What is drawn are numbers of blocks, not values: all clients of a block are drawn together, so the pairs stay pairs, and a statistic of all
 * sessions together (a 99th percentile, a quotient of totals) is as welcome as a mean.
 *
 * Below about ten blocks the percentile method is known to give intervals that are too narrow; whoever shows them says how many blocks there were.
 */
import { percentileOf } from '../scheduling/percentile.ts';

export const CONFIDENCE = 0.95;
/** The interval's ends come to rest within about a hundredth of its width. */
export const RESAMPLES_DEFAULT = 4_000;
/** A statistic that has no value in more of the resamples than this has no interval either. */
const MISSING_SHARE_MAX = 0.05;

/** A sample of block numbers; a statistic may have no value for it. */
export type Statistic = (blocks: readonly number[]) => number | null;

export interface Interval {
  low: number;
  high: number;
}

export interface Estimated {
  /** Of the blocks as they are; null: it has none. */
  value: number | null;
  /** Null: the sample carries none. */
  low: number | null;
  high: number | null;
}

/** Samples of block numbers, the same for every statistic of one comparison. `random` gives numbers in [0, 1). */
export const drawResamples = (blockCount: number, random: () => number, resampleCount = RESAMPLES_DEFAULT): number[][] =>
  Array.from({ length: resampleCount }, () => Array.from({ length: blockCount }, () => Math.floor(random() * blockCount)));

/** Null with fewer than two blocks, and where the statistic has no value too often. */
export const bootstrapInterval = (statistic: Statistic, resamples: readonly (readonly number[])[], confidence = CONFIDENCE): Interval | null => {
  const values: number[] = [];
  for (const blocks of resamples) {
    const value = statistic(blocks);
    if (value !== null) values.push(value);
  }
  const isSingle = (resamples[0]?.length ?? 0) < 2;
  if (isSingle || values.length < resamples.length * (1 - MISSING_SHARE_MAX)) return null;
  const tail = (1 - confidence) / 2;
  return { low: percentileOf(values, tail)!, high: percentileOf(values, 1 - tail)! };
};

/** The statistic of the blocks as they are, with its interval. */
export const estimate = (statistic: Statistic, resamples: readonly (readonly number[])[], confidence = CONFIDENCE): Estimated => {
  const blockCount = resamples[0]?.length ?? 0;
  const value = statistic(Array.from({ length: blockCount }, (_, block) => block));
  const interval = value === null ? null : bootstrapInterval(statistic, resamples, confidence);
  return { value, low: interval?.low ?? null, high: interval?.high ?? null };
};
