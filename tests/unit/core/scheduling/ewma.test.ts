import { describe, expect, test } from 'vitest';
import { addToEwma, createEwma, ewmaOf } from '../../../../runtime/core/scheduling/ewma.ts';
import { percentileOf } from '../../../../runtime/core/scheduling/percentile.ts';

const averageOf = (samples: [value: number, weight: number][], halfLife = 2): number | null =>
  ewmaOf(samples.reduce((ewma, [value, weight]) => addToEwma(ewma, value, weight), createEwma(halfLife)));

describe('a weighted moving average', () => {
  test.each<[string, [number, number][], number | null]>([
    ['knows nothing before the first sample', [], null],
    ['is the sample after the first one, whatever its weight', [[40, 0.001]], 40],
    ['is the common value of equal samples', [[40, 1], [40, 3], [40, 0.2]], 40],
    ['forgets half over one half-life: the newer of two such stretches counts double', [[10, 2], [40, 2]], 30],
    ['takes no notice of a sample without weight', [[10, 2], [1e9, 0]], 10],
    ['does not care how a stretch is cut into samples', [[10, 2], [40, 0.5], [40, 0.5], [40, 1]], 30],
    ['comes close to the present after many half-lives', [[10, 2], [40, 40]], 40],
  ])('%s', (_, samples, expected) => {
    const average = averageOf(samples);
    if (expected === null) expect(average).toBeNull();
    else expect(average).toBeCloseTo(expected, 3);
  });
});

test.each([
  [[], 0.95, null],
  [[7], 0.95, 7],
  [[1, 2, 3, 4], 0.5, 2],
  [[4, 1, 3, 2], 1, 4],
  [Array.from({ length: 32 }, (_, index) => index + 1), 0.95, 31],
])('percentile of %j at %d is %s, a value that occurred', (values, share, expected) => {
  expect(percentileOf(values, share)).toBe(expected);
});
