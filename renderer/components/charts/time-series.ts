/** What a TimeSeries is told. */
import type { ChartGroup } from '../../charts/crosshair.ts';
import type { TickBase } from '../../charts/ticks.ts';
import type { ChartBand, ChartLevel, ChartMark, ChartSeries, FormatValue, TimeRange } from '../../charts/types.ts';

export interface TimeSeriesProps {
  /** What is shown, in a few words: the title, and the name of the exported file. */
  label: string;
  /** At most eight lines can be told apart; each keeps its ring. */
  series: readonly ChartSeries[];
  /** Printed once beside the label. Leave it out where `format` gives units, as for bytes. */
  unit?: string;
  /** How a value is written. @default three digits and `unit` */
  format?: FormatValue;
  /** A live chart shows so many milliseconds up to now. */
  windowMs?: number;
  /** When the record begins: a live chart shows nothing before, so that it is full from early on. @default the whole window is shown */
  sinceMs?: number | null;
  /** A chart of the past shows this instead. A zoomed group comes before both. */
  range?: TimeRange;
  /** The range of values to be in, shaded. */
  band?: ChartBand;
  /** Values to compare with: low water, target. */
  levels?: readonly ChartLevel[];
  /** What happened, on the time axis: faults, fail-overs. */
  marks?: readonly ChartMark[];
  /** Bounds of the scale; without them it follows the data and stands on zero. */
  min?: number;
  max?: number;
  /** 1024 for bytes. */
  tickBase?: TickBase;
  /** The lines lie on one another, as shares of a whole do. */
  stacked?: boolean;
  /** Pixels of the plot with its time axis, without title and legend. `fill`: what the parent leaves. */
  height?: number | 'fill';
  /** Charts of one group share crosshair, brush and zoom: `createChartGroup()`. */
  group?: ChartGroup;
  /** The parent shows the title itself. */
  hideLabel?: boolean;
  /** Said while there is nothing to draw. */
  emptyText?: string;
}
