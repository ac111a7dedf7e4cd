import { expect, test } from 'vitest';
import { createSeriesRing } from '../../../../renderer/charts/ring.ts';

const contentOf = (ring: ReturnType<typeof createSeriesRing>): [number, number][] =>
  Array.from({ length: ring.length }, (_, index) => [ring.timeAt(index), ring.valueAt(index)]);

test('a full ring gives up its oldest sample for each new one', () => {
  const ring = createSeriesRing({ capacity: 3 });
  for (const atMs of [10, 20, 30, 40, 50]) ring.append(atMs, atMs / 10);
  expect(contentOf(ring)).toEqual([[30, 3], [40, 4], [50, 5]]);
});

test('a ring grows up to its capacity without losing a sample, and wraps from there', () => {
  const ring = createSeriesRing({ capacity: 5_000 });
  for (let index = 0; index < 12_345; index++) ring.append(index, index * 2);
  expect(ring.length).toBe(5_000);
  expect([ring.timeAt(0), ring.valueAt(0)]).toEqual([7_345, 14_690]);
  expect([ring.timeAt(4_999), ring.valueAt(4_999)]).toEqual([12_344, 24_688]);
  for (let index = 0; index < 5_000; index++) expect(ring.timeAt(index)).toBe(7_345 + index);
});

test('a sample that is not younger than the last is refused', () => {
  const ring = createSeriesRing({ capacity: 4 });
  expect(ring.append(10, 1)).toBe(true);
  const { version } = ring;
  expect(ring.append(10, 2)).toBe(false);
  expect(ring.append(9, 2)).toBe(false);
  expect(ring.append(NaN, 2)).toBe(false);
  expect(contentOf(ring)).toEqual([[10, 1]]);
  expect(ring.version).toBe(version);
});

test('null is a gap, and so is a silence longer than the ring was told', () => {
  const ring = createSeriesRing({ capacity: 8, gapMs: 100 });
  ring.appendMany([0, 50, 300, 350], [1, null, 3, 4]);
  expect(contentOf(ring)).toEqual([[0, 1], [50, NaN], [300, 3], [350, 4]]);
  ring.append(500, 5);
  expect(contentOf(ring).slice(3)).toEqual([[350, 4], [351, NaN], [500, 5]]);
});

test('a time is found by binary search, also across the seam of the ring', () => {
  const ring = createSeriesRing({ capacity: 100 });
  for (let index = 0; index < 250; index++) ring.append(index * 10, index);
  expect(ring.indexFrom(-5)).toBe(0);
  expect(ring.timeAt(ring.indexFrom(1_500))).toBe(1_500);
  expect(ring.timeAt(ring.indexFrom(1_995))).toBe(2_000);
  expect(ring.timeAt(ring.indexFrom(2_001))).toBe(2_010);
  expect(ring.indexFrom(2_491)).toBe(100);
});

test('the value at a time is the youngest one before it, unless that is too old or a gap', () => {
  const ring = createSeriesRing({ capacity: 8 });
  ring.appendMany([100, 200, 300], [1, 2, null]);
  expect(ring.valueBefore(200)).toBe(2);
  expect(ring.valueBefore(250)).toBe(2);
  expect(ring.valueBefore(99)).toBeNaN();
  expect(ring.valueBefore(301)).toBeNaN();
  expect(ring.valueBefore(260, 50)).toBeNaN();
});

test('a cleared ring is empty, says that it changed, and takes older times again', () => {
  const ring = createSeriesRing({ capacity: 2 });
  ring.appendMany([10, 20, 30], [1, 2, 3]);
  const { version } = ring;
  ring.clear();
  expect([ring.length, ring.timeAt(0), ring.version > version]).toEqual([0, NaN, true]);
  expect(ring.append(5, 1)).toBe(true);
  expect(contentOf(ring)).toEqual([[5, 1]]);
});
