/** Which requests are late: they take longer than requests took of late, or nothing comes of them, or at their pace they will. */
import { LATE_FIRST_BYTE_FACTOR, LATE_MS_MIN, LATE_PACE_FACTOR, PACE_MS } from './limits.ts';
import { paceMsOf } from './pace.ts';
import { lateMsOf } from './predict.ts';
import { createUsualFirstByte } from './silence.ts';
import { type ClientState, nodeOf, positionOf, type RequestState } from './state.ts';

export interface Lateness {
  /** When it is late if nothing more is heard of it. */
  lateAtMs(request: RequestState): number;
  isLate(request: RequestState): boolean;
}

/** Good for this moment. */
export const createLateness = (state: ClientState, nowMs: number): Lateness => {
  const usualMs = createUsualFirstByte(state, 0.5);
  const quietSinceMs = ({ nodeId, askedAtMs, firstByteAtMs, heardAtMs }: RequestState): number =>
    // A slow link serves one request after the other: while anything comes from the node, what has begun is in its queue.
    firstByteAtMs === null ? askedAtMs : Math.max(heardAtMs, nodeOf(state, nodeId).heardAtMs);
  const lateAtMs = (request: RequestState): number => {
    const quietMs = Math.max(LATE_MS_MIN, LATE_FIRST_BYTE_FACTOR * usualMs(request.nodeId));
    return Math.min(request.askedAtMs + lateMsOf(state, request), quietSinceMs(request) + quietMs);
  };
  const willBeLate = (request: RequestState): boolean => {
    const paceMs = paceMsOf(request, PACE_MS, nowMs);
    return paceMs !== null && nowMs - request.askedAtMs + (request.toByte - positionOf(request)) * paceMs > LATE_PACE_FACTOR * lateMsOf(state, request);
  };
  return { lateAtMs, isLate: (request) => nowMs > lateAtMs(request) || willBeLate(request) };
};
