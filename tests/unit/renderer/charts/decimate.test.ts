import { expect, test } from 'vitest';
import { createPointBuffer, decimate, type PlotPoint } from '../../../../renderer/charts/decimate.ts';
import { createSeriesRing, type SeriesRing } from '../../../../renderer/charts/ring.ts';
import type { TimeRange } from '../../../../renderer/charts/types.ts';

const HOUR = 14_400;
const STEP_MS = 250;

const ringOf = (valueOf: (index: number) => number | null, count = HOUR): SeriesRing => {
  const ring = createSeriesRing({ capacity: count });
  for (let index = 0; index < count; index++) ring.append(index * STEP_MS, valueOf(index));
  return ring;
};
const whole: TimeRange = { fromMs: 0, toMs: (HOUR - 1) * STEP_MS };
const pointsOf = (ring: SeriesRing, range = whole, max = 400): PlotPoint[] => {
  const buffer = createPointBuffer();
  decimate(ring, range, max, buffer);
  return buffer.points;
};
/** Quick noise that is the same in every run. */
const noise = (index: number): number => ((index * 7_919) % 1_000) / 1_000;

test('few samples are drawn as they are', () => {
  const ring = ringOf((index) => index, 10);
  expect(pointsOf(ring, { fromMs: 0, toMs: 9 * STEP_MS }).map(({ y }) => y)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('an hour keeps every single extreme, within the number of points', () => {
  const ring = ringOf((index) => (index === 5_003 ? 99 : index === 9_001 ? -99 : noise(index)));
  const points = pointsOf(ring);
  expect(points.length).toBeLessThanOrEqual(400);
  expect(points.length).toBeGreaterThan(300);
  expect(points.find(({ y }) => y === 99)!.x).toBe(5_003 * STEP_MS);
  expect(points.find(({ y }) => y === -99)!.x).toBe(9_001 * STEP_MS);
});

test('points stay in the order of time, which the lines rely on', () => {
  const points = pointsOf(ringOf(noise));
  for (let index = 1; index < points.length; index++) expect(points[index]!.x).toBeGreaterThanOrEqual(points[index - 1]!.x);
});

test('the sample before and the one after the range are there, so that the line reaches the edges', () => {
  const points = pointsOf(ringOf((index) => index), { fromMs: 1_100, toMs: 2_100 });
  expect(points.map(({ y }) => y)).toEqual([4, 5, 6, 7, 8, 9]);
});

test('a long gap is one break, and no point lies within it', () => {
  const points = pointsOf(ringOf((index) => (index >= 4_000 && index < 6_000 ? null : noise(index))));
  const breaks = points.filter(({ y }) => Number.isNaN(y));
  expect(breaks).toHaveLength(1);
  expect(points.filter(({ x, y }) => !Number.isNaN(y) && x >= 4_000 * STEP_MS && x < 6_000 * STEP_MS)).toEqual([]);
});

test('a gap of one sample is seen among fourteen thousand', () => {
  const points = pointsOf(ringOf((index) => (index === 7_000 ? null : 1)));
  expect(points.filter(({ y }) => Number.isNaN(y))).toHaveLength(1);
});

test('even a line that is broken all the time keeps to the number of points', () => {
  const points = pointsOf(ringOf((index) => (index % 5 === 0 ? null : noise(index))));
  expect(points.length).toBeLessThanOrEqual(400);
  expect(points.filter(({ y }) => Number.isNaN(y)).length).toBeGreaterThan(50);
});

test('a picture that scrolls on keeps its inner points', () => {
  const ring = ringOf(noise);
  const before = pointsOf(ring, { fromMs: 600_000, toMs: 3_000_000 });
  const after = pointsOf(ring, { fromMs: 601_000, toMs: 3_001_000 });
  const inner = (points: PlotPoint[]): string[] => points.filter(({ x }) => x > 700_000 && x < 2_900_000).map(({ x, y }) => `${x}:${y}`);
  expect(inner(after)).toEqual(inner(before));
  expect(inner(before).length).toBeGreaterThan(300);
});

test('a buffer writes over its points instead of making new ones', () => {
  const buffer = createPointBuffer();
  const ring = ringOf(noise);
  decimate(ring, whole, 400, buffer);
  const firsts = buffer.points.slice(0, 5);
  decimate(ring, { fromMs: 0, toMs: 1_000 }, 400, buffer);
  expect(buffer.points).toHaveLength(5);
  expect(buffer.points.every((point, index) => point === firsts[index])).toBe(true);
});
