/** What the supervisor remembers of one child, and the words in which its life is told. */
import type { ChildPhase } from '../../contract/control/cluster.ts';
import type { ErrorCode } from '../../contract/errors.ts';

export interface ChildState {
  phase: ChildPhase;
  /** What people want of it, whatever it is doing now. */
  wanted: 'running' | 'stopped';
  /** Counts its launches. Whatever an earlier process of this child still says is not listened to. */
  incarnation: number;
  /** Launches after the first one of its own accord or on request; starting a stopped child is not a restart. */
  restartCount: number;
  /** Failures in a row, without a stable time in between. */
  failureCount: number;
  /** Times in a row that it was killed from outside while it was ready. */
  killCount: number;
  /** Why it is not ready, in words; null while all is well. */
  problem: string | null;
  /** The code that its own `failed` message carried, in this incarnation. */
  failedCode: ErrorCode | null;
  /** Set once a kill was sent, so that the end that follows can be explained. */
  killed: { by: 'request' | 'supervisor'; reason: string } | null;
  /** When this phase began. */
  phaseSinceMs: number;
  /** When this incarnation was launched. */
  launchedAtMs: number;
  /** When it last became ready, in this incarnation. */
  readySinceMs: number | null;
  lastBeatMs: number;
  /** The end of the current phase's patience: the restart, or the kill of a child that does not stop. */
  deadlineMs: number | null;
  /** Bookkeeping of availability: time spent ready, and time in which it was wanted, up to `accountedMs`. */
  readyMsTotal: number;
  wantedMsTotal: number;
  accountedMs: number;
}

export const createChildState = (nowMs: number): ChildState => ({
  phase: 'stopped',
  wanted: 'stopped',
  incarnation: 0,
  restartCount: 0,
  failureCount: 0,
  killCount: 0,
  problem: null,
  failedCode: null,
  killed: null,
  phaseSinceMs: nowMs,
  launchedAtMs: nowMs,
  readySinceMs: null,
  lastBeatMs: nowMs,
  deadlineMs: null,
  readyMsTotal: 0,
  wantedMsTotal: 0,
  accountedMs: nowMs,
});

/** Brings the totals up to date; called before the phase changes. */
export const account = (state: ChildState, nowMs: number): void => {
  const passedMs = nowMs - state.accountedMs;
  if (state.phase === 'ready') state.readyMsTotal += passedMs;
  if (state.wanted === 'running') state.wantedMsTotal += passedMs;
  state.accountedMs = nowMs;
};

/** Share of the time in which the child was wanted that it was ready, 0–1; 1 while it was never wanted. A deliberate stop costs nothing. */
export const availabilityOf = (state: ChildState, nowMs: number): number => {
  const passedMs = nowMs - state.accountedMs;
  const wantedMs = state.wantedMsTotal + (state.wanted === 'running' ? passedMs : 0);
  const readyMs = state.readyMsTotal + (state.phase === 'ready' ? passedMs : 0);
  return wantedMs <= 0 ? 1 : Math.min(1, readyMs / wantedMs);
};

/** Whether a process of this child exists. */
export const hasProcess = (phase: ChildPhase): boolean => phase !== 'stopped' && phase !== 'restarting' && phase !== 'crashed';

/** Whether it serves requests, if only partly. */
export const isServing = (phase: ChildPhase): boolean => phase === 'ready' || phase === 'degraded';
