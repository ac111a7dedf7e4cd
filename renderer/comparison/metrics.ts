/** What is compared, in the page's words, and how its figures are written. */
import { comparisonMetrics, type MetricFacts } from '../../runtime/contract/comparison-metrics.ts';
import type { ComparisonMetric, Estimate } from '../../runtime/contract/comparison.ts';
import { megabits, NOTHING, type Quantity, span } from '../format/quantity.ts';

/** Where there is little room. */
export const metricShortNames: Readonly<Record<ComparisonMetric, string>> = {
  'start-up': 'Start-up time',
  rebuffering: 'Rebuffering',
  stalls: 'Stalls per session',
  throughput: 'Throughput',
  'buffer-p5': 'Buffer, p5',
  'buffer-low': 'Low-buffer time',
  'chunk-p99': 'Chunk time, p99',
  'extra-bytes': 'Extra bytes',
  'load-deviation': 'Uneven load',
};

/** As they are told: those that less of is better first. */
export const metricsByDirection: Readonly<Record<MetricFacts['better'], readonly ComparisonMetric[]>> = {
  lower: ['start-up', 'chunk-p99', 'rebuffering', 'stalls', 'buffer-low', 'extra-bytes', 'load-deviation'],
  higher: ['throughput', 'buffer-p5'],
};

/** What each figure is, for whoever points at its name. */
export const metricMeanings: Readonly<Record<ComparisonMetric, string>> = {
  'start-up': 'From the play command until 10 s are buffered and playback begins; mean of the sessions',
  rebuffering: 'Time stood still after the start, as a share of all time after the start',
  stalls: 'Times the picture stood still after it had begun; mean of the sessions',
  throughput: 'Useful bits over the time in which a download was active; mean of the sessions',
  'buffer-p5': 'What the buffered seconds did not fall below in 95 % of the time; mean of the sessions',
  'buffer-low': 'Share of the time with less than 15 s buffered though the video had more to give; mean of the sessions',
  'chunk-p99': 'From asking for a chunk to having it verified; of the chunks of all sessions together',
  'extra-bytes': 'Downloaded and not used, as a share of what was used: hedges that lost, answers thrown away',
  'load-deviation': 'Standard deviation of the bytes each node gave, over their mean',
};

const nothing: Quantity = { value: NOTHING, unit: '' };

/** Three digits that say something, as far as they do. */
const digits = (value: number): string => {
  const size = Math.abs(value);
  return size === 0 ? '0' : size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
};

export type FigureUnit = MetricFacts['unit'] | 'ratio';

/** A figure in its unit: shares as percent, ratios with `×`. */
export const figure = (value: number | null, unit: FigureUnit): Quantity => {
  if (value === null) return nothing;
  switch (unit) {
    case 'ms':
      return Math.abs(value) < 1000 ? { value: value.toFixed(0), unit: 'ms' } : { value: span(value).value, unit: 's' };
    case 'sec':
      return { value: value.toFixed(1), unit: 's' };
    case 'share':
      return { value: digits(value * 100), unit: '%' };
    case 'bits-per-second':
      return megabits(value);
    case 'count':
      return { value: Number.isInteger(value) ? String(value) : value.toFixed(2), unit: '' };
    case 'ratio':
      return { value: value > 0 && value < 0.01 ? value.toFixed(4) : digits(value), unit: '×' };
  }
};

export const metricFigure = (value: number | null, metric: ComparisonMetric): Quantity => figure(value, comparisonMetrics[metric].unit);

/** A quantity as text: `412 ms`, `0.28×`. */
export const inText = ({ value, unit }: Quantity): string => (unit === '' ? value : unit === '×' ? `${value}×` : `${value} ${unit}`);

/** The two ends of an interval, unit once: `0.24 – 0.33 ×`. Empty where the sample carries none. */
export const intervalText = ({ low, high }: Estimate, format: (value: number) => Quantity): string => {
  if (low === null || high === null) return '';
  const [from, to] = [format(low), format(high)];
  return from.unit === to.unit ? `${from.value} – ${inText(to)}` : `${inText(from)} – ${inText(to)}`;
};

/** Percent of improvement without its sign: that is told in words. */
export const improvementFigure = (percent: number | null): Quantity => (percent === null ? nothing : { value: digits(Math.abs(percent)), unit: '%' });

/** With its sign, which is a true minus. */
export const signed = (value: number | null, format: (size: number) => Quantity): Quantity => {
  if (value === null) return nothing;
  const { value: size, unit } = format(Math.abs(value));
  return { value: `${value > 0 ? '+' : value < 0 ? '−' : ''}${size}`, unit };
};
/** Of an improvement: positive is better. */
export const signedPercent = (percent: number): Quantity => signed(percent, improvementFigure);

const P_SMALLEST = 0.0001;
export const pText = (p: number | null): string => (p === null ? NOTHING : p < P_SMALLEST ? '< 0.0001' : p < 0.01 ? p.toFixed(4) : p.toFixed(2));
