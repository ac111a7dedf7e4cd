/**
 * What a client knows of one storage node, learnt from its own requests and pings and from nothing else: nobody has to ask the node how it
 * feels, and a link that is slow for this client alone is slow here alone.
 *
 *   throughput   min(EWMA 2 s, EWMA 8 s), weighted by the time bytes were really flowing. The first byte's wait is left out, it is told apart.
 *                Taking the lower of the two, bad news acts at once and good news has to last.
 *   first byte   EWMA over requests, and the p95 of the last 32
 *   ping         EWMA; the only thing that is learnt of a node that is not used
 *   success      EWMA over requests and pings
 *   in flight    requests and bytes that are still to come
 *
 * `observe` maps an estimate and an observation to the next estimate; times are monotonic milliseconds.
 */
import { KIB, SECOND_MS } from '../../contract/units.ts';
import { addToEwma, createEwma, type Ewma, ewmaOf } from './ewma.ts';
import { percentileOf } from './percentile.ts';

/** Below this a transfer tells of buffers and timers, not of the way. */
export const TRANSFER_BYTES_MIN = 16 * KIB;
/** A transfer of this length tells of the way however little came: a node that trickles is slow, not unknown. */
export const TRANSFER_MS_TELLING = SECOND_MS;
/** Clocks in browsers are coarse, so a transfer that seems to have taken no time took this. */
const TRANSFER_MS_MIN = 1;
const FAST_HALF_LIFE_SEC = 2;
const SLOW_HALF_LIFE_SEC = 8;
/** First bytes that the p95 is taken of. */
export const FIRST_BYTES_MAX = 32;
/** In requests: slow enough to see through one odd answer, fast enough to follow a link that changed. */
const LATENCY_HALF_LIFE = 3;
const SUCCESS_HALF_LIFE = 4;
/** A node nobody has asked yet is trusted as if this many requests had succeeded, so that one failure at the start does not condemn it. */
const SUCCESSES_ASSUMED = 8;
/** What was learnt and never confirmed again counts half after this time: a slow node may have recovered, a fast one slowed. */
export const DECAY_HALF_LIFE_MS = 30 * SECOND_MS;

export type NodeObservation =
  /** A request for so many bytes left. */
  | { readonly kind: 'asked'; readonly atMs: number; readonly sizeBytes: number }
  /** Its answer began, `tookMs` after it left. */
  | { readonly kind: 'first-byte'; readonly atMs: number; readonly tookMs: number }
  /** Bytes came in, over `tookMs` in which they flowed. From TRANSFER_BYTES_MIN or TRANSFER_MS_TELLING on they tell of the throughput too. */
  | { readonly kind: 'received'; readonly atMs: number; readonly sizeBytes: number; readonly tookMs: number }
  | { readonly kind: 'succeeded'; readonly atMs: number }
  /** `leftBytes` did not come. */
  | { readonly kind: 'failed'; readonly atMs: number; readonly leftBytes: number }
  /** The client itself ended the request: no word on the node. */
  | { readonly kind: 'dropped'; readonly atMs: number; readonly leftBytes: number }
  | { readonly kind: 'pinged'; readonly atMs: number; readonly tookMs: number }
  | { readonly kind: 'ping-failed'; readonly atMs: number };

export interface NodeEstimate {
  /** Bits a second, by seconds of transfer. */
  readonly fast: Ewma;
  readonly slow: Ewma;
  readonly transferAtMs: number | null;
  readonly firstByte: Ewma;
  /** The latest, oldest first. */
  readonly firstBytesMs: readonly number[];
  readonly firstByteAtMs: number | null;
  readonly ping: Ewma;
  readonly pingAtMs: number | null;
  readonly success: Ewma;
  readonly successAtMs: number | null;
  /** Whether the last request or ping was answered; null before the first. */
  readonly isAnswering: boolean | null;
  readonly inFlightCount: number;
  readonly inFlightBytes: number;
}

/** What is assumed of a node as long as nothing is known: an ordinary broadband link, so that unknown nodes are tried but not preferred. */
export const NODE_PRIOR = { bitsPerSecond: 10_000_000, firstByteMs: 100, reliability: 1 } as const;

/** Figures as they were measured; null before there was anything to measure. */
export interface NodeFigures {
  bitsPerSecond: number | null;
  firstByteMs: number | null;
  firstByteMsP95: number | null;
  pingMs: number | null;
  /** Share of requests and pings that succeeded, 0–1. */
  reliability: number | null;
}

/** What to reckon with now: measured where it is fresh, drawn to the prior where it is old. */
export interface NodePrediction {
  bitsPerSecond: number;
  firstByteMs: number;
  reliability: number;
}

export const createNodeEstimate = (): NodeEstimate => ({
  fast: createEwma(FAST_HALF_LIFE_SEC),
  slow: createEwma(SLOW_HALF_LIFE_SEC),
  transferAtMs: null,
  firstByte: createEwma(LATENCY_HALF_LIFE),
  firstBytesMs: [],
  firstByteAtMs: null,
  ping: createEwma(LATENCY_HALF_LIFE),
  pingAtMs: null,
  success: addToEwma(createEwma(SUCCESS_HALF_LIFE), NODE_PRIOR.reliability, SUCCESSES_ASSUMED),
  successAtMs: null,
  isAnswering: null,
  inFlightCount: 0,
  inFlightBytes: 0,
});

const withOutcome = (estimate: NodeEstimate, isSuccess: boolean, atMs: number): NodeEstimate => ({
  ...estimate,
  success: addToEwma(estimate.success, isSuccess ? 1 : 0, 1),
  successAtMs: atMs,
  isAnswering: isSuccess,
});

const landed = (estimate: NodeEstimate, leftBytes: number): NodeEstimate => ({
  ...estimate,
  inFlightCount: Math.max(0, estimate.inFlightCount - 1),
  inFlightBytes: Math.max(0, estimate.inFlightBytes - leftBytes),
});

const withTransfer = (estimate: NodeEstimate, sizeBytes: number, tookMs: number, atMs: number): NodeEstimate => {
  const next = { ...estimate, inFlightBytes: Math.max(0, estimate.inFlightBytes - sizeBytes) };
  if (sizeBytes < TRANSFER_BYTES_MIN && tookMs < TRANSFER_MS_TELLING) return next;
  const seconds = Math.max(tookMs, TRANSFER_MS_MIN) / SECOND_MS;
  const bitsPerSecond = (sizeBytes * 8) / seconds;
  return { ...next, fast: addToEwma(estimate.fast, bitsPerSecond, seconds), slow: addToEwma(estimate.slow, bitsPerSecond, seconds), transferAtMs: atMs };
};

/** The estimate after one more observation. Observations come in the order they were made. */
export const observe = (estimate: NodeEstimate, observation: NodeObservation): NodeEstimate => {
  const { atMs } = observation;
  switch (observation.kind) {
    case 'asked':
      return { ...estimate, inFlightCount: estimate.inFlightCount + 1, inFlightBytes: estimate.inFlightBytes + observation.sizeBytes };
    case 'first-byte':
      return {
        ...estimate,
        firstByte: addToEwma(estimate.firstByte, observation.tookMs, 1),
        firstBytesMs: [...estimate.firstBytesMs, observation.tookMs].slice(-FIRST_BYTES_MAX),
        firstByteAtMs: atMs,
      };
    case 'received':
      return withTransfer(estimate, observation.sizeBytes, observation.tookMs, atMs);
    case 'succeeded':
      return withOutcome(landed(estimate, 0), true, atMs);
    case 'failed':
      return withOutcome(landed(estimate, observation.leftBytes), false, atMs);
    case 'dropped':
      return landed(estimate, observation.leftBytes);
    case 'pinged':
      return withOutcome({ ...estimate, ping: addToEwma(estimate.ping, observation.tookMs, 1), pingAtMs: atMs }, true, atMs);
    case 'ping-failed':
      return withOutcome(estimate, false, atMs);
  }
};

const throughputOf = ({ fast, slow }: NodeEstimate): number | null => {
  const [fastBits, slowBits] = [ewmaOf(fast), ewmaOf(slow)];
  return fastBits === null || slowBits === null ? null : Math.min(fastBits, slowBits);
};

/** What was measured, however long ago. */
export const figuresOf = (estimate: NodeEstimate): NodeFigures => ({
  bitsPerSecond: throughputOf(estimate),
  firstByteMs: ewmaOf(estimate.firstByte),
  firstByteMsP95: percentileOf(estimate.firstBytesMs, 0.95),
  pingMs: ewmaOf(estimate.ping),
  reliability: estimate.successAtMs === null ? null : ewmaOf(estimate.success),
});

const decayed = (measured: number | null, measuredAtMs: number | null, prior: number, nowMs: number): number =>
  measured === null || measuredAtMs === null ? prior : prior + (measured - prior) * 0.5 ** (Math.max(0, nowMs - measuredAtMs) / DECAY_HALF_LIFE_MS);

/** What to reckon with at `nowMs`. A node without a first byte yet is judged by its pings. */
export const predictionOf = (estimate: NodeEstimate, nowMs: number, prior: NodePrediction = NODE_PRIOR): NodePrediction => {
  const { bitsPerSecond, firstByteMs, pingMs, reliability } = figuresOf(estimate);
  const byPing = decayed(pingMs, estimate.pingAtMs, prior.firstByteMs, nowMs);
  return {
    bitsPerSecond: decayed(bitsPerSecond, estimate.transferAtMs, prior.bitsPerSecond, nowMs),
    firstByteMs: firstByteMs === null ? byPing : decayed(firstByteMs, estimate.firstByteAtMs, byPing, nowMs),
    reliability: decayed(reliability, estimate.successAtMs, prior.reliability, nowMs),
  };
};
