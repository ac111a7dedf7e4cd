import { expect, test } from 'vitest';
import { chartsAsCsv } from '../../../../renderer/charts/csv.ts';
import { contentOf, seriesOf } from './content.ts';

test('CSV has one row for each time of any line, gaps as empty fields, and quotes where needed', () => {
  const at = (second: number): number => Date.UTC(2025, 2, 14, 9, 0, second);
  const shown = { fromMs: at(0), toMs: at(9) };
  const csv = chartsAsCsv([
    { content: contentOf([seriesOf('a', [[at(0), 1], [at(1), null], [at(2), 3], [at(20), 4]]), seriesOf('b', [[at(0), 5], [at(3), 6]])]), range: shown },
    { content: contentOf([seriesOf('c', [[at(2), 0.5]])], { label: 'Use, "all"', unit: '' }), range: shown },
  ]);
  expect(csv.split('\r\n')).toEqual([
    'time,Buffer: a (s),Buffer: b (s),"Use, ""all"": c"',
    '2025-03-14T09:00:00.000Z,1,5,',
    '2025-03-14T09:00:02.000Z,3,,0.5',
    '2025-03-14T09:00:03.000Z,,6,',
    '',
  ]);
});

test('CSV of nothing is its heading', () => {
  expect(chartsAsCsv([])).toBe('time\r\n');
});
