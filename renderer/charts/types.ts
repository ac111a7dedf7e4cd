/** What a chart is told to show; the same words for the picture on screen, the table behind it and the exported file. */
import type { Quantity } from '../format/quantity.ts';
import type { Tone } from '../theme/status.ts';
import type { SeriesRing } from './ring.ts';
import type { TickBase } from './ticks.ts';

/** Unix milliseconds; `toMs` is the later one. */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

export interface ChartSeries {
  /** Unique within its chart. */
  id: string;
  /** What stands at the end of the line; short. */
  name: string;
  /** A token as CSS writes it: `var(--n1)`, or `nodeColourOf(nodeId)`. */
  colour: string;
  ring: SeriesRing;
  dashed?: boolean;
  /** The room below the line is tinted. */
  area?: boolean;
  /** A value holds until the next one: counts and states. */
  stepped?: boolean;
}

/** A range of values that is good to be in, shaded. */
export interface ChartBand {
  from: number;
  to: number;
  label: string;
}

/** One value to compare with, such as a target or a low water mark. The label names the value too: `low water 15 s`. */
export interface ChartLevel {
  value: number;
  label: string;
  tone: Tone;
}

/** Something that happened: a fault, a fail-over. */
export interface ChartMark {
  atMs: number;
  label: string;
  tone: Tone;
}

export type FormatValue = (value: number) => Quantity;

/** Everything a chart shows, whatever draws it. */
export interface ChartContent {
  label: string;
  series: readonly ChartSeries[];
  format: FormatValue;
  /** Printed once, beside the label; empty when every figure carries its own unit. */
  unit: string;
  band?: ChartBand;
  levels: readonly ChartLevel[];
  marks: readonly ChartMark[];
  /** Bounds of the scale; what is left out follows the data. */
  min?: number;
  max?: number;
  /** 1024 for bytes, whose round numbers are powers of two. @default 10 */
  tickBase?: TickBase;
  stacked: boolean;
}
