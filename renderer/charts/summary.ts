/** A chart in words and in rows, for those who do not see it and for those who want the figures. */
import { NOTHING } from '../format/quantity.ts';
import { valuesAt } from './frame.ts';
import type { SeriesRing } from './ring.ts';
import { timeText } from './ticks.ts';
import type { ChartContent, ChartMark, FormatValue, TimeRange } from './types.ts';

/** `28.4 s`, or a dash where nothing was measured. */
export const valueText = (value: number, format: FormatValue): string => {
  if (Number.isNaN(value)) return NOTHING;
  const { value: digits, unit } = format(value);
  return unit ? `${digits} ${unit}` : digits;
};

export interface Extent {
  last: number;
  min: number;
  max: number;
  sampleCount: number;
}

/** What a ring holds of a range; NaN throughout when that is nothing. */
export const extentOf = (ring: SeriesRing, { fromMs, toMs }: TimeRange): Extent => {
  const extent: Extent = { last: NaN, min: NaN, max: NaN, sampleCount: 0 };
  for (let index = ring.indexFrom(fromMs); index < ring.length && ring.timeAt(index) <= toMs; index++) {
    const value = ring.valueAt(index);
    if (Number.isNaN(value)) continue;
    extent.last = value;
    extent.min = extent.sampleCount === 0 ? value : Math.min(extent.min, value);
    extent.max = extent.sampleCount === 0 ? value : Math.max(extent.max, value);
    extent.sampleCount += 1;
  }
  return extent;
};

/** Last, lowest and highest value of every line, and what happened. */
export const summarise = ({ series, format, marks }: Pick<ChartContent, 'series' | 'format' | 'marks'>, range: TimeRange): string => {
  const lines = series.map(({ name, ring }) => {
    const { last, min, max, sampleCount } = extentOf(ring, range);
    return sampleCount === 0 ? `${name}: no samples.` : `${name}: last ${valueText(last, format)}, lowest ${valueText(min, format)}, highest ${valueText(max, format)}.`;
  });
  const happened = marks.filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs).map(({ atMs, label }) => `${timeText(atMs)} ${label}.`);
  return [`${timeText(range.fromMs)} to ${timeText(range.toMs)}.`, ...lines, ...happened].join(' ');
};

/** What a crosshair says aloud. */
export const announce = (content: ChartContent, range: TimeRange, atMs: number, near: readonly ChartMark[]): string => {
  const values = valuesAt(content, range, atMs).map(({ value }, index) => `${content.series[index]!.name} ${valueText(value, content.format)}`);
  return [`${timeText(atMs)}. ${values.join(', ')}.`, ...near.map(({ label }) => `${label}.`)].join(' ');
};

export interface ChartRow {
  atMs: number;
  values: number[];
}

/** Evenly spaced times within a range, with the value of each line then; times at which no line has one are left out. */
export const rowsOf = (content: ChartContent, range: TimeRange, rowCount: number): ChartRow[] => {
  const stepMs = (range.toMs - range.fromMs) / rowCount;
  return Array.from({ length: rowCount }, (_, index) => Math.round(range.toMs - (rowCount - 1 - index) * stepMs))
    .map((atMs) => ({ atMs, values: valuesAt(content, range, atMs).map(({ value }) => value) }))
    .filter(({ values }) => values.some((value) => !Number.isNaN(value)));
};
