/** Clients against each other, block by block. */
import { BLOCKS_FOR_INDICATION, comparisonMetrics, type ClientFigure, type ComparedClient, type ComparisonMetric, type ComparisonSession, type Estimate, type ImprovementSummary, type PairFigure } from '../../contract/comparison.ts';
import { percentileOf } from '../../core/scheduling/percentile.ts';
import { estimate } from '../../core/statistics/bootstrap.ts';
import { medianOf } from '../../core/statistics/describe.ts';
import { differenceOf, medianRatioOf, pairedDifferences, ratioOf } from '../../core/statistics/paired.ts';
import { wilcoxonSignedRank } from '../../core/statistics/wilcoxon.ts';
import { allMetrics, metricOfClient, sessionsOf, type MetricOfClient, type SessionsByBlock } from './metrics.ts';
import { isIndicative, pairText } from './words.ts';

type Resamples = readonly (readonly number[])[];

export interface ClientMetrics {
  client: ComparedClient;
  sessions: SessionsByBlock;
  of: Record<ComparisonMetric, MetricOfClient>;
}

export const clientMetrics = (client: ComparedClient, sessions: readonly ComparisonSession[], blockCount: number, nodeIds: readonly string[]): ClientMetrics => {
  const own = sessionsOf(sessions, client, blockCount);
  return { client, sessions: own, of: Object.fromEntries(allMetrics.map((metric) => [metric, metricOfClient(metric, own, nodeIds)])) as ClientMetrics['of'] };
};

const presentOf = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

export const clientFigures = ({ client, of }: ClientMetrics, resamples: Resamples): ClientFigure[] =>
  allMetrics.map((metric) => {
    const { values, statistic } = of[metric];
    const present = presentOf(values);
    return { client, metric, n: present.length, estimate: estimate(statistic, resamples), median: medianOf(present), p95: percentileOf(present, 0.95), max: present.length > 0 ? Math.max(...present) : null };
  });

const PERCENT = 100;

/** A ratio as an improvement: a smaller one is better where less is better. */
const improvementOf = ({ value, low, high }: Estimate, better: 'lower' | 'higher'): Estimate => {
  const improve = (ratio: number | null): number | null => (ratio === null ? null : (better === 'lower' ? 1 - ratio : ratio - 1) * PERCENT);
  return better === 'lower' ? { value: improve(value), low: improve(high), high: improve(low) } : { value: improve(value), low: improve(low), high: improve(high) };
};

const verdictOf = (differences: readonly number[], difference: Estimate, better: 'lower' | 'higher'): PairFigure['verdict'] => {
  if (differences.length > 0 && differences.every((one) => one === 0)) return 'even';
  const { low, high } = difference;
  if (differences.length < BLOCKS_FOR_INDICATION || low === null || high === null || (low <= 0 && high >= 0)) return 'unclear';
  return high < 0 === (better === 'lower') ? 'better' : 'worse';
};

const pairFigure = (metric: ComparisonMetric, first: ClientMetrics, second: ClientMetrics, resamples: Resamples): PairFigure => {
  const { better } = comparisonMetrics[metric];
  const [a, b] = [first.of[metric], second.of[metric]];
  const differences = pairedDifferences(a.values, b.values);
  const isBetter = (difference: number): boolean => difference < 0 === (better === 'lower');
  const test = wilcoxonSignedRank(differences);
  const ratio = estimate(ratioOf(a.statistic, b.statistic), resamples);
  const difference = estimate(differenceOf(a.statistic, b.statistic), resamples);
  const winCount = differences.filter((one) => one !== 0 && isBetter(one)).length;
  const tieCount = differences.filter((one) => one === 0).length;
  const allBlocks = a.values.map((_, block) => block);
  const pair: Omit<PairFigure, 'text'> = {
    metric,
    client: first.client,
    against: second.client,
    n: differences.length,
    clientValue: a.statistic(allBlocks),
    againstValue: b.statistic(allBlocks),
    ratio,
    medianRatio: estimate(medianRatioOf(a.values, b.values), resamples),
    difference,
    improvementPercent: improvementOf(ratio, better),
    winCount,
    lossCount: differences.length - winCount - tieCount,
    tieCount,
    p: test?.p ?? null,
    pMethod: test?.method ?? null,
    verdict: verdictOf(differences, difference, better),
  };
  return { ...pair, text: pairText(pair) };
};

/** Smart against each of the others; where smart is not there, the first of them. */
export const pairFigures = (clients: readonly ClientMetrics[], resamples: Resamples): PairFigure[] => {
  const first = clients.find(({ client }) => client === 'smart') ?? clients[0];
  return first === undefined ? [] : clients.filter((other) => other !== first).flatMap((other) => allMetrics.map((metric) => pairFigure(metric, first, other, resamples)));
};

const SUMMARY_METRICS = ['start-up', 'rebuffering', 'throughput', 'buffer-p5'] as const;

/** Smart against naive, if both were compared and there is a block of both. */
export const improvementSummary = (pairs: readonly PairFigure[]): ImprovementSummary | null => {
  const rows = SUMMARY_METRICS.flatMap((metric) => {
    const pair = pairs.find((one) => one.metric === metric && one.client === 'smart' && one.against === 'naive');
    if (pair === undefined) return [];
    const { clientValue, againstValue, improvementPercent, p } = pair;
    return { metric, clientValue, againstValue, improvementPercent, p };
  });
  const n = pairs.find(({ client, against, metric }) => client === 'smart' && against === 'naive' && metric === 'start-up')?.n ?? 0;
  return rows.length === 0 || n === 0 ? null : { client: 'smart', against: 'naive', n, isIndicative: isIndicative(n), rows };
};
