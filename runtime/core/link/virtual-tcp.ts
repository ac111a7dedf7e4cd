/**
 * The TCP that a link's bytes would have travelled over, reckoned in rounds: how much may pass in each, and how long a lost segment is missing.
 * It knows no bytes; runtime/core/link/flow.ts holds them back accordingly.
 *
 *                      no loss: the window doubles, or beyond `slowStartUntil` grows by 0.53 (by 1 once it is past the last loss)
 *            ┌────────────────────────────────────────────────────────────────────────┐
 *   a round: up to a window of segments, then nothing until a round trip after its start ─┤
 *            └────────────────────────────────────────────────────────────────────────┘
 *                      a loss: the window × 0.7, once a round; a time-out: one segment, doubling up to window × 0.7
 *
 *   a lost segment is there again after
 *     1 RTT               sent again at once, as the segments after it told of the gap
 *     RTO                 nothing of its round arrived, so nobody told: only the timer does
 *     … + RTO, + 2 RTO …  sent again in vain; each time-out doubles the next
 */
import {
  RTO_MS_ABOVE_RTT, RTO_MS_MAX, SEGMENT_BYTES, WINDOW_BYTES_MAX, WINDOW_DECREASE, WINDOW_INCREASE, WINDOW_INCREASE_BEYOND, WINDOW_SEGMENTS_AFTER_LOSS_MIN,
  WINDOW_SEGMENTS_INITIAL,
} from './limits.ts';

export interface Round {
  startMs: number;
  /** Segments. */
  sent: number;
  lost: number;
}

export interface VirtualTcp {
  /** A fraction is kept, but only whole segments are sent. */
  windowSegments: number;
  /** The window doubles below it; infinite before the first loss. */
  slowStartUntil: number;
  /** How large the window was when a loss last met it. */
  windowSegmentsAtLoss: number;
  round: Round | null;
}

/** A segment that is missing. */
export interface Hole {
  /** When it was lost, first or again. */
  sinceMs: number;
  /** How often the timer ran out for it. */
  timeoutCount: number;
  readonly round: Round;
}

const WINDOW_SEGMENTS_MAX = Math.floor(WINDOW_BYTES_MAX / SEGMENT_BYTES);

export const createVirtualTcp = (): VirtualTcp => ({
  windowSegments: WINDOW_SEGMENTS_INITIAL,
  slowStartUntil: Infinity,
  windowSegmentsAtLoss: Infinity,
  round: null,
});

/** Segments that may be sent in one round. */
export const windowOf = (tcp: VirtualTcp): number => Math.max(1, Math.floor(tcp.windowSegments));

export const isRoundOver = ({ round }: VirtualTcp, rttMs: number, nowMs: number): boolean => round === null || nowMs >= round.startMs + rttMs;

/** Draws the lesson of the round before and begins the next. A window that was not used does not grow: nothing was learnt of the way. */
export const startRound = (tcp: VirtualTcp, nowMs: number): Round => {
  const { round, windowSegments: window } = tcp;
  if (round !== null && round.lost > 0) {
    tcp.windowSegmentsAtLoss = window;
    tcp.windowSegments = Math.max(WINDOW_SEGMENTS_AFTER_LOSS_MIN, window * WINDOW_DECREASE);
    tcp.slowStartUntil = tcp.windowSegments;
  } else if (round !== null && window < tcp.slowStartUntil) {
    // As Linux does: half a window used in slow start shows that the whole one would be.
    if (round.sent * 2 > window) tcp.windowSegments = Math.min(window * 2, tcp.slowStartUntil, WINDOW_SEGMENTS_MAX);
  } else if (round !== null && round.sent >= windowOf(tcp)) {
    tcp.windowSegments = Math.min(window + (window < tcp.windowSegmentsAtLoss ? WINDOW_INCREASE : WINDOW_INCREASE_BEYOND), WINDOW_SEGMENTS_MAX);
  }
  tcp.round = { startMs: nowMs, sent: 0, lost: 0 };
  return tcp.round;
};

/** The last segment that a timer ran out for has arrived: it was a round of its own, of one segment. */
export const recoverFromTimeout = (tcp: VirtualTcp, nowMs: number): void => {
  tcp.windowSegmentsAtLoss = tcp.windowSegments;
  tcp.slowStartUntil = Math.max(WINDOW_SEGMENTS_AFTER_LOSS_MIN, tcp.windowSegments * WINDOW_DECREASE);
  tcp.windowSegments = 1;
  tcp.round = { startMs: nowMs, sent: 1, lost: 0 };
};

/** Which time-out the segment waits for: 0 the first, each the double of the one before; −1 for none, it is sent again at once. */
const timeoutOf = ({ timeoutCount, round }: Hole): number => timeoutCount - (round.lost === round.sent ? 0 : 1);

/** Nothing new is sent meanwhile. */
export const waitsForTimeout = (hole: Hole): boolean => timeoutOf(hole) >= 0;

/** When a missing segment, sent again, would arrive. Follows the round trip: where that gets shorter, it comes sooner. */
export const retriedAtMs = (hole: Hole, rttMs: number): number => {
  const timeout = timeoutOf(hole);
  return hole.sinceMs + (timeout < 0 ? rttMs : Math.min((rttMs + RTO_MS_ABOVE_RTT) * 2 ** timeout, RTO_MS_MAX));
};

/** It was lost again. */
export const loseAgain = (hole: Hole, nowMs: number): void => {
  hole.sinceMs = nowMs;
  hole.timeoutCount += 1;
};

/** It is due now, and the next time-out is the first. */
export const forgetTimeouts = (hole: Hole): void => {
  hole.sinceMs = -Infinity;
  hole.timeoutCount = 0;
};
