/**
 * What the metrics of runtime/contract/comparison.ts are made of: for one client, the values of its single sessions (for pairs, medians and
 * dots), and the statistic over any choice of blocks (for the figure itself and its bootstrap).
 */
import { ComparisonMetric, type ComparedClient, type ComparisonSession } from '../../contract/comparison.ts';
import { percentileOf } from '../../core/scheduling/percentile.ts';
import type { Statistic } from '../../core/statistics/bootstrap.ts';
import { coefficientOfVariationOf, meanOf } from '../../core/statistics/describe.ts';
import { pooledPercentile } from '../../core/statistics/pooled-percentile.ts';

export const CHUNK_PERCENTILE = 0.99;

/** One client's sessions by block; a block that lacks it has none. */
export type SessionsByBlock = readonly (ComparisonSession | undefined)[];

export interface MetricOfClient {
  /** By block. */
  values: (number | null)[];
  statistic: Statistic;
}

const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** Of each node in `nodeIds`, also those that gave nothing. */
const unevennessOf = (sessions: readonly ComparisonSession[], nodeIds: readonly string[]): number | null => {
  const bytesOf = (nodeId: string): number =>
    sessions.reduce((sum, { load }) => sum + (load.find((entry) => entry.nodeId === nodeId)?.bytes ?? 0), 0);
  return coefficientOfVariationOf(nodeIds.map(bytesOf), 'all');
};

type ValueOf = (session: ComparisonSession) => number | null;

const valueOf = (nodeIds: readonly string[]): Record<ComparisonMetric, ValueOf> => ({
  'start-up': ({ startupMs }) => startupMs,
  rebuffering: ({ rebufferingShare }) => rebufferingShare,
  stalls: ({ stallCount }) => stallCount,
  throughput: ({ throughputBitsPerSecond }) => throughputBitsPerSecond,
  'buffer-p5': ({ bufferSecP5 }) => bufferSecP5,
  'buffer-low': ({ bufferLowShare }) => bufferLowShare,
  'chunk-p99': ({ chunkMs }) => percentileOf(chunkMs, CHUNK_PERCENTILE),
  'extra-bytes': ({ wastedBytes, deliveredBytes }) => shareOf(wastedBytes, deliveredBytes),
  'load-deviation': (session) => unevennessOf([session], nodeIds),
});

const present = (sessions: SessionsByBlock, blocks: readonly number[]): ComparisonSession[] => blocks.flatMap((block) => sessions[block] ?? []);

/** A quotient of totals: long sessions count for more than short ones. */
const totals =
  (sessions: SessionsByBlock, part: (session: ComparisonSession) => number, whole: (session: ComparisonSession) => number): Statistic =>
  (blocks) => {
    const drawn = present(sessions, blocks);
    const sum = (of: (session: ComparisonSession) => number): number => drawn.reduce((total, session) => total + of(session), 0);
    return shareOf(sum(part), sum(whole));
  };

export const metricOfClient = (metric: ComparisonMetric, sessions: SessionsByBlock, nodeIds: readonly string[]): MetricOfClient => {
  const value = valueOf(nodeIds)[metric];
  const values = sessions.map((session) => (session === undefined ? null : value(session)));
  const mean: Statistic = (blocks) => meanOf(blocks.flatMap((block) => values[block] ?? []));
  const statistics: Partial<Record<ComparisonMetric, () => Statistic>> = {
    rebuffering: () => totals(sessions, ({ stalledMs }) => stalledMs, ({ stalledMs, playedMs }) => stalledMs + playedMs),
    'chunk-p99': () => pooledPercentile(sessions.map((session) => session?.chunkMs ?? []), CHUNK_PERCENTILE),
    'extra-bytes': () => totals(sessions, ({ wastedBytes }) => wastedBytes, ({ deliveredBytes }) => deliveredBytes),
    'load-deviation': () => (blocks) => unevennessOf(present(sessions, blocks), nodeIds),
  };
  return { values, statistic: statistics[metric]?.() ?? mean };
};

/** Extra bytes of what was asked for with a full enough buffer. */
export const steadyExtraBytes = (sessions: SessionsByBlock): Statistic =>
  totals(sessions, ({ steadyWastedBytes }) => steadyWastedBytes, ({ steadyDeliveredBytes }) => steadyDeliveredBytes);

/** Of the counted blocks, by number of the block. */
export const sessionsOf = (sessions: readonly ComparisonSession[], client: ComparedClient, blockCount: number): SessionsByBlock => {
  const byBlock: (ComparisonSession | undefined)[] = new Array<undefined>(blockCount).fill(undefined);
  for (const session of sessions) if (session.client === client && session.block >= 0 && session.block < blockCount) byBlock[session.block] = session;
  return byBlock;
};

export const allMetrics = ComparisonMetric.options;
