/** Figures and verdicts in words, for reports that are read without the program. */
import { BLOCKS_FOR_INDICATION, BLOCKS_FOR_VERDICT, comparisonMetrics, type ComparedClient, type ComparisonMetric, type MetricFacts, type PairFigure } from '../../contract/comparison.ts';
import { clientTexts } from './conditions.ts';

const DASH = '–';
/** Three digits that say something; numbers that are larger than that stay whole. */
const digits = (value: number): string => {
  const size = Math.abs(value);
  return size === 0 ? '0' : size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
};

type Unit = MetricFacts['unit'] | 'ratio';

export const formatValue = (value: number | null, unit: Unit): string => {
  if (value === null) return DASH;
  switch (unit) {
    case 'ms':
      return Math.abs(value) < 1000 ? `${Math.round(value)} ms` : `${digits(value / 1000)} s`;
    case 'sec':
      return `${digits(value)} s`;
    case 'share':
      return `${digits(value * 100)} %`;
    case 'bits-per-second':
      return `${digits(value / 1_000_000)} Mbit/s`;
    case 'ratio':
      return `${value < 0.01 && value > 0 ? value.toFixed(4) : digits(value)}×`;
    case 'count':
      return digits(value);
  }
};

export const formatInterval = ({ low, high }: { low: number | null; high: number | null }, unit: Unit): string =>
  low === null || high === null ? DASH : `${formatValue(low, unit)} to ${formatValue(high, unit)}`;

export const formatMetric = (value: number | null, metric: ComparisonMetric): string => formatValue(value, comparisonMetrics[metric].unit);

export const formatP = (p: number | null): string => (p === null ? DASH : p < 0.0001 ? '< 0.0001' : p < 0.01 ? p.toFixed(4) : p.toFixed(2));

export const formatCount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const nameOf = (client: ComparedClient): string => clientTexts[client].name;

export const isIndicative = (n: number): boolean => n < BLOCKS_FOR_VERDICT;

const spread = (pair: Omit<PairFigure, 'text'>): string => {
  const { improvementPercent: improvement, difference, verdict, metric, n } = pair;
  const { value, low, high } = improvement;
  if (value === null || low === null || high === null) return `a difference of ${formatMetric(difference.value, metric)} (95 % interval ${formatInterval(difference, comparisonMetrics[metric].unit)})`;
  const percent = (of: number): string => digits(of);
  if (verdict === 'unclear') return `${n < BLOCKS_FOR_INDICATION ? 'too few blocks to tell' : 'no clear difference'} (95 % interval ${percent(low)} to ${percent(high)} % better)`;
  const [from, to] = value >= 0 ? [low, high] : [-high, -low];
  return `${percent(Math.abs(value))} % ${value >= 0 ? 'better' : 'worse'} (95 % interval ${percent(from)} to ${percent(to)} %)`;
};

/** One sentence with everything a reader needs to judge it: both values, the difference, its interval, p and n. */
export const pairText = (pair: Omit<PairFigure, 'text'>): string => {
  const { metric, client, against, clientValue, againstValue, p, n, verdict } = pair;
  const { name } = comparisonMetrics[metric];
  const values = `${nameOf(client)} ${formatMetric(clientValue, metric)}, ${nameOf(against)} ${formatMetric(againstValue, metric)}`;
  if (n === 0) return `${name}: nothing to compare; no block has a value of both.`;
  const body = verdict === 'even' ? `the same in ${n === 1 ? 'the only block' : `all ${n} blocks`}` : `${spread(pair)}, p ${p !== null && p < 0.0001 ? '' : '= '}${formatP(p)}, n = ${n}`;
  return `${name}: ${values}: ${body}.${isIndicative(n) ? ` Indicative only: ${BLOCKS_FOR_VERDICT} blocks carry a verdict, this has ${n}.` : ''}`;
};
