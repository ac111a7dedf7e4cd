/** An improvement in a few words and in four figures. */
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import type { Estimate, PairFigure } from '../../runtime/contract/comparison.ts';
import type { Quantity } from '../format/quantity.ts';
import { improvementFigure, inText, intervalText, metricFigure, signed, signedPercent } from './metrics.ts';
import { pairOf, verdictLooks, verdictOfImprovement } from './verdicts.ts';

/** `71.8 % better`, `12.0 % worse`, `+3.1 %, unclear`. */
export const improvementWords = (improvement: Estimate, blockCount: number): string => {
  const { value } = improvement;
  if (value === null) return 'without a percentage';
  const verdict = verdictOfImprovement(improvement, blockCount);
  if (verdict === 'better' || verdict === 'worse') return `${inText(improvementFigure(value))} ${verdict}`;
  return verdict === 'even' ? 'the same' : `${inText(signedPercent(value))}, ${verdictLooks[verdict].word.toLowerCase()}`;
};

const SUMMARY_METRICS = ['start-up', 'rebuffering', 'throughput', 'buffer-p5'] as const;

export interface PairSummary {
  client: ClientKind;
  against: ClientKind;
  /** Blocks that have both. */
  n: number;
  rows: PairFigure[];
}

/** The four figures of V-Stack's tab, as a report has them of smart against naive, of any two clients; null while no block has both. */
export const summaryOf = (pairs: readonly PairFigure[], against: ClientKind | null): PairSummary | null => {
  const first = against === null ? undefined : pairOf(pairs, 'start-up', against);
  if (!first || first.n === 0) return null;
  return { client: first.client, against: first.against, n: first.n, rows: SUMMARY_METRICS.flatMap((metric) => pairOf(pairs, metric, first.against) ?? []) };
};

export interface ImprovementText {
  amount: Quantity;
  /** `better`, `worse`, `unclear`, `the same`. */
  word: string;
  /** Empty where the sample carries none. */
  interval: string;
}

/** Where the word tells the direction, both ends count in it, the smaller first. */
const unsigned = ({ value, low, high }: Estimate): Estimate =>
  low === null || high === null ? { value, low, high } : { value, low: Math.min(Math.abs(low), Math.abs(high)), high: Math.max(Math.abs(low), Math.abs(high)) };

/**
 * How much better one client is, in percent of the other. Where the other has none of it there is no percentage: the difference tells then, in
 * the figure's own unit. A sign stands only where no word tells the direction.
 */
export const improvementText = ({ metric, verdict, improvementPercent, difference }: Pick<PairFigure, 'metric' | 'verdict' | 'improvementPercent' | 'difference'>): ImprovementText => {
  const word = verdictLooks[verdict].word.toLowerCase();
  const isTold = verdict === 'better' || verdict === 'worse';
  const inPercent = improvementPercent.value !== null;
  const estimate = inPercent ? improvementPercent : difference;
  const size = (value: number | null): Quantity => (inPercent ? improvementFigure(value) : metricFigure(value, metric));
  const format = (value: number): Quantity => (isTold ? size(value) : signed(value, size));
  return {
    word,
    amount: estimate.value === null ? size(null) : format(isTold ? Math.abs(estimate.value) : estimate.value),
    interval: intervalText(isTold ? unsigned(estimate) : estimate, format),
  };
};
