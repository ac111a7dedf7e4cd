import { expect, test } from 'vitest';
import { ratioScale, ratioTickText } from '../../../../renderer/comparison/ratio-scale.ts';

const one = (value: number | null, low: number | null = null, high: number | null = null) => ({ value, low, high });

test('half and double are equally far from 1×, which is always in sight', () => {
  const scale = ratioScale([one(1.1)]);
  expect([scale.low, scale.high]).toEqual([0.5, 2]);
  expect(scale.oneAt).toBeCloseTo(0.5);
  expect(scale.oneAt - scale.at(0.5)).toBeCloseTo(scale.at(2) - scale.oneAt);
});

test('it holds every value with its interval, and ends at round ratios', () => {
  const scale = ratioScale([one(0.3, 0.13, 0.6), one(3.1, 2, 8.8)]);
  expect([scale.low, scale.high]).toEqual([0.1, 10]);
  expect(scale.at(0.13)).toBeGreaterThan(0);
  expect(scale.at(8.8)).toBeLessThan(1);
  expect(scale.beyond(0.13)).toBeNull();
});

test('what lies beyond its ends is at them, and known to be; so is zero', () => {
  const scale = ratioScale([one(0.5), one(0), one(5_000)]);
  expect(scale.high).toBe(1_000);
  expect(scale.at(0)).toBe(0);
  expect(scale.beyond(0)).toBe('low');
  expect(scale.at(1e9)).toBe(1);
  expect(scale.beyond(1e9)).toBe('high');
});

test('nothing known gives the axis of no difference', () => {
  const scale = ratioScale([one(null)]);
  expect([scale.low, scale.high]).toEqual([0.5, 2]);
});

test.each([
  [[one(0.6), one(1.8)], ['0.5×', '1×', '2×']],
  [[one(0.11), one(1.9)], ['0.1×', '0.2×', '0.5×', '1×', '2×']],
  [[one(0.11), one(9)], ['0.1×', '0.5×', '1×', '2×', '10×']],
  [[one(0.002), one(90)], ['0.01×', '0.1×', '1×', '10×', '100×']],
])('ticks stay few: %j', (estimates, texts) => {
  const { ticks } = ratioScale(estimates);
  expect(ticks.map(({ text }) => text)).toEqual(texts);
  expect([...ticks].sort((a, b) => a.at - b.at)).toEqual(ticks);
});

test('a tick has no more digits than it needs', () => {
  expect([0.05, 1, 20].map(ratioTickText)).toEqual(['0.05×', '1×', '20×']);
});
