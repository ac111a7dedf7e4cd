/**
 * Asks a second node for the tail that a first one is late with. The first to bring it wins, and the other is ended. What that may waste is
 * bounded by a budget that grows with the delivered bytes, except when the buffer is about to run dry.
 */
import { SECOND_MS } from '../../contract/units.ts';
import { bufferSecOf, deadlineMsOf } from './buffer.ts';
import { spareNodes } from './choose.ts';
import { HEDGE_GAIN_MS_MIN, HEDGE_GAIN_SHARE, MOVE_FACTOR, OWN_RATE_MS_MIN, URGENT_BELOW_SEC } from './limits.ts';
import { lateMsOf } from './predict.ts';
import { type ChunkState, type ClientState, positionOf, type RequestState, requestsOf } from './state.ts';
import { ask, type Effects, isMeasuring, move } from './work.ts';

/** A request that is not the tail of another, has no tail of its own out, and could be ended. */
const isHedgeable = (state: ClientState, request: RequestState): boolean =>
  request.hedgeOf === null && ![...state.requests.values()].some((other) => other.hedgeOf === request.requestId) && !state.chunks.get(request.sequence)!.isSuspect;

/** How long it will still take: by its own speed once that can be told. One that is silent beyond its time may stay so as long again. */
export const remainingMsOf = (request: RequestState, nowMs: number): number => {
  const elapsedMs = nowMs - request.askedAtMs;
  const leftBytes = request.toByte - positionOf(request);
  const flowMs = request.firstByteAtMs === null ? 0 : nowMs - request.firstByteAtMs;
  if (flowMs >= OWN_RATE_MS_MIN && request.gotBytes > 0) return (leftBytes / request.gotBytes) * flowMs;
  return elapsedMs < request.predictedMs ? request.predictedMs - elapsedMs : elapsedMs;
};

/** Whether everything is slow: then a second node is no remedy, and doubling makes it worse. */
const areAllLate = (state: ClientState, isLate: (request: RequestState) => boolean): boolean => {
  const nodes = new Map<string, boolean>();
  for (const request of state.requests.values()) nodes.set(request.nodeId, (nodes.get(request.nodeId) ?? false) || isLate(request));
  return nodes.size > 1 && [...nodes.values()].every(Boolean);
};

interface Hedging {
  isUrgent: boolean;
  isLate: boolean;
  isTooLate: boolean;
  remainingMs: number;
}

const considerOne = (state: ClientState, chunk: ChunkState, request: RequestState, { isUrgent, isLate, isTooLate, remainingMs }: Hedging, nowMs: number, out: Effects): void => {
  const leftBytes = request.toByte - positionOf(request);
  const busyNodeIds = new Set(requestsOf(state, chunk.facts.sequence).map((other) => other.nodeId));
  const [spare] = spareNodes(state, chunk, leftBytes, isUrgent ? new Set([request.nodeId]) : busyNodeIds, nowMs);
  if (!spare || spare.timeMs > remainingMs - HEDGE_GAIN_MS_MIN) return;
  const isWorthIt = isUrgent ? isLate || spare.timeMs < remainingMs * HEDGE_GAIN_SHARE : true;
  if (isWorthIt && (isUrgent || state.hedgeBytes >= leftBytes)) {
    state.hedgeBytes = Math.max(Math.min(0, state.hedgeBytes), state.hedgeBytes - leftBytes);
    state.totals.hedgeCount++;
    chunk.isHedged = true;
    chunk.remarks.push(`${request.nodeId} was ${isLate ? 'late' : 'too slow'} after ${Math.round(nowMs - request.askedAtMs)} ms, its rest asked of ${spare.node.nodeId} too`);
    const choice = { nodeId: spare.node.nodeId, code: 'quickest' as const, reason: '', predictedMs: spare.timeMs, bytesMax: Infinity };
    ask(state, chunk, positionOf(request), request.toByte, choice, request, nowMs, out);
  } else if (isTooLate && spare.timeMs < remainingMs * HEDGE_GAIN_SHARE) move(state, request, nowMs, out);
};

export const hedge = (state: ClientState, nowMs: number, out: Effects): void => {
  if (!isMeasuring(state) || state.requests.size === 0) return;
  const isLate = (request: RequestState): boolean => nowMs - request.askedAtMs > lateMsOf(state, request);
  if (areAllLate(state, isLate)) return;
  const bufferSec = bufferSecOf(state, nowMs);
  for (const request of [...state.requests.values()]) {
    if (!isHedgeable(state, request)) continue;
    const chunk = state.chunks.get(request.sequence)!;
    const deadlineMs = deadlineMsOf(state, chunk, nowMs);
    const remainingMs = remainingMsOf(request, nowMs);
    const isUrgent = bufferSec < URGENT_BELOW_SEC && deadlineMs - nowMs < 2 * URGENT_BELOW_SEC * SECOND_MS;
    const willMiss = nowMs + remainingMs > deadlineMs;
    if (!isUrgent && !isLate(request) && !willMiss) continue;
    const isTooLate = nowMs - request.askedAtMs > MOVE_FACTOR * lateMsOf(state, request);
    considerOne(state, chunk, request, { isUrgent, isLate: isLate(request), isTooLate, remainingMs }, nowMs, out);
  }
};

/** When a hedge has to be thought of next; null while nothing is under way. */
export const nextHedgeMs = (state: ClientState, nowMs: number): number | null => {
  if (!isMeasuring(state)) return null;
  let nextMs: number | null = null;
  for (const request of state.requests.values()) {
    if (!isHedgeable(state, request)) continue;
    const lateMs = lateMsOf(state, request);
    const times = [lateMs, MOVE_FACTOR * lateMs].map((afterMs) => request.askedAtMs + afterMs + 1).filter((atMs) => atMs > nowMs);
    // A request that is late without a remedy is thought of again and again: a node may become free, the budget may grow.
    nextMs = Math.min(nextMs ?? Infinity, times[0] ?? Infinity, nowMs + RETHINK_MS);
  }
  return nextMs;
};

const RETHINK_MS = 200;
