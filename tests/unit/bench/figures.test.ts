import { expect, it } from 'vitest';
import { isMet, percentile } from '../../bench/lib/figures.ts';

it.each([
  [4.9, '≤ 5 ms', true],
  [5.1, '≤ 5 ms', false],
  [20_000, '≥ 20,000', true],
  [19_999, '≥ 20,000', false],
  ['25 of 25', '≥ 8', true],
  ['6 / 1 / 1', '6 / 1 / 1', true],
  ['6 / 2 / 1', '6 / 1 / 1', false],
  [1.2, 'flat', undefined],
  [1.2, undefined, undefined],
])('a figure of %s against the target %s', (value, target, expected) => {
  expect(isMet({ value, target })).toBe(expected);
});

it('percentiles are values that were measured, by nearest rank', () => {
  const values = [5, 1, 4, 2, 3];
  expect([percentile(values, 50), percentile(values, 99), percentile(values, 1)]).toEqual([3, 5, 1]);
  expect(percentile([], 50)).toBeNaN();
});
