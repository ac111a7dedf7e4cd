/**
 * Asks other nodes for the tail that a request is late with. Whoever brings it first wins, the others are ended. What that may waste is bounded
 * by a budget that grows with the delivered bytes, except when the buffer is about to run dry.
 */
import { SECOND_MS } from '../../contract/units.ts';
import { bufferSecOf, deadlineMsOf } from './buffer.ts';
import { spareNodes, type Timed } from './choose.ts';
import { createLateness } from './late.ts';
import { HEDGE_GAIN_MS_MIN, IN_FLIGHT_MAX, IN_FLIGHT_MAX_URGENT, LATE_MS_MIN, MOVE_GAIN_SHARE, TAIL_BYTES_MIN, URGENT_BELOW_SEC, URGENT_GAIN_SHARE, WAIT_FACTOR } from './limits.ts';
import { createPredict, type Predict, timeMsOf } from './predict.ts';
import { areAllSlow, remainingMsOf } from './remaining.ts';
import { type ChunkState, type ClientState, nodeOf, positionOf, type RequestState, requestsOf } from './state.ts';
import { ask, type Effects, isMeasuring, move } from './work.ts';

/** A request that is not the tail of another, has no tail of its own out, and could be ended. */
const isHedgeable = (state: ClientState, request: RequestState): boolean =>
  request.hedgeOf === null && ![...state.requests.values()].some((other) => other.hedgeOf === request.requestId) && !state.chunks.get(request.sequence)!.isSuspect;

/** A request that others may have to help with. */
interface Trouble {
  chunk: ChunkState;
  request: RequestState;
  /** The picture waits for it, or will at once. */
  isUrgent: boolean;
  isLate: boolean;
  remainingMs: number;
}

const lateWords = ({ request: { nodeId, askedAtMs, gotBytes }, isLate }: Trouble, nowMs: number): string => {
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

/** What is left of a request in equal parts, for as many of the spare nodes as are about as quick as the quickest, which comes first. */
const tailsOf = (request: RequestState, spares: readonly Timed[], predict: Predict): Tail[] => {
  const [from, to] = [positionOf(request), request.toByte];
  const quick = spares.filter(({ timeMs }) => timeMs <= spares[0]!.timeMs * WAIT_FACTOR);
  const count = Math.max(1, Math.min(quick.length, Math.floor((to - from) / TAIL_BYTES_MIN)));
  const cut = (index: number): number => from + Math.round(((to - from) * index) / count);
  return quick.slice(0, count).map(({ node }, index) => {
    const [fromByte, toByte] = [cut(index), cut(index + 1)];
    return { nodeId: node.nodeId, fromByte, toByte, predictedMs: timeMsOf(node, toByte - fromByte, predict) };
  });
};

/** Nodes that could take the tail, the quickest first. */
const sparesFor = (state: ClientState, { chunk, request, isUrgent, isLate }: Trouble, nowMs: number): Timed[] => {
  const busyNodeIds = new Set(requestsOf(state, chunk.facts.sequence).map((other) => other.nodeId));
  // In an emergency any other node will do, even one that is at this chunk already; as long as nothing is late, one with nothing else to do.
  const countMax = isUrgent ? (isLate ? IN_FLIGHT_MAX_URGENT : 1) : IN_FLIGHT_MAX;
  return spareNodes(state, chunk, request.toByte - positionOf(request), isUrgent ? new Set([request.nodeId]) : busyNodeIds, countMax, nowMs);
};

const isAnyGood = ({ request, isUrgent, isLate, remainingMs }: Trouble, tailsMs: number): boolean => {
  // Of one that is silent nothing is known but its silence; then a second one is worth its bytes even if it takes as long again.
  const isDoubtful = isUrgent && isLate && request.gotBytes === 0;
  return tailsMs <= 2 * remainingMs && (isDoubtful || tailsMs <= remainingMs - HEDGE_GAIN_MS_MIN);
};

const mayDouble = ({ hedgeBytes }: ClientState, { request, isUrgent, isLate, remainingMs }: Trouble, tailsMs: number): boolean =>
  isUrgent ? isLate || tailsMs < remainingMs * URGENT_GAIN_SHARE : hedgeBytes >= request.toByte - positionOf(request);

const double = (state: ClientState, trouble: Trouble, tails: readonly Tail[], nowMs: number, out: Effects): void => {
  const { chunk, request } = trouble;
  state.hedgeBytes = Math.max(Math.min(0, state.hedgeBytes), state.hedgeBytes - (request.toByte - positionOf(request)));
  state.totals.hedgeCount += tails.length;
  chunk.isHedged = true;
  chunk.remarks.push(`${lateWords(trouble, nowMs)}, asked of ${tails.map(({ nodeId }) => nodeId).join(' and ')} too`);
  for (const { nodeId, fromByte, toByte, predictedMs } of tails) {
    ask(state, chunk, fromByte, toByte, { nodeId, code: 'quickest', reason: '', predictedMs, bytesMax: Infinity }, request, nowMs, out);
  }
};

/** Returns whether the request was moved. */
const help = (state: ClientState, trouble: Trouble, predict: Predict, nowMs: number, out: Effects): boolean => {
  const { request, isLate, remainingMs } = trouble;
  const spares = sparesFor(state, trouble, nowMs);
  if (spares.length === 0) return false;
  const tails = tailsOf(request, spares, predict);
  const tailsMs = Math.max(...tails.map(({ predictedMs }) => predictedMs));
  if (!isAnyGood(trouble, tailsMs)) return false;
  if (mayDouble(state, trouble, tailsMs)) {
    double(state, trouble, tails, nowMs, out);
    return false;
  }
  if (!isLate || spares[0]!.timeMs > remainingMs * MOVE_GAIN_SHARE) return false;
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
    hasMoved = help(state, { chunk, request, isUrgent, isLate: isRequestLate, remainingMs }, predict, nowMs, out) || hasMoved;
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
