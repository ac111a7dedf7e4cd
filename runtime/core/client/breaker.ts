/**
 * Keeps a node that fails from being asked.
 *
 *              two failures               its time is up
 *   closed ──────────────────▶ open ─────────────────────▶ half open: one request of a few useful bytes
 *     ▲                          ▲                            │       │
 *     └──────── success ─────────┼────────────────────────────┘       │
 *                                └──────── failure, twice as long ────┘
 */
import { BREAKER_FAILURES, BREAKER_JITTER, BREAKER_MEMORY_MS, BREAKER_MS_MAX, BREAKER_MS_MIN } from './limits.ts';

export interface Breaker {
  /** One after the other, while closed. */
  failureCount: number;
  /** Null while closed. */
  openUntilMs: number | null;
  /** How long it was opened for last, before jitter; 0 for never. */
  openMs: number;
  openedAtMs: number;
  closedAtMs: number;
}

export type BreakerPhase = 'closed' | 'open' | 'half-open';

export const createBreaker = (): Breaker => ({ failureCount: 0, openUntilMs: null, openMs: 0, openedAtMs: -Infinity, closedAtMs: -Infinity });

export const breakerPhase = ({ openUntilMs }: Breaker, nowMs: number): BreakerPhase =>
  openUntilMs === null ? 'closed' : nowMs < openUntilMs ? 'open' : 'half-open';

/** `drawn` in [0, 1). Never longer than the longest. */
const jittered = (openMs: number, drawn: number): number => Math.min(BREAKER_MS_MAX, openMs * (1 + BREAKER_JITTER * (2 * drawn - 1)));

export const openBreaker = (breaker: Breaker, nowMs: number, drawn: number): void => {
  const goesOn = breaker.openUntilMs !== null || nowMs - breaker.closedAtMs < BREAKER_MEMORY_MS;
  breaker.openMs = goesOn && breaker.openMs > 0 ? Math.min(BREAKER_MS_MAX, breaker.openMs * 2) : BREAKER_MS_MIN;
  breaker.openUntilMs = nowMs + jittered(breaker.openMs, drawn);
  breaker.openedAtMs = nowMs;
  breaker.failureCount = 0;
};

/** It sent wrong bytes: time alone does not mend that, so it is left alone for as long as possible. */
export const distrust = (breaker: Breaker, nowMs: number, drawn: number): void => {
  openBreaker(breaker, nowMs, drawn);
  breaker.openMs = BREAKER_MS_MAX;
  breaker.openUntilMs = nowMs + jittered(breaker.openMs, drawn);
};

/** A request failed that was made at `askedAtMs`. What left before the breaker opened says nothing new. */
export const failBreaker = (breaker: Breaker, askedAtMs: number, nowMs: number, drawn: number): void => {
  const phase = breakerPhase(breaker, nowMs);
  if (phase === 'open') return;
  if (phase === 'half-open' && askedAtMs < breaker.openUntilMs!) return;
  breaker.failureCount++;
  if (phase === 'half-open' || breaker.failureCount >= BREAKER_FAILURES) openBreaker(breaker, nowMs, drawn);
};

/** It gave what it was asked for at `askedAtMs`. What was asked before the breaker opened is no reason to close it. */
export const closeBreaker = (breaker: Breaker, askedAtMs: number, nowMs: number): void => {
  if (breaker.openUntilMs !== null && askedAtMs < breaker.openedAtMs) return;
  breaker.failureCount = 0;
  if (breaker.openUntilMs === null) return;
  breaker.openUntilMs = null;
  breaker.closedAtMs = nowMs;
};
