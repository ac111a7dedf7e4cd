/** What the metrics of a comparison are called, and when they carry a verdict. Without a schema, which the page would carry along. */
import type { ComparisonMetric } from './comparison.ts';

/** Below so many blocks a verdict is called indicative. */
export const BLOCKS_FOR_VERDICT = 30;
/** Below so many nothing is called better or worse at all: an interval of two or three blocks means nothing. */
export const BLOCKS_FOR_INDICATION = 5;

export interface MetricFacts {
  /** For a headline: `Start-up time`. */
  name: string;
  /** `share` is shown as percent. */
  unit: 'ms' | 'share' | 'count' | 'bits-per-second' | 'sec';
  better: 'lower' | 'higher';
}
export const comparisonMetrics: Readonly<Record<ComparisonMetric, MetricFacts>> = {
  'start-up': { name: 'Start-up time', unit: 'ms', better: 'lower' },
  rebuffering: { name: 'Rebuffering', unit: 'share', better: 'lower' },
  stalls: { name: 'Stalls per session', unit: 'count', better: 'lower' },
  throughput: { name: 'Throughput', unit: 'bits-per-second', better: 'higher' },
  'buffer-p5': { name: 'Buffer, 5th percentile', unit: 'sec', better: 'higher' },
  'buffer-low': { name: 'Time with a low buffer', unit: 'share', better: 'lower' },
  'chunk-p99': { name: 'Chunk time, 99th percentile', unit: 'ms', better: 'lower' },
  'extra-bytes': { name: 'Extra bytes', unit: 'share', better: 'lower' },
  'load-deviation': { name: 'Uneven load', unit: 'share', better: 'lower' },
};
