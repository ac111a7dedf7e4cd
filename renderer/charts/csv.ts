/** The figures behind charts as CSV: one row for each time at which anything was measured, one column for each line. */
import type { SeriesRing } from './ring.ts';
import type { ChartContent, TimeRange } from './types.ts';

export interface ShownChart {
  content: ChartContent;
  range: TimeRange;
}

const NEEDS_QUOTES = /[",\r\n]/;
const field = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

interface Column {
  title: string;
  ring: SeriesRing;
  index: number;
  toMs: number;
}

const columnsOf = (charts: readonly ShownChart[]): Column[] =>
  charts.flatMap(({ content: { label, unit, series }, range }) =>
    series.map(({ name, ring }) => ({ title: `${label}: ${name}${unit && ` (${unit})`}`, ring, index: ring.indexFrom(range.fromMs), toMs: range.toMs })),
  );

const nextMsOf = ({ ring, index, toMs }: Column): number => {
  const atMs = ring.timeAt(index);
  return atMs <= toMs ? atMs : Infinity;
};

/** Every sample as it was measured, not as it is drawn. Times in UTC (ISO 8601); gaps are empty fields. Lines end with CR LF (RFC 4180). */
export const chartsAsCsv = (charts: readonly ShownChart[]): string => {
  const columns = columnsOf(charts);
  const lines = [['time', ...columns.map(({ title }) => title)].map(field).join(',')];
  for (;;) {
    const atMs = Math.min(...columns.map(nextMsOf));
    if (atMs === Infinity || columns.length === 0) break;
    const values = columns.map((column) => {
      if (nextMsOf(column) !== atMs) return '';
      const value = column.ring.valueAt(column.index);
      column.index += 1;
      return Number.isNaN(value) ? '' : String(value);
    });
    // A time at which nothing at all was measured only marks a gap in the picture.
    if (values.some((value) => value !== '')) lines.push([new Date(atMs).toISOString(), ...values].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
};
