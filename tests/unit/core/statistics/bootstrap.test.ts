import { describe, expect, it } from 'vitest';
import { bootstrapInterval, drawResamples, estimate, type Statistic } from '../../../../runtime/core/statistics/bootstrap.ts';
import { meanOf } from '../../../../runtime/core/statistics/describe.ts';
import { differenceOf, medianRatioOf, pairedDifferences, ratioOf } from '../../../../runtime/core/statistics/paired.ts';
import { pooledPercentile } from '../../../../runtime/core/statistics/pooled-percentile.ts';
import { percentileOf } from '../../../../runtime/core/scheduling/percentile.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';

const meanStatistic = (values: readonly number[]): Statistic => (blocks) => meanOf(blocks.map((block) => values[block]!));
const varianceStatistic = (values: readonly number[]): Statistic => (blocks) => {
  const drawn = blocks.map((block) => values[block]!);
  const mean = meanOf(drawn)!;
  return meanOf(drawn.map((value) => (value - mean) ** 2));
};

describe('the bootstrap', () => {
  // Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 14: A of the spatial test data, and table 14.2.
  const spatialA = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

  it('gives the published percentile interval of a variance', () => {
    const { value, low, high } = estimate(varianceStatistic(spatialA), drawResamples(spatialA.length, seededRandom(1), 20_000), 0.9);
    expect(value).toBeCloseTo(171.5, 1);
    // The book drew 2,000 samples: by that alone its ends, 100.8 and 233.9, have standard errors of 1.8 and 2.1.
    expect(Math.abs(low! - 100.8)).toBeLessThan(5);
    expect(Math.abs(high! - 233.9)).toBeLessThan(5);
  });

  it('spreads the mean of the mouse data as the plug-in formula says', () => {
    // The same book, table 2.1: the treated mice, whose mean is 86.86 with a plug-in standard error of 23.36.
    const treated = [94, 197, 16, 38, 99, 141, 23];
    const means = drawResamples(treated.length, seededRandom(2), 20_000).map((blocks) => meanStatistic(treated)(blocks)!);
    const centre = meanOf(means)!;
    expect(centre).toBeCloseTo(86.86, 0);
    expect(Math.abs(Math.sqrt(meanOf(means.map((mean) => (mean - centre) ** 2))!) - 23.36)).toBeLessThan(0.5);
  });

  it('draws the same from the same seed, each block as often as the others in the long run', () => {
    const drawn = drawResamples(5, seededRandom(7), 2_000);
    expect(drawn).toEqual(drawResamples(5, seededRandom(7), 2_000));
    const counts = [0, 0, 0, 0, 0];
    for (const block of drawn.flat()) counts[block]!++;
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it('gives no interval to a single block, nor to what has no value too often', () => {
    expect(bootstrapInterval(meanStatistic([3]), drawResamples(1, seededRandom(1), 100))).toBeNull();
    const rarelyThere: Statistic = (blocks) => (blocks.includes(0) ? 1 : null);
    expect(bootstrapInterval(rarelyThere, drawResamples(5, seededRandom(1), 500))).toBeNull();
    expect(estimate(rarelyThere, drawResamples(5, seededRandom(1), 500))).toEqual({ value: 1, low: null, high: null });
  });
});

describe('statistics of pairs', () => {
  const [fast, slow] = [[1, 2, 3, 2], [2, 4, 6, 4]];

  it('keep the pairs together: a constant ratio has no spread, however the blocks are drawn', () => {
    const resamples = drawResamples(4, seededRandom(3), 500);
    for (const statistic of [ratioOf(meanStatistic(fast), meanStatistic(slow)), medianRatioOf(fast, slow)]) expect(estimate(statistic, resamples)).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
    const difference = estimate(differenceOf(meanStatistic(fast), meanStatistic(slow)), resamples);
    expect(difference.value).toBe(-2);
    expect(difference.low!).toBeLessThan(difference.high!);
  });

  it('leave out what has no value, and what would be divided by nothing', () => {
    expect(pairedDifferences([1, null, 3], [2, 2, null])).toEqual([-1]);
    expect(medianRatioOf([1, 2, 3, null], [2, 0, 4, 5])([0, 1, 2, 3])).toBe(0.625);
    expect(ratioOf(meanStatistic([1]), meanStatistic([0]))([0])).toBeNull();
    expect(medianRatioOf([1], [0])([0])).toBeNull();
  });
});

describe('the percentile of drawn blocks together', () => {
  it('is that of all their values, each as often as its block was drawn', () => {
    const random = seededRandom(11);
    const blocks = Array.from({ length: 6 }, () => Array.from({ length: Math.floor(random() * 5) }, () => Math.round(random() * 20)));
    const statistic = pooledPercentile(blocks, 0.9);
    for (const drawn of drawResamples(6, random, 300)) expect(statistic(drawn)).toBe(percentileOf(drawn.flatMap((block) => blocks[block]!), 0.9));
    expect(statistic([])).toBeNull();
  });
});
