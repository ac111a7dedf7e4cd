import { expect, test } from 'vitest';
import { announce, extentOf, rowsOf, summarise } from '../../../../renderer/charts/summary.ts';
import { contentOf, ringOf, seriesOf } from './content.ts';

const range = { fromMs: new Date(2025, 2, 14, 14, 0).getTime(), toMs: new Date(2025, 2, 14, 14, 5).getTime() };
const { fromMs } = range;

test('a summary tells last, lowest and highest value of each line, and what happened', () => {
  const content = contentOf(
    [seriesOf('node-1', [[fromMs - 9_000, 99], [fromMs, 4], [fromMs + 1_000, 2], [fromMs + 2_000, null], [fromMs + 3_000, 3]]), seriesOf('node-2', [])],
    { marks: [{ atMs: fromMs + 2_000, tone: 'bad', label: 'node-1 died' }, { atMs: fromMs - 1, tone: 'bad', label: 'long ago' }] },
  );
  expect(summarise(content, range)).toBe('14:00:00 to 14:05:00. node-1: last 3.0 s, lowest 2.0 s, highest 4.0 s. node-2: no samples. 14:00:02 node-1 died.');
});

test('the extent of a range leaves gaps and what is outside out', () => {
  expect(extentOf(ringOf([[0, 1], [10, 5], [20, null], [30, 3], [40, 9]]), { fromMs: 5, toMs: 30 })).toEqual({ last: 3, min: 3, max: 5, sampleCount: 2 });
});

test('a crosshair says time, values and the events under it', () => {
  const content = contentOf([seriesOf('a', [[fromMs, 1]]), seriesOf('b', [])]);
  expect(announce(content, range, fromMs + 1_000, [{ atMs: fromMs, tone: 'bad', label: 'node-1 died' }])).toBe('14:00:01. a 1.0 s, b –. node-1 died.');
});

test('rows are evenly spaced and end at the end of the range', () => {
  const samples = Array.from({ length: 300 }, (_, index): [number, number] => [fromMs + index * 1_000, index]);
  const rows = rowsOf(contentOf([seriesOf('a', samples)]), range, 5);
  expect(rows.map(({ atMs, values }) => [(atMs - fromMs) / 1_000, values[0]])).toEqual([[60, 60], [120, 120], [180, 180], [240, 240], [300, 299]]);
});

test('a table has no rows for times at which nothing was measured', () => {
  expect(rowsOf(contentOf([seriesOf('a', [[fromMs + 60_000, 7]])]), range, 5).map(({ values }) => values)).toEqual([[7]]);
});
