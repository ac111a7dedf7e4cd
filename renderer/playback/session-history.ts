/** One playback session over time, in rings that charts draw from. Rings do not tell Vue of changes; their `version` tells who draws them. */
import type { PlaybackNode, PlaybackSession } from '../../runtime/contract/control/playback.ts';
import { createSeriesRing, type SeriesRing } from '../charts/ring.ts';

/** An hour at the two samples a second of this page's own player. */
export const HISTORY_SAMPLES_MAX = 7_200;
/** Reports come every second; a longer silence was a pause of the page, and is drawn as one. */
const GAP_MS = 5_000;

export type HistoryFigures = Pick<PlaybackSession, 'bufferSec' | 'throughputBitsPerSecond' | 'stallCount'> & { nodes: readonly Pick<PlaybackNode, 'nodeId' | 'score'>[] };

export interface SessionHistory {
  readonly sessionId: string;
  readonly bufferSec: SeriesRing;
  readonly throughputBitsPerSecond: SeriesRing;
  /** Counts up, so each step is a stall. */
  readonly stallCount: SeriesRing;
  /** V-Stack's published score of a node; an empty ring for a node nothing is known of yet. */
  scoreOf(nodeId: string): SeriesRing;
  append(atMs: number, figures: HistoryFigures): void;
}

const createRing = (): SeriesRing => createSeriesRing({ capacity: HISTORY_SAMPLES_MAX, gapMs: GAP_MS });

export const createSessionHistory = (sessionId: string): SessionHistory => {
  const [bufferSec, throughputBitsPerSecond, stallCount] = [createRing(), createRing(), createRing()];
  const scores = new Map<string, SeriesRing>();
  const scoreOf = (nodeId: string): SeriesRing => {
    const ring = scores.get(nodeId) ?? createRing();
    scores.set(nodeId, ring);
    return ring;
  };
  return {
    sessionId,
    bufferSec,
    throughputBitsPerSecond,
    stallCount,
    scoreOf,
    append: (atMs, figures) => {
      bufferSec.append(atMs, figures.bufferSec);
      throughputBitsPerSecond.append(atMs, figures.throughputBitsPerSecond);
      stallCount.append(atMs, figures.stallCount);
      for (const { nodeId, score } of figures.nodes) scoreOf(nodeId).append(atMs, score);
    },
  };
};
