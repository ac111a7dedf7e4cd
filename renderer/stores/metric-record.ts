/** Samples turned into rings, one for each figure of each node, which charts draw from. Rings tell of changes by their `version`, not through Vue. */
import type { MetricSample, NodeSample } from '../../runtime/contract/control/metrics.ts';
import { createSeriesRing, DAY_CAPACITY, type SeriesRing } from '../charts/ring.ts';
import { spliceRing } from '../charts/splice.ts';
import type { TimeRange } from '../charts/types.ts';
import { nodeNumberOf } from '../theme/nodes.ts';
import { createLoadShares } from './load-shares.ts';

const SAMPLED = ['readBytesPerSecond', 'writtenBytesPerSecond', 'requestsPerSecond', 'requestMsP95', 'pingMs', 'cpuPercent', 'rssBytes', 'diskUsedBytes', 'availability'] as const satisfies readonly (keyof NodeSample)[];
const NODE_FIGURES = [...SAMPLED, 'score', 'loadPercent'] as const;
/** Figures of a node as its samples name them; `score` is the player's, `loadPercent` its share of what was lately read. */
export type NodeFigure = (typeof NODE_FIGURES)[number];

const PLAYBACK_FIGURES = ['bufferSec', 'throughputBitsPerSecond', 'stallCount'] as const;
/** Figures of the playback session, as its samples name them. */
export type PlaybackFigure = (typeof PLAYBACK_FIGURES)[number];

/** A player asks every few seconds; between its requests the time of the last ones holds, for so long. Without this a chart of it is stray dots. */
const REQUEST_HOLD_MS = 15_000;
/** Two missing samples are a gap; one may be late. */
const GAP_STEPS = 2.5;

export interface MetricRecord {
  /** The nodes that any sample told of, in the order of their numbers. */
  nodeIds(): string[];
  /** Time of the first sample since everything was read anew; null before it. */
  firstAtMs(): number | null;
  /** The same ring every time, also for what was never measured. */
  nodeRing(nodeId: string, figure: NodeFigure): SeriesRing;
  playbackRing(figure: PlaybackFigure): SeriesRing;
  /** `stepMs`: how far apart samples are meant to be; a longer silence is a gap. A sample that is not younger than the last is ignored. */
  append(sample: MetricSample, stepMs: number): void;
  /** Everything anew, oldest first. */
  replace(samples: readonly MetricSample[], stepMs: number): void;
  /** A closer look at a range in the place of what is known of it. */
  splice(range: TimeRange, samples: readonly MetricSample[], stepMs: number): void;
  /** Forgets the samples; the rings stay those that charts hold. */
  clear(): void;
}

/** `capacity`: samples kept of each figure. */
export const createMetricRecord = (capacity = DAY_CAPACITY): MetricRecord => {
  const rings = new Map<string, SeriesRing>();
  const nodeIds = new Set<string>();
  const shares = createLoadShares();
  let firstMs: number | null = null;
  let lastMs: number | null = null;

  /** By node: its last known request time. */
  const answered = new Map<string, { atMs: number; value: number }>();
  const heldRequestMs = ({ name, phase, requestMsP95 }: NodeSample, atMs: number): number | null => {
    if (requestMsP95 !== null) answered.set(name, { atMs, value: requestMsP95 });
    const last = answered.get(name);
    const isServing = phase === 'ready' || phase === 'degraded';
    return last && isServing && atMs - last.atMs <= REQUEST_HOLD_MS ? last.value : null;
  };

  const ringOf = (key: string): SeriesRing => {
    const ring = rings.get(key) ?? createSeriesRing({ capacity });
    rings.set(key, ring);
    return ring;
  };
  const nodeRing = (nodeId: string, figure: NodeFigure): SeriesRing => ringOf(`${nodeId} ${figure}`);
  const playbackRing = (figure: PlaybackFigure): SeriesRing => ringOf(figure);

  const append = (sample: MetricSample, stepMs: number): void => {
    const { atMs, nodes, playback } = sample;
    if (lastMs !== null && atMs <= lastMs) return;
    if (lastMs !== null && atMs - lastMs > stepMs * GAP_STEPS) {
      for (const ring of rings.values()) ring.append(lastMs + 1, null);
      shares.forget();
    }
    firstMs ??= atMs;
    lastMs = atMs;
    for (const figure of PLAYBACK_FIGURES) playbackRing(figure).append(atMs, playback?.[figure] ?? null);
    const scores = new Map(playback?.nodes.map(({ nodeId, score }) => [nodeId, score]));
    const loads = shares.next(sample);
    for (const node of nodes) {
      nodeIds.add(node.name);
      for (const figure of SAMPLED) nodeRing(node.name, figure).append(atMs, figure === 'requestMsP95' ? heldRequestMs(node, atMs) : node[figure]);
      nodeRing(node.name, 'score').append(atMs, scores.get(node.name) ?? null);
      nodeRing(node.name, 'loadPercent').append(atMs, loads.get(node.name) ?? null);
    }
    // Of a node that was taken out of the cluster nothing is told any more.
    for (const nodeId of nodeIds) {
      if (nodes.some(({ name }) => name === nodeId)) continue;
      for (const figure of NODE_FIGURES) nodeRing(nodeId, figure).append(atMs, null);
    }
  };
  const clear = (): void => {
    for (const ring of rings.values()) ring.clear();
    nodeIds.clear();
    shares.forget();
    answered.clear();
    firstMs = null;
    lastMs = null;
  };

  return {
    nodeIds: () => [...nodeIds].sort((a, b) => nodeNumberOf(a) - nodeNumberOf(b) || a.localeCompare(b)),
    firstAtMs: () => firstMs,
    nodeRing,
    playbackRing,
    append,
    clear,
    replace: (samples, stepMs) => {
      clear();
      for (const sample of samples) append(sample, stepMs);
    },
    splice: (range, samples, stepMs) => {
      const closer = createMetricRecord(capacity);
      closer.replace(samples, stepMs);
      const closerIds = closer.nodeIds();
      for (const nodeId of closerIds) nodeIds.add(nodeId);
      for (const figure of PLAYBACK_FIGURES) spliceRing(playbackRing(figure), range, closer.playbackRing(figure));
      for (const nodeId of nodeIds) {
        for (const figure of NODE_FIGURES) spliceRing(nodeRing(nodeId, figure), range, closerIds.includes(nodeId) ? closer.nodeRing(nodeId, figure) : undefined);
      }
    },
  };
};
