/**
 * Asks a second node for the tail that a first one is late with. The first to bring it wins, and the other is ended. What that may waste is
 * bounded by a budget that grows with the delivered bytes, except when the buffer is about to run dry.
 */
import { SECOND_MS } from '../../contract/units.ts';
import { bufferSecOf, deadlineMsOf } from './buffer.ts';
import { spareNodes, type Timed } from './choose.ts';
import {
  HEDGE_GAIN_MS_MIN, IN_FLIGHT_MAX, IN_FLIGHT_MAX_URGENT, LATE_MS_MIN, MOVE_GAIN_SHARE, OWN_RATE_MS_MIN, TAIL_BYTES_MIN, URGENT_BELOW_SEC,
  URGENT_GAIN_SHARE, WAIT_FACTOR,
} from './limits.ts';
import type { NodePrediction } from '../scheduling/node-estimate.ts';
import type { NodeState } from './nodes.ts';
import { createLateness } from './late.ts';
import { paceMsOf } from './pace.ts';
import { createPredict, lateMsOf, type Predict, timeMsOf } from './predict.ts';
import { type ChunkState, type ClientState, nodeOf, positionOf, type RequestState, requestsOf } from './state.ts';
import { ask, type Effects, isMeasuring, move } from './work.ts';

/** A request that is not the tail of another, has no tail of its own out, and could be ended. */
const isHedgeable = (state: ClientState, request: RequestState): boolean =>
  request.hedgeOf === null && ![...state.requests.values()].some((other) => other.hedgeOf === request.requestId) && !state.chunks.get(request.sequence)!.isSuspect;

/** A request that nothing has come of. */
const silentMsOf = (leftBytes: number, elapsedMs: number, { bitsPerSecond, firstByteMs }: NodePrediction): number =>
  elapsedMs + ((8 * SECOND_MS * leftBytes) / bitsPerSecond) * Math.max(1, elapsedMs / firstByteMs);

/**
 * How long it will still take, by what is known of its node now, which may be more than when it was asked, and by its own speed: by the better of
 * the two until it is late, since every connection begins slowly, and by its own speed then. One that is silent beyond its time may stay so as
 * long again, and be slower by as much as its wait is longer.
 */
export const remainingMsOf = (request: RequestState, node: NodeState, isLate: boolean, predict: Predict, nowMs: number): number => {
  const elapsedMs = nowMs - request.askedAtMs;
  const leftBytes = request.toByte - positionOf(request);
  if (isLate && request.firstByteAtMs === null) return silentMsOf(leftBytes, elapsedMs, predict(node));
  const expectedMs = Math.min(request.predictedMs, timeMsOf(node, 0, predict));
  const byNodeMs = elapsedMs < expectedMs ? expectedMs - elapsedMs : elapsedMs;
  const paceMs = paceMsOf(request, OWN_RATE_MS_MIN, nowMs);
  if (paceMs === null) return byNodeMs;
  const byOwnMs = nowMs - request.heardAtMs + leftBytes * paceMs;
  return isLate ? byOwnMs : Math.min(byOwnMs, byNodeMs);
};

/**
 * Whether every node that is at work is slower than it should be, going by what will be late as well as by what is: then the cause is common, a
 * second node is no remedy, and doubling makes it worse.
 */
const areAllSlow = (state: ClientState, isLate: (request: RequestState) => boolean, predict: Predict, nowMs: number): boolean => {
  const nodes = new Map<string, boolean>();
  for (const request of state.requests.values()) {
    const willTakeMs = nowMs - request.askedAtMs + remainingMsOf(request, nodeOf(state, request.nodeId), isLate(request), predict, nowMs);
    nodes.set(request.nodeId, (nodes.get(request.nodeId) ?? false) || willTakeMs > lateMsOf(state, request));
  }
  return nodes.size > 1 && [...nodes.values()].every(Boolean);
};

interface Hedging {
  isUrgent: boolean;
  isLate: boolean;
  remainingMs: number;
}

const lateWords = ({ nodeId, askedAtMs, gotBytes }: RequestState, isLate: boolean, nowMs: number): string => {
  const elapsed = `${Math.round(nowMs - askedAtMs)} ms`;
  if (gotBytes === 0) return `${nodeId} gave nothing for ${elapsed}`;
  return `${nodeId} was ${isLate ? 'late' : 'too slow'} after ${elapsed}`;
};

interface Tail {
  nodeId: string;
  fromByte: number;
  toByte: number;
  predictedMs: number;
}

/** What is left of a request in equal parts, for as many of the spare nodes as are about as quick as the quickest. The slowest part comes last. */
const tailsOf = (request: RequestState, spares: readonly Timed[], predict: Predict): Tail[] => {
  const [fromByte, toByte] = [positionOf(request), request.toByte];
  const quick = spares.filter(({ timeMs }) => timeMs <= spares[0]!.timeMs * WAIT_FACTOR);
  const count = Math.max(1, Math.min(quick.length, Math.floor((toByte - fromByte) / TAIL_BYTES_MIN)));
  const cut = (index: number): number => fromByte + Math.round(((toByte - fromByte) * index) / count);
  return quick.slice(0, count).map(({ node }, index) => ({ nodeId: node.nodeId, fromByte: cut(index), toByte: cut(index + 1), predictedMs: timeMsOf(node, cut(index + 1) - cut(index), predict) }));
};

const considerOne = (state: ClientState, chunk: ChunkState, request: RequestState, { isUrgent, isLate, remainingMs }: Hedging, predict: Predict, nowMs: number, out: Effects): boolean => {
  const leftBytes = request.toByte - positionOf(request);
  const busyNodeIds = new Set(requestsOf(state, chunk.facts.sequence).map((other) => other.nodeId));
  // In an emergency any other node will do, even one that is at this chunk already; as long as nothing is late, one with nothing else to do.
  const countMax = isUrgent ? (isLate ? IN_FLIGHT_MAX_URGENT : 1) : IN_FLIGHT_MAX;
  const spares = spareNodes(state, chunk, leftBytes, isUrgent ? new Set([request.nodeId]) : busyNodeIds, countMax, nowMs);
  if (spares.length === 0) return false;
  const tails = tailsOf(request, spares, predict);
  const tailsMs = Math.max(...tails.map(({ predictedMs }) => predictedMs));
  // Of one that is silent nothing is known but its silence; then a second one is worth its bytes even if it takes as long again.
  const isDoubtful = isUrgent && isLate && request.gotBytes === 0;
  if ((!isDoubtful && tailsMs > remainingMs - HEDGE_GAIN_MS_MIN) || tailsMs > 2 * remainingMs) return false;
  const isWorthIt = isUrgent ? isLate || tailsMs < remainingMs * URGENT_GAIN_SHARE : true;
  if (isWorthIt && (isUrgent || state.hedgeBytes >= leftBytes)) {
    state.hedgeBytes = Math.max(Math.min(0, state.hedgeBytes), state.hedgeBytes - leftBytes);
    state.totals.hedgeCount += tails.length;
    chunk.isHedged = true;
    chunk.remarks.push(`${lateWords(request, isLate, nowMs)}, asked of ${tails.map(({ nodeId }) => nodeId).join(' and ')} too`);
    for (const { nodeId, fromByte, toByte, predictedMs } of tails) {
      ask(state, chunk, fromByte, toByte, { nodeId, code: 'quickest', reason: '', predictedMs, bytesMax: Infinity }, request, nowMs, out);
    }
    return false;
  }
  const [spare] = spares;
  if (!isLate || spare!.timeMs > remainingMs * MOVE_GAIN_SHARE) return false;
  move(state, request, nowMs, out);
  return true;
};

/** Doubles or moves what needs it; returns whether anything was moved, so that bytes are free to be asked for elsewhere. */
export const hedge = (state: ClientState, nowMs: number, out: Effects): boolean => {
  if (!isMeasuring(state) || state.requests.size === 0) return false;
  const { isLate } = createLateness(state, nowMs);
  const bufferSec = bufferSecOf(state, nowMs);
  const predict = createPredict(state, nowMs);
  if (areAllSlow(state, isLate, predict, nowMs)) return false;
  let hasMoved = false;
  for (const request of [...state.requests.values()]) {
    if (!isHedgeable(state, request)) continue;
    const chunk = state.chunks.get(request.sequence)!;
    const deadlineMs = deadlineMsOf(state, chunk, nowMs);
    const isRequestLate = isLate(request);
    const remainingMs = remainingMsOf(request, nodeOf(state, request.nodeId), isRequestLate, predict, nowMs);
    const isUrgent = bufferSec < URGENT_BELOW_SEC && deadlineMs - nowMs < 2 * URGENT_BELOW_SEC * SECOND_MS;
    const willMiss = nowMs + remainingMs > deadlineMs && nowMs - request.askedAtMs >= LATE_MS_MIN;
    if (!isUrgent && !isRequestLate && !willMiss) continue;
    hasMoved = considerOne(state, chunk, request, { isUrgent, isLate: isRequestLate, remainingMs }, predict, nowMs, out) || hasMoved;
  }
  return hasMoved;
};

/** When a hedge has to be thought of next; null while nothing is under way. */
export const nextHedgeMs = (state: ClientState, nowMs: number): number | null => {
  if (!isMeasuring(state)) return null;
  const lateness = createLateness(state, nowMs);
  let nextMs: number | null = null;
  for (const request of state.requests.values()) {
    if (!isHedgeable(state, request)) continue;
    const lateAtMs = lateness.lateAtMs(request) + 1;
    // A request that is late without a remedy is thought of again and again: a node may become free, the budget may grow.
    nextMs = Math.min(nextMs ?? Infinity, lateAtMs > nowMs ? lateAtMs : Infinity, nowMs + RETHINK_MS);
  }
  return nextMs;
};

const RETHINK_MS = 100;
