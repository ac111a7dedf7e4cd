import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOG_STOPS, positionOf, type SliderRange, snap, valueAt } from '../../../../renderer/components/slider-scale.ts';

const linear: SliderRange = { min: 0, max: 100, step: 0.1, scale: 'linear' };
const latency: SliderRange = { min: 0, max: 2000, step: 1, scale: 'log' };
const rate: SliderRange = { min: 1, max: 1000, step: 1, scale: 'log' };

describe('snapping', () => {
  test.each([[2.54, 2.5], [-4, 0], [400, 100], [0.3000000001, 0.3]])('%d becomes %d', (value, expected) => expect(snap(value, linear)).toBe(expected));
  test('steps are counted from the least value', () => expect(snap(11, { min: 1, max: 20, step: 5, scale: 'linear' })).toBe(11));
});

describe('a linear track', () => {
  test('is as long as its values', () => {
    expect(positionOf(37.5, linear)).toBe(37.5);
    expect(valueAt(37.52, linear)).toBe(37.5);
  });
});

describe('a logarithmic track', () => {
  test.each([latency, rate])('reaches both ends of %o', (range) => {
    expect(valueAt(0, range)).toBe(range.min);
    expect(valueAt(LOG_STOPS, range)).toBe(range.max);
    expect(positionOf(range.min, range)).toBe(0);
    expect(positionOf(range.max, range)).toBe(LOG_STOPS);
  });
  test('gives every order of magnitude the same room', () => {
    expect(positionOf(10, rate)).toBe(LOG_STOPS / 3);
    expect(positionOf(100, rate)).toBe((2 * LOG_STOPS) / 3);
  });
  test('stops at values that read well', () => {
    const values = Array.from({ length: LOG_STOPS + 1 }, (_, stop) => valueAt(stop, latency)).filter((value) => value >= 100);
    for (const value of values) expect(value % 10).toBe(0);
  });
  test('zero is a stop of its own, and one step is the next', () => {
    expect(valueAt(0, latency)).toBe(0);
    expect(valueAt(1, latency)).toBe(1);
    expect(positionOf(0, latency)).toBe(0);
    expect(positionOf(1, latency)).toBe(1);
  });
  test('a move to the right never makes the value smaller, and every value keeps within its limits', () => {
    fc.assert(
      fc.property(fc.constantFrom(latency, rate, linear), fc.nat(LOG_STOPS), fc.nat(LOG_STOPS), (range, a, b) => {
        const [left, right] = a < b ? [a, b] : [b, a];
        expect(valueAt(left, range)).toBeLessThanOrEqual(valueAt(right, range));
        expect(valueAt(right, range)).toBeLessThanOrEqual(range.max);
        expect(valueAt(left, range)).toBeGreaterThanOrEqual(range.min);
      }),
    );
  });
  test('a value stays within a stop of where it was put', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), (value) => {
        const back = valueAt(positionOf(value, latency), latency);
        expect(Math.abs(positionOf(back, latency) - positionOf(value, latency))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
