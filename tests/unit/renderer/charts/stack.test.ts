import { expect, test } from 'vitest';
import { createPointBuffer } from '../../../../renderer/charts/decimate.ts';
import { createSeriesRing, type SeriesRing } from '../../../../renderer/charts/ring.ts';
import { stack } from '../../../../renderer/charts/stack.ts';

const ringOf = (samples: [number, number | null][]): SeriesRing => {
  const ring = createSeriesRing({ capacity: 100_000 });
  for (const [atMs, value] of samples) ring.append(atMs, value);
  return ring;
};
const stacked = (rings: SeriesRing[], toMs: number, max = 100): (number[] | undefined)[] => {
  const buffers = rings.map(() => createPointBuffer());
  stack(rings, { fromMs: 0, toMs }, max, buffers, 5_000);
  return buffers.map(({ points }) => points.map(({ y }) => y));
};

test('each line is drawn upon the sum of those below', () => {
  expect(stacked([ringOf([[0, 1], [1_000, 2]]), ringOf([[0, 10], [1_000, 20]]), ringOf([[0, 100], [1_000, 200]])], 1_000)).toEqual([[1, 2], [11, 22], [111, 222]]);
});

test('a missing part counts as nothing; where all are missing there is a gap', () => {
  expect(stacked([ringOf([[0, 1], [1_000, null], [2_000, null]]), ringOf([[0, 10], [1_000, 20], [2_000, null]])], 2_000)).toEqual([[1, 0, NaN], [11, 20, NaN]]);
});

test('a line that ended long ago is not carried on', () => {
  expect(stacked([ringOf([[0, 1], [1_000, 1], [20_000, 1]]), ringOf([[0, 10], [1_000, 10]])], 20_000)).toEqual([[1, 1, 1], [11, 11, 1]]);
});

test('many samples are thinned at the same times for all lines', () => {
  const samples = Array.from({ length: 10_000 }, (_, index): [number, number] => [index * 250, index % 7]);
  const buffers = [createPointBuffer(), createPointBuffer()];
  stack([ringOf(samples), ringOf(samples)], { fromMs: 0, toMs: 2_500_000 }, 200, buffers, 5_000);
  expect(buffers[0]!.points.length).toBeLessThanOrEqual(200);
  expect(buffers[0]!.points.length).toBeGreaterThan(150);
  expect(buffers[1]!.points.map(({ x }) => x)).toEqual(buffers[0]!.points.map(({ x }) => x));
});

test('nothing is drawn of nothing', () => {
  expect(stacked([], 1_000)).toEqual([]);
  expect(stacked([ringOf([])], 1_000)).toEqual([[]]);
});
