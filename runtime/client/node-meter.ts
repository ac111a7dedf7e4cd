/**
 * Measures the nodes while a video is fetched from them: every request and every ping becomes an observation of the pure estimates in
 * core/scheduling. Give `observe` to the chunk source and `recordPing` to the pinger.
 */
import { type ActiveSpan, goodputOf, recentSpans } from '../core/scheduling/goodput.ts';
import {
  createNodeEstimate, figuresOf, type NodeEstimate, type NodeFigures, type NodeObservation, observe as observeNode, TRANSFER_BYTES_MIN,
} from '../core/scheduling/node-estimate.ts';
import { latencyMsOf, scoreOfNode } from '../core/scheduling/score.ts';
import type { ObserveRequest } from './fetch-chunk.ts';

/** Pieces of a body are gathered at least this long before they count: the clocks of browsers are too coarse for less. */
const SAMPLE_MS_MIN = 5;

export interface NodeMeasurement extends NodeFigures {
  nodeId: string;
  /** Of a ping, else of a first byte. */
  latencyMs: number | null;
  /** V-Stack's published score; null until throughput and latency are known. */
  score: number | null;
  /** Whether the last request or ping was answered; null before the first. */
  isAnswering: boolean | null;
  inFlightBytes: number;
  deliveredBytes: number;
  chunkCount: number;
  failureCount: number;
}

export interface MeterTotals {
  deliveredBytes: number;
  /** Came in and were of no use: the request failed later, or nobody waited for it any more. */
  wastedBytes: number;
  requestCount: number;
  failedRequestCount: number;
}

export interface NodeMeter {
  observe: ObserveRequest;
  /** `tookMs` null: no answer. */
  recordPing(nodeId: string, tookMs: number | null): void;
  /** Nodes to list before anything was measured of them. */
  know(nodeIds: Iterable<string>): void;
  /** In the order they became known. */
  nodes(): NodeMeasurement[];
  totals(): MeterTotals;
  /** Bits a second of all downloads together, lately, while any was active; null when none was. */
  throughputBitsPerSecond(): number | null;
}

interface Entry {
  estimate: NodeEstimate;
  deliveredBytes: number;
  chunkCount: number;
  failureCount: number;
}

/** Spans of time in which downloads were active, and what they brought. */
const createActivity = (nowMs: () => number) => {
  let spans: ActiveSpan[] = [];
  let activeCount = 0;
  let fromMs = 0;
  let sizeBytes = 0;
  const current = (): ActiveSpan[] => (activeCount > 0 ? [{ fromMs, toMs: nowMs(), sizeBytes }] : []);
  return {
    begin: (): void => {
      if (activeCount++ > 0) return;
      fromMs = nowMs();
      sizeBytes = 0;
    },
    add: (bytes: number): void => {
      sizeBytes += bytes;
    },
    end: (): void => {
      if (--activeCount > 0) return;
      const toMs = nowMs();
      // A time without a byte was a wait for nodes that gave nothing, and counts as such.
      spans = [...recentSpans(spans, toMs), { fromMs, toMs, sizeBytes }];
    },
    bitsPerSecond: (): number | null => goodputOf([...spans, ...current()], nowMs()),
  };
};

/** `nowMs` is monotonic. */
export const createNodeMeter = (nowMs: () => number = () => performance.now()): NodeMeter => {
  const entries = new Map<string, Entry>();
  const totals: MeterTotals = { deliveredBytes: 0, wastedBytes: 0, requestCount: 0, failedRequestCount: 0 };
  const activity = createActivity(nowMs);

  const entryOf = (nodeId: string): Entry => {
    const entry = entries.get(nodeId) ?? { estimate: createNodeEstimate(), deliveredBytes: 0, chunkCount: 0, failureCount: 0 };
    entries.set(nodeId, entry);
    return entry;
  };
  const note = (nodeId: string, observation: NodeObservation): void => {
    const entry = entryOf(nodeId);
    entry.estimate = observeNode(entry.estimate, observation);
  };

  const observe: ObserveRequest = (nodeId, sizeBytes) => {
    const askedAtMs = nowMs();
    let sampledAtMs = askedAtMs;
    let sampleBytes = 0;
    let receivedBytes = 0;
    totals.requestCount++;
    activity.begin();
    note(nodeId, { kind: 'asked', atMs: askedAtMs, sizeBytes });

    const takeSample = (): void => {
      const atMs = nowMs();
      if (sampleBytes > 0) note(nodeId, { kind: 'received', atMs, sizeBytes: sampleBytes, tookMs: atMs - sampledAtMs });
      sampledAtMs = atMs;
      sampleBytes = 0;
    };
    const end = (): { atMs: number; leftBytes: number } => {
      takeSample();
      activity.end();
      return { atMs: nowMs(), leftBytes: Math.max(0, sizeBytes - receivedBytes) };
    };
    return {
      handleFirstByte: () => {
        sampledAtMs = nowMs();
        note(nodeId, { kind: 'first-byte', atMs: sampledAtMs, tookMs: sampledAtMs - askedAtMs });
      },
      handleBytes: (pieceBytes) => {
        sampleBytes += pieceBytes;
        receivedBytes += pieceBytes;
        activity.add(pieceBytes);
        if (sampleBytes >= TRANSFER_BYTES_MIN && nowMs() - sampledAtMs >= SAMPLE_MS_MIN) takeSample();
      },
      handleSuccess: () => {
        const entry = entryOf(nodeId);
        entry.deliveredBytes += receivedBytes;
        entry.chunkCount++;
        totals.deliveredBytes += receivedBytes;
        note(nodeId, { kind: 'succeeded', atMs: end().atMs });
      },
      handleFailure: () => {
        entryOf(nodeId).failureCount++;
        totals.failedRequestCount++;
        totals.wastedBytes += receivedBytes;
        note(nodeId, { kind: 'failed', ...end() });
      },
      handleDrop: () => {
        totals.wastedBytes += receivedBytes;
        note(nodeId, { kind: 'dropped', ...end() });
      },
    };
  };

  return {
    observe,
    recordPing: (nodeId, tookMs) => {
      const atMs = nowMs();
      note(nodeId, tookMs === null ? { kind: 'ping-failed', atMs } : { kind: 'pinged', atMs, tookMs });
    },
    know: (nodeIds) => {
      for (const nodeId of nodeIds) entryOf(nodeId);
    },
    nodes: () =>
      [...entries].map(([nodeId, { estimate, deliveredBytes, chunkCount, failureCount }]) => {
        const figures = figuresOf(estimate);
        const { isAnswering, inFlightBytes } = estimate;
        return { nodeId, ...figures, latencyMs: latencyMsOf(figures), score: scoreOfNode(figures), isAnswering, inFlightBytes, deliveredBytes, chunkCount, failureCount };
      }),
    totals: () => ({ ...totals }),
    throughputBitsPerSecond: activity.bitsPerSecond,
  };
};
