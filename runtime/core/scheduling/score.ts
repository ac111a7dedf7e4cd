/** V-Stack's published score of a node: a figure to compare nodes by, the higher the better. */
import type { NodeFigures } from './node-estimate.ts';

const BITS_PER_MEGABIT = 1_000_000;
/** How much each millisecond weighs: at 10 ms the score is half of what it would be without any wait. */
const LATENCY_WEIGHT_PER_MS = 0.1;

export interface ScoredFigures {
  bitsPerSecond: number;
  latencyMs: number;
  /** 0–1. */
  reliability: number;
}

/** bandwidth in Mbit/s × reliability / (1 + latency in ms × 0.1) */
export const scoreOf = ({ bitsPerSecond, latencyMs, reliability }: ScoredFigures): number =>
  ((bitsPerSecond / BITS_PER_MEGABIT) * reliability) / (1 + latencyMs * LATENCY_WEIGHT_PER_MS);

/** The wait that counts: of a ping, which no disk and no queue of ours delays; of a first byte where no ping has come back yet. */
export const latencyMsOf = ({ pingMs, firstByteMs }: Pick<NodeFigures, 'pingMs' | 'firstByteMs'>): number | null => pingMs ?? firstByteMs;

/** Null until throughput and latency have both been measured. */
export const scoreOfNode = (figures: NodeFigures): number | null => {
  const latencyMs = latencyMsOf(figures);
  const { bitsPerSecond, reliability } = figures;
  return bitsPerSecond === null || latencyMs === null || reliability === null ? null : scoreOf({ bitsPerSecond, latencyMs, reliability });
};
