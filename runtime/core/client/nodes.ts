/**
 * What the client keeps of one node: the estimates of core/scheduling, its breaker, and what it gave. Throughput is sampled for the node as a
 * whole: two requests at once share its link, and each alone would seem half as quick as the link is.
 */
import { createNodeEstimate, type NodeEstimate, observe, TRANSFER_BYTES_MIN, TRANSFER_MS_TELLING } from '../scheduling/node-estimate.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import type { LinkTruth } from './truth.ts';

/** Pieces of a body are gathered at least this long before they count: the clocks of browsers are too coarse for less. */
const SAMPLE_MS_MIN = 5;

export interface NodeState {
  readonly nodeId: string;
  estimate: NodeEstimate;
  breaker: Breaker;
  /** Requests whose answer has begun. */
  flowingCount: number;
  sampleFromMs: number;
  sampleBytes: number;
  /** When anything was last heard of it. */
  heardAtMs: number;
  /** Useful bytes of right or not yet checked chunks. */
  deliveredBytes: number;
  /** Chunks that came mostly from it. */
  chunkCount: number;
  requestCount: number;
  failureCount: number;
  /** The emulator's word, for the oracle. */
  truth: LinkTruth | null;
}

export const createNode = (nodeId: string): NodeState => ({
  nodeId, estimate: createNodeEstimate(), breaker: createBreaker(), flowingCount: 0, sampleFromMs: 0, sampleBytes: 0, heardAtMs: -Infinity,
  deliveredBytes: 0, chunkCount: 0, requestCount: 0, failureCount: 0, truth: null,
});

const takeSample = (node: NodeState, nowMs: number): void => {
  if (node.sampleBytes > 0 || nowMs - node.sampleFromMs >= TRANSFER_MS_TELLING) {
    node.estimate = observe(node.estimate, { kind: 'received', atMs: nowMs, sizeBytes: node.sampleBytes, tookMs: nowMs - node.sampleFromMs });
  }
  node.sampleFromMs = nowMs;
  node.sampleBytes = 0;
};

export const noteAsked = (node: NodeState, sizeBytes: number, nowMs: number): void => {
  node.requestCount++;
  node.estimate = observe(node.estimate, { kind: 'asked', atMs: nowMs, sizeBytes });
};

export const noteFirstByte = (node: NodeState, tookMs: number, nowMs: number): void => {
  // The time in which nothing was asked of it is no slowness.
  if (node.flowingCount++ === 0) node.sampleFromMs = nowMs;
  node.heardAtMs = nowMs;
  node.estimate = observe(node.estimate, { kind: 'first-byte', atMs: nowMs, tookMs });
};

export const noteBytes = (node: NodeState, sizeBytes: number, nowMs: number): void => {
  node.heardAtMs = nowMs;
  node.sampleBytes += sizeBytes;
  const tookMs = nowMs - node.sampleFromMs;
  if ((node.sampleBytes >= TRANSFER_BYTES_MIN && tookMs >= SAMPLE_MS_MIN) || tookMs >= TRANSFER_MS_TELLING) takeSample(node, nowMs);
};

/** A request is over. `leftBytes` did not come; `hasBegun`: its first byte did. */
export const noteEnd = (node: NodeState, end: 'succeeded' | 'failed' | 'dropped', leftBytes: number, hasBegun: boolean, nowMs: number): void => {
  if (hasBegun) {
    node.flowingCount--;
    if (node.flowingCount === 0) takeSample(node, nowMs);
  }
  if (end === 'failed') node.failureCount++;
  node.estimate = observe(node.estimate, end === 'succeeded' ? { kind: 'succeeded', atMs: nowMs } : { kind: end, atMs: nowMs, leftBytes });
};

export const notePing = (node: NodeState, tookMs: number | null, nowMs: number): void => {
  node.estimate = observe(node.estimate, tookMs === null ? { kind: 'ping-failed', atMs: nowMs } : { kind: 'pinged', atMs: nowMs, tookMs });
};
