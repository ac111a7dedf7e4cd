/** How long what is under way will still take, and whether that is the fault of single nodes. */
import { SECOND_MS } from '../../contract/units.ts';
import type { NodePrediction } from '../scheduling/node-estimate.ts';
import { OWN_RATE_MS_MIN } from './limits.ts';
import type { NodeState } from './nodes.ts';
import { paceMsOf } from './pace.ts';
import { lateMsOf, type Predict, timeMsOf } from './predict.ts';
import { type ClientState, nodeOf, positionOf, type RequestState } from './state.ts';

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
export const areAllSlow = (state: ClientState, isLate: (request: RequestState) => boolean, predict: Predict, nowMs: number): boolean => {
  const nodes = new Map<string, boolean>();
  for (const request of state.requests.values()) {
    const willTakeMs = nowMs - request.askedAtMs + remainingMsOf(request, nodeOf(state, request.nodeId), isLate(request), predict, nowMs);
    nodes.set(request.nodeId, (nodes.get(request.nodeId) ?? false) || willTakeMs > lateMsOf(state, request));
  }
  return nodes.size > 1 && [...nodes.values()].every(Boolean);
};
