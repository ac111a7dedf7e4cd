/** Single sessions by blocks, as the paired chart shows them: every block is a line from client to client. */
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import type { SessionPoint } from '../../runtime/contract/control/comparison.ts';
import { medianOf } from '../../runtime/core/statistics/describe.ts';
import { valueScale } from '../charts/ticks.ts';

export type PointMetric = 'start-up' | 'rebuffering' | 'throughput' | 'buffer-p5';

export interface BlockPoint {
  client: ClientKind;
  value: number | null;
  /** The session never began to play, so its start-up is the length of the session: it would have been more. */
  isBound: boolean;
  isFailed: boolean;
}

export interface Block {
  /** From 0. */
  block: number;
  /** One for each client, in the order asked for; null: the block has no session of it. */
  points: (BlockPoint | null)[];
}

const valueOf: Readonly<Record<PointMetric, (point: SessionPoint) => number | null>> = {
  'start-up': ({ startupMs }) => startupMs,
  rebuffering: ({ rebufferingShare }) => rebufferingShare,
  throughput: ({ throughputBitsPerSecond }) => throughputBitsPerSecond,
  'buffer-p5': ({ bufferSecP5 }) => bufferSecP5,
};

/** The counted blocks, oldest first; the warm-up is none of them. */
export const blocksOf = (points: readonly SessionPoint[], clients: readonly ClientKind[], metric: PointMetric): Block[] => {
  const byBlock = new Map<number, (BlockPoint | null)[]>();
  for (const point of points) {
    const place = clients.indexOf(point.client);
    if (point.block < 0 || place < 0) continue;
    const row = byBlock.get(point.block) ?? clients.map(() => null);
    row[place] = { client: point.client, value: valueOf[metric](point), isBound: metric === 'start-up' && !point.isStarted, isFailed: point.outcome === 'failed' };
    byBlock.set(point.block, row);
  }
  return [...byBlock].sort(([a], [b]) => a - b).map(([block, row]) => ({ block, points: row }));
};

/** Of the blocks that have a value, for each client. */
export const mediansOf = (blocks: readonly Block[], clientCount: number): (number | null)[] =>
  Array.from({ length: clientCount }, (_, place) => medianOf(blocks.flatMap(({ points }) => points[place]?.value ?? [])));

export interface PointTick {
  value: number;
  /** 0 at the bottom, 1 at the top. */
  at: number;
}
export interface PointScale {
  ticks: readonly PointTick[];
  at(value: number): number;
}

const LOG_STEPS = [1, 2, 5];
/** Start-up times differ by factors, and a factor has the same slope everywhere on a logarithmic axis; the others begin at zero. */
const isLogarithmic = (metric: PointMetric): boolean => metric === 'start-up';

const logScale = (values: readonly number[]): PointScale => {
  const positive = values.filter((value) => value > 0);
  const [least, most] = positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : [100, 1000];
  const rounds = Array.from({ length: 10 }, (_, power) => LOG_STEPS.map((step) => step * 10 ** power)).flat();
  const low = rounds.findLast((round) => round <= least) ?? rounds[0]!;
  const high = rounds.find((round) => round >= most && round > low) ?? rounds.at(-1)!;
  const width = Math.log(high / low);
  const at = (value: number): number => (value <= low ? 0 : value >= high ? 1 : Math.log(value / low) / width);
  return { at, ticks: rounds.filter((round) => round >= low && round <= high).map((value) => ({ value, at: at(value) })) };
};

const TICKS_MAX = 5;

export const pointScale = (blocks: readonly Block[], metric: PointMetric): PointScale => {
  const values = blocks.flatMap(({ points }) => points.flatMap((point) => point?.value ?? []));
  if (isLogarithmic(metric)) return logScale(values);
  const { max, ticks } = valueScale(0, values.length > 0 ? Math.max(...values) : 0, TICKS_MAX, { min: 0 });
  const at = (value: number): number => Math.min(1, Math.max(0, value / max));
  return { at, ticks: ticks.map((value) => ({ value, at: at(value) })) };
};
