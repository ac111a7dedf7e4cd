/**
 * How quick a request is of late. The mean since its first byte would hide for long that a link went bad midway, and the last piece alone says
 * little: bytes come in bursts.
 */
import { PACE_MS } from './limits.ts';
import type { RequestState } from './state.ts';

/** The marks to keep now that bytes have come: the pace is that of the last one to two PACE_MS. */
export const markedOf = ({ marks, gotBytes }: RequestState, nowMs: number): NonNullable<RequestState['marks']> => {
  const here = { atMs: nowMs, gotBytes };
  if (marks === null) return [here, here];
  return nowMs - marks[1].atMs >= PACE_MS ? [marks[1], here] : marks;
};

/** Milliseconds that one byte takes; null while it has not flowed for `tellingMs`. */
export const paceMsOf = ({ marks, gotBytes }: RequestState, tellingMs: number, nowMs: number): number | null => {
  if (marks === null) return null;
  const [{ atMs, gotBytes: beforeBytes }] = marks;
  return nowMs - atMs < tellingMs || gotBytes === 0 ? null : (nowMs - atMs) / Math.max(1, gotBytes - beforeBytes);
};
