/** One picture of a chart, worked out but not yet drawn: where the plot lies, the scales, the ticks, the points of each line. */
import { createPointBuffer, decimate, type PlotPoint, type PointBuffer } from './decimate.ts';
import { stack } from './stack.ts';
import { type TickBase, type TimeTick, timeTicks, valueScale } from './ticks.ts';
import type { ChartContent, TimeRange } from './types.ts';

/** Pixels. */
export interface PlotArea {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface FrameLine {
  /** Owned by the buffer of the line and overwritten with the next frame. */
  points: PlotPoint[];
  /** The last value within the range as it was measured, not stacked; NaN for a gap. */
  lastValue: number;
  /** Where the line ends on the scale: `lastValue`, or the sum up to it when stacked. */
  lastY: number;
}

export interface Frame {
  /** What this is a picture of; what a chart is told to show may already be something else. */
  content: ChartContent;
  widthPx: number;
  heightPx: number;
  area: PlotArea;
  /** What the names at the ends of the lines need; the margin may be wider. */
  labelWidthPx: number;
  range: TimeRange;
  min: number;
  max: number;
  timeTicks: TimeTick[];
  valueTicks: { value: number; text: string }[];
  lines: FrameLine[];
  /** Any sample at all, in the range or not. */
  hasSamples: boolean;
  hasSamplesInRange: boolean;
}

export interface FrameOptions {
  widthPx: number;
  heightPx: number;
  /** Room at the end of the lines for their names; 0 where a legend names them. */
  labelWidthPx: number;
  /** Room before and after the plot that is kept even if this chart needs less, as when one above needs more. @default 0 */
  tickWidthPxMin?: number;
  labelWidthPxMin?: number;
  range: TimeRange;
}

/** Chart.js draws so many points at 4 Hz without a long task. */
export const POINTS_DRAWN_MAX = 2_000;
/** Room between ticks: a line of text and some air. */
const VALUE_TICK_PX = 30;
const TIME_TICK_PX = 84;
/** Advance of a digit of the figures' typeface at 10 px. */
export const DIGIT_PX = 6.1;
const TICK_GAP_PX = 8;
const TIME_AXIS_PX = 20;
const TOP_PX = 8;
const END_PX = 10;
/** Ends of lines and their names are not read as of now when the last sample is older than this share of the picture. */
const STALE_SHARE = 0.02;
const STALE_MS_MIN = 6_000;

/** How old a value may be to count for a time in a range. */
export const staleMsOf = ({ fromMs, toMs }: TimeRange): number => Math.max(STALE_MS_MIN, (toMs - fromMs) * STALE_SHARE);

export const tickText = (value: number, { format, unit }: Pick<ChartContent, 'format' | 'unit'>, step: number): string => {
  const own = unit ? '' : format(value).unit;
  // Figures that carry their own unit are asked for it; the others are written with the digits their step needs.
  if (own) return value === 0 ? '0' : `${format(value).value.replace(/\.0+$|(\.\d*[1-9])0+$/, '$1')} ${own}`;
  const digits = Math.max(0, Math.min(4, -Math.floor(Math.log10(step || 1) + 1e-9)));
  const isHalfStep = Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6;
  return value.toFixed(isHalfStep ? digits + 1 : digits);
};

const lowest = (points: readonly PlotPoint[], range: TimeRange): [number, number] => {
  let [low, high] = [Infinity, -Infinity];
  for (const { x, y } of points) {
    if (x < range.fromMs || x > range.toMs) continue;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  return [low, high];
};

/** Makes the frames of one chart, one after the other, with buffers that are used again. */
export const createFrameMaker = (): ((content: ChartContent, options: FrameOptions) => Frame) => {
  const buffers: PointBuffer[] = [];
  return (content, { widthPx, heightPx, labelWidthPx, tickWidthPxMin = 0, labelWidthPxMin = 0, range }) => {
    const { series, levels, band, stacked } = content;
    while (buffers.length < series.length) buffers.push(createPointBuffer());
    const used = buffers.slice(0, series.length);
    const pointCountMax = Math.floor(POINTS_DRAWN_MAX / Math.max(1, series.length));
    const staleMs = staleMsOf(range);
    const rings = series.map(({ ring }) => ring);
    if (stacked) stack(rings, range, pointCountMax, used, staleMs);
    else series.forEach(({ ring }, index) => decimate(ring, range, pointCountMax, used[index]!));

    let [low, high] = [Infinity, -Infinity];
    for (const { points } of used) {
      const [from, to] = lowest(points, range);
      low = Math.min(low, from);
      high = Math.max(high, to);
    }
    const hasSamplesInRange = low <= high;
    // What the data is compared with has to be in the picture.
    for (const value of [...levels.map((level) => level.value), ...(band ? [band.to] : [])]) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const plotHeight = heightPx - TOP_PX - TIME_AXIS_PX;
    const base: TickBase = content.tickBase ?? 10;
    const scale = valueScale(low, high, Math.max(2, Math.floor(plotHeight / VALUE_TICK_PX)), { min: content.min, max: content.max, base });
    const step = (scale.ticks[1] ?? scale.max) - (scale.ticks[0] ?? 0);
    const valueTicks = scale.ticks.map((value) => ({ value, text: tickText(value, content, step) }));
    const left = Math.max(tickWidthPxMin, Math.ceil(Math.max(3, ...valueTicks.map(({ text }) => text.length)) * DIGIT_PX) + TICK_GAP_PX);
    const area = { left, top: TOP_PX, right: Math.max(left + 1, widthPx - Math.max(END_PX, labelWidthPx, labelWidthPxMin)), bottom: Math.max(TOP_PX + 1, heightPx - TIME_AXIS_PX) };

    let sum = 0;
    const lines = series.map(({ ring }, index): FrameLine => {
      const lastValue = ring.valueBefore(range.toMs, staleMs);
      if (!Number.isNaN(lastValue)) sum += lastValue;
      return { points: used[index]!.points, lastValue, lastY: stacked && !Number.isNaN(lastValue) ? sum : lastValue };
    });
    return {
      content, widthPx, heightPx, area, labelWidthPx, range, valueTicks, lines, hasSamplesInRange,
      min: scale.min, max: scale.max,
      timeTicks: timeTicks(range, Math.max(2, Math.floor((area.right - area.left) / TIME_TICK_PX))),
      hasSamples: rings.some((ring) => ring.length > 0),
    };
  };
};

export const xOf = ({ area, range }: Pick<Frame, 'area' | 'range'>, atMs: number): number =>
  area.left + ((atMs - range.fromMs) / (range.toMs - range.fromMs)) * (area.right - area.left);
export const timeOf = ({ area, range }: Pick<Frame, 'area' | 'range'>, x: number): number =>
  range.fromMs + ((x - area.left) / (area.right - area.left)) * (range.toMs - range.fromMs);
export const yOf = ({ area, min, max }: Pick<Frame, 'area' | 'min' | 'max'>, value: number): number =>
  area.bottom - ((value - min) / (max - min)) * (area.bottom - area.top);

/** The values under a time, per line: what was measured, and where the line passes. NaN where there is none. */
export const valuesAt = ({ series, stacked }: Pick<ChartContent, 'series' | 'stacked'>, range: TimeRange, atMs: number): { value: number; y: number }[] => {
  const staleMs = staleMsOf(range);
  let sum = 0;
  return series.map(({ ring }) => {
    const value = ring.valueBefore(atMs, staleMs);
    if (!Number.isNaN(value)) sum += value;
    return { value, y: stacked && !Number.isNaN(value) ? sum : value };
  });
};
