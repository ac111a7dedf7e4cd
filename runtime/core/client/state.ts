/** All that a client knows. It is moved by `stepClient` alone; the readers below are for whoever drives or shows it. */
import type { ClientKind } from '../../contract/client-kind.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { createRandom, type RandomState } from '../random.ts';
import { type ActiveSpan, goodputOf, recentSpans } from '../scheduling/goodput.ts';
import { figuresOf, type NodeFigures } from '../scheduling/node-estimate.ts';
import { latencyMsOf, scoreOfNode } from '../scheduling/score.ts';
import { breakerPhase } from './breaker.ts';
import { type ByteRange, missingIn, type OwnedRange } from './byte-ranges.ts';
import { HEDGE_BYTES_START } from './limits.ts';
import type { Attempt, ChunkFacts, WhyCode } from './messages.ts';
import { createNode, type NodeState } from './nodes.ts';

/** `playback`: fills its buffer ahead of the playhead by itself. `wanted`: fetches what is wanted and nothing else, as downloads do. */
export type Schedule = 'playback' | 'wanted';

export interface ChunkState {
  facts: ChunkFacts;
  status: 'missing' | 'verifying' | 'complete';
  isTaken: boolean;
  here: OwnedRange[];
  /** Nodes that failed in this round, or were too slow. */
  failed: Set<string>;
  /** Nodes that gave wrong bytes of it, since the last miss. */
  liars: Set<string>;
  attempts: Attempt[];
  /** Rounds in which no holder gave it. */
  missCount: number;
  retryAtMs: number;
  /** Somebody lied and nobody knows who: all of it comes from one node. */
  isSuspect: boolean;
  askedAtMs: number | null;
  firstByteAtMs: number | null;
  lastByteAtMs: number;
  isHedged: boolean;
  code: WhyCode;
  /** What was reckoned with when it was first asked for, in words. */
  reason: string;
  /** What happened later, in words. */
  remarks: string[];
}

export interface ProgressMark {
  atMs: number;
  gotBytes: number;
}

export interface RequestState {
  readonly requestId: number;
  readonly sequence: number;
  readonly nodeId: string;
  readonly fromByte: number;
  readonly toByte: number;
  gotBytes: number;
  /** Of these, bytes that were there already. */
  doubledBytes: number;
  readonly askedAtMs: number;
  firstByteAtMs: number | null;
  heardAtMs: number;
  /** How far it was a while ago, for its pace of late; null before its first byte. */
  marks: readonly [ProgressMark, ProgressMark] | null;
  readonly predictedMs: number;
  readonly isTrial: boolean;
  readonly isExploring: boolean;
  /** The request whose tail this doubles. */
  readonly hedgeOf: number | null;
  /** Budget that was set aside for it. */
  readonly reservedBytes: number;
}

export interface ClientTotals {
  deliveredBytes: number;
  /** Came in and were of no use: doubled, thrown away with a failed try, or wrong. */
  wastedBytes: number;
  requestCount: number;
  failedRequestCount: number;
  hedgeCount: number;
  hedgeWinCount: number;
  failOverCount: number;
}

export interface ClientState {
  client: ClientKind;
  readonly schedule: Schedule;
  random: RandomState;
  requestIdNext: number;
  chunks: Map<number, ChunkState>;
  /** The same in the order of the video. */
  order: readonly ChunkState[];
  /** Sequences that somebody waits for. */
  wanted: Set<number>;
  requests: Map<number, RequestState>;
  nodes: Map<string, NodeState>;
  playhead: { positionSec: number; rate: number; atMs: number };
  /** Real over predicted times of the latest requests, of all nodes. */
  ratios: number[];
  hedgeBytes: number;
  totals: ClientTotals;
  spans: ActiveSpan[];
  spanFromMs: number;
  spanBytes: number;
  /** Time in which any request was open, all of it but the span that lasts. */
  activeMs: number;
  /** The timer that is set. */
  timerAtMs: number | null;
}

export interface ClientOptions {
  client: ClientKind;
  schedule: Schedule;
  seed: number;
}

export const createClientState = ({ client, schedule, seed }: ClientOptions): ClientState => ({
  client, schedule, random: createRandom(seed), requestIdNext: 1, chunks: new Map(), order: [], wanted: new Set(), requests: new Map(), nodes: new Map(),
  playhead: { positionSec: 0, rate: 0, atMs: 0 }, ratios: [], hedgeBytes: HEDGE_BYTES_START,
  totals: { deliveredBytes: 0, wastedBytes: 0, requestCount: 0, failedRequestCount: 0, hedgeCount: 0, hedgeWinCount: 0, failOverCount: 0 },
  spans: [], spanFromMs: 0, spanBytes: 0, activeMs: 0, timerAtMs: null,
});

export const createChunk = (facts: ChunkFacts): ChunkState => ({
  facts, status: 'missing', isTaken: false, here: [], failed: new Set(), liars: new Set(), attempts: [], missCount: 0, retryAtMs: 0,
  isSuspect: false, askedAtMs: null, firstByteAtMs: null, lastByteAtMs: 0, isHedged: false, code: 'quickest', reason: '', remarks: [],
});

export const nodeOf = (state: ClientState, nodeId: string): NodeState => {
  const node = state.nodes.get(nodeId) ?? createNode(nodeId);
  state.nodes.set(nodeId, node);
  return node;
};

export const requestsOf = (state: ClientState, sequence: number): RequestState[] => {
  const own: RequestState[] = [];
  for (const request of state.requests.values()) if (request.sequence === sequence) own.push(request);
  return own;
};

export const inFlightAt = (state: ClientState, nodeId: string): number => state.nodes.get(nodeId)?.estimate.inFlightCount ?? 0;

/** The next byte that a request will bring. */
export const positionOf = ({ fromByte, gotBytes }: RequestState): number => fromByte + gotBytes;

/** Bytes of a chunk that have not come yet, of [from, to): a driver keeps these and drops the others. */
export const missingBytes = (state: ClientState, sequence: number, from: number, to: number): ByteRange[] => {
  const chunk = state.chunks.get(sequence);
  return chunk?.status === 'missing' ? missingIn(chunk.here, from, to) : [];
};

/* For those who show it */

export interface NodeMeasurement extends NodeFigures {
  nodeId: string;
  /** Of a ping, else of a first byte; null while it does not answer, for the last one says nothing then. */
  latencyMs: number | null;
  /** V-Stack's published score; null until throughput and latency are known. */
  score: number | null;
  /** Whether the last request or ping was answered; null before the first. */
  isAnswering: boolean | null;
  /** Its breaker is open, or it is being tried again. */
  isAvoided: boolean;
  inFlightBytes: number;
  deliveredBytes: number;
  chunkCount: number;
  requestCount: number;
  failureCount: number;
}

/** In the order they became known. */
export const measurementsOf = (state: ClientState, nowMs: number): NodeMeasurement[] =>
  [...state.nodes.values()].map(({ nodeId, estimate, breaker, deliveredBytes, chunkCount, requestCount, failureCount }) => {
    const figures = figuresOf(estimate);
    return {
      nodeId, ...figures, latencyMs: estimate.isAnswering === false ? null : latencyMsOf(figures), score: scoreOfNode(figures), isAnswering: estimate.isAnswering,
      isAvoided: breakerPhase(breaker, nowMs) !== 'closed', inFlightBytes: estimate.inFlightBytes, deliveredBytes, chunkCount, requestCount, failureCount,
    };
  });

/** Bits a second of all requests together, lately, while any was open; null when none was. */
export const throughputOf = (state: ClientState, nowMs: number): number | null =>
  goodputOf(state.requests.size > 0 ? [...state.spans, { fromMs: state.spanFromMs, toMs: nowMs, sizeBytes: state.spanBytes }] : state.spans, nowMs);

/** Bits a second of all bytes that ever came, over the time in which any request was open; null before the first. */
export const meanThroughputOf = (state: ClientState, nowMs: number): number | null => {
  const activeMs = state.activeMs + (state.requests.size > 0 ? nowMs - state.spanFromMs : 0);
  return activeMs > 0 ? ((state.totals.deliveredBytes + state.totals.wastedBytes) * 8 * SECOND_MS) / activeMs : null;
};

export const beginActivity = (state: ClientState, nowMs: number): void => {
  if (state.requests.size > 0) return;
  state.spanFromMs = nowMs;
  state.spanBytes = 0;
};

/** Call when the last request has ended. A time without a byte was a wait for nodes that gave nothing, and counts as such. */
export const endActivity = (state: ClientState, nowMs: number): void => {
  if (state.requests.size > 0) return;
  state.activeMs += nowMs - state.spanFromMs;
  state.spans = [...recentSpans(state.spans, nowMs), { fromMs: state.spanFromMs, toMs: nowMs, sizeBytes: state.spanBytes }];
};
