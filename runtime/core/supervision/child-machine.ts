/**
 * The life of one child, as a pure step function.
 *
 *                 start                ready                 pause
 *     stopped ───────────▶ starting ──────────▶ ready ◀───────────────▶ paused
 *        ▲                  │    ▲              ▲   │ late or degraded    resume
 *        │ exit             │    │ due          ▼   ▼
 *     stopping ◀── stop ── any   │            degraded ── mute ──▶ kill
 *        │                  │    │                 │
 *        │ exit, still      ▼    │                 │
 *        │ wanted        restarting ◀──── exit ────┘
 *        ▼                  │ crash loop, or a start that can never succeed
 *     starting              ▼
 *                        crashed ── start ──▶ starting
 */
import type { ErrorCode } from '../../contract/errors.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { account, hasProcess, isServing, type ChildState } from './child-state.ts';
import { explainEnd, type ChildEndFacts } from './explain.ts';
import { backOffMs, type SupervisionPolicy } from './policy.ts';

export type ChildInput =
  | { kind: 'start' }
  /** Its port was seen to answer, after it said that it is ready. */
  | { kind: 'ready' }
  /** `degraded` tells in words why it is only partly able. */
  | { kind: 'beat'; degraded?: string }
  /** It told why it cannot go on; its exit follows. */
  | { kind: 'failed'; code: ErrorCode; detail: string }
  /** `jitter` in [0, 1) spreads the restart. */
  | ({ kind: 'exit'; jitter: number } & ChildEndFacts)
  | { kind: 'stop'; graceMs: number }
  /** A clean stop and a new start. */
  | { kind: 'restart'; graceMs: number; reason: string }
  /** `by` decides whether the end counts as the child's failure: what a person or a chaos run asked for does not. */
  | { kind: 'kill'; by: 'request' | 'supervisor'; reason: string }
  /** Its process was stopped by SIGSTOP just now. */
  | { kind: 'paused' }
  | { kind: 'resume' }
  /** Time has passed; due at `nextTickMs`. */
  | { kind: 'tick' };

/** What the caller must do, in this order. */
export type ChildEffect = { kind: 'spawn' } | { kind: 'ask-stop'; graceMs: number } | { kind: 'kill' } | { kind: 'resume' };

/** Failures at the start that no further try can cure: a person has to act first. */
const PERMANENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['bad_request', 'corrupt', 'not_supported', 'forbidden', 'read_only']);

/** Moves `state` by one input; never awaits, never calls out. `nowMs` is monotonic. Inputs that do not fit the phase change nothing. */
export const stepChild = (state: ChildState, input: ChildInput, nowMs: number, policy: SupervisionPolicy): ChildEffect[] => {
  account(state, nowMs);
  switch (input.kind) {
    case 'start':
      return handleStart(state, nowMs);
    case 'ready':
      if (state.phase !== 'starting') return [];
      state.readySinceMs = nowMs;
      state.problem = null;
      return enter(state, 'ready', nowMs);
    case 'beat':
      return handleBeat(state, input.degraded, nowMs);
    case 'failed':
      state.problem = input.detail;
      state.failedCode = input.code;
      return [];
    case 'exit':
      return handleExit(state, input, nowMs, policy);
    case 'stop':
      state.wanted = 'stopped';
      return handleStop(state, input.graceMs, null, nowMs, policy);
    case 'restart':
      if (!hasProcess(state.phase)) return handleStart(state, nowMs);
      state.wanted = 'running';
      return handleStop(state, input.graceMs, input.reason, nowMs, policy);
    case 'kill':
      return hasProcess(state.phase) ? kill(state, input.by, input.reason) : [];
    case 'paused':
      return isServing(state.phase) ? enter(state, 'paused', nowMs) : [];
    case 'resume':
      if (state.phase !== 'paused') return [];
      state.lastBeatMs = nowMs;
      state.problem = null;
      return enter(state, 'ready', nowMs, [{ kind: 'resume' }]);
    case 'tick':
      return handleTick(state, nowMs, policy);
  }
};

/** When the next `tick` is due; null while nothing depends on time. */
export const nextTickMs = (state: ChildState, policy: SupervisionPolicy): number | null => {
  // A kill has been sent: only the exit can follow.
  if (state.killed !== null) return null;
  if (state.deadlineMs !== null) return state.deadlineMs;
  const muteMs = state.lastBeatMs + policy.muteMs;
  if (state.phase === 'starting') return Math.min(muteMs, state.launchedAtMs + policy.startMsMax);
  if (state.phase === 'degraded') return muteMs;
  return state.phase === 'ready' ? state.lastBeatMs + policy.lateMs : null;
};

const enter = (state: ChildState, phase: ChildState['phase'], nowMs: number, effects: ChildEffect[] = [], deadlineMs: number | null = null): ChildEffect[] => {
  state.phase = phase;
  state.phaseSinceMs = nowMs;
  state.deadlineMs = deadlineMs;
  return effects;
};

const launch = (state: ChildState, nowMs: number): ChildEffect[] => {
  state.incarnation += 1;
  state.failedCode = null;
  state.killed = null;
  state.readySinceMs = null;
  state.launchedAtMs = nowMs;
  state.lastBeatMs = nowMs;
  return enter(state, 'starting', nowMs, [{ kind: 'spawn' }]);
};

const handleStart = (state: ChildState, nowMs: number): ChildEffect[] => {
  state.wanted = 'running';
  // While it is stopping, the wish is remembered, and its exit leads to a new start.
  if (hasProcess(state.phase)) return [];
  if (state.phase === 'restarting') state.restartCount += 1;
  // A person who starts it again gives it a fresh chance.
  state.failureCount = 0;
  state.killCount = 0;
  state.problem = null;
  return launch(state, nowMs);
};

const handleBeat = (state: ChildState, degraded: string | undefined, nowMs: number): ChildEffect[] => {
  state.lastBeatMs = nowMs;
  if (!isServing(state.phase)) return [];
  const phase = degraded === undefined ? 'ready' : 'degraded';
  state.problem = degraded ?? null;
  return state.phase === phase ? [] : enter(state, phase, nowMs);
};

const handleStop = (state: ChildState, graceMs: number, problem: string | null, nowMs: number, policy: SupervisionPolicy): ChildEffect[] => {
  const deadlineMs = nowMs + graceMs + policy.killMarginMs;
  if (!hasProcess(state.phase)) {
    state.problem = null;
    return enter(state, 'stopped', nowMs);
  }
  if (state.phase === 'stopping') {
    // Asked again, with less patience: the shorter delay holds.
    state.deadlineMs = Math.min(state.deadlineMs ?? deadlineMs, deadlineMs);
    return [];
  }
  // A paused process hears nothing, so it has to run before it can be asked.
  const effects: ChildEffect[] = state.phase === 'paused' ? [{ kind: 'resume' }] : [];
  state.problem = problem;
  return enter(state, 'stopping', nowMs, [...effects, { kind: 'ask-stop', graceMs }], deadlineMs);
};

const handleExit = (state: ChildState, end: ChildEndFacts & { jitter: number }, nowMs: number, policy: SupervisionPolicy): ChildEffect[] => {
  if (!hasProcess(state.phase)) return [];
  if (state.wanted === 'stopped') {
    state.problem = null;
    state.killed = null;
    return enter(state, 'stopped', nowMs);
  }
  state.restartCount += 1;
  // A restart on request: the stop was clean enough, so there is nothing to wait for.
  if (state.phase === 'stopping') return launch(state, nowMs);

  const wasStable = state.readySinceMs !== null && nowMs - state.readySinceMs >= policy.stableMs;
  if (wasStable) {
    state.failureCount = 0;
    state.killCount = 0;
  }
  const cause = causeOf(state, end);
  if (cause === 'failure') state.failureCount += 1;
  if (cause === 'outside') state.killCount += 1;
  const why = explainEnd(state, end);
  state.killed = null;

  const isHopeless = state.readySinceMs === null && state.failedCode !== null && PERMANENT.has(state.failedCode);
  if (isHopeless || state.failureCount >= policy.failureCountMax || state.killCount >= policy.killCountMax) {
    state.restartCount -= 1;
    state.problem = isHopeless ? why : `It failed ${Math.max(state.failureCount, state.killCount)} times in a row, so it is not restarted again. Last: ${why}`;
    return enter(state, 'crashed', nowMs);
  }
  state.problem = why;
  return enter(state, 'restarting', nowMs, [], nowMs + backOffMs(Math.max(1, state.failureCount), end.jitter, policy));
};

const handleTick = (state: ChildState, nowMs: number, policy: SupervisionPolicy): ChildEffect[] => {
  const dueMs = nextTickMs(state, policy);
  if (dueMs === null || nowMs < dueMs) return [];
  if (state.phase === 'restarting') return launch(state, nowMs);
  if (state.phase === 'stopping') return kill(state, 'supervisor', 'it did not stop in the time it was given');
  if (state.phase === 'starting' && nowMs - state.launchedAtMs >= policy.startMsMax) {
    return kill(state, 'supervisor', `it was not ready after ${seconds(policy.startMsMax)}`);
  }
  if (nowMs - dueMs > policy.stallMs) {
    // The supervisor itself was held up, and with it the beats that wait in its queue: the child gets a fresh chance to be heard.
    state.lastBeatMs = nowMs;
    return [];
  }
  const silentMs = nowMs - state.lastBeatMs;
  if (silentMs >= policy.muteMs) return kill(state, 'supervisor', `nothing was heard of it for ${seconds(silentMs)}`);
  state.problem = `Nothing was heard of it for ${seconds(silentMs)}.`;
  return enter(state, 'degraded', nowMs);
};

/** Whose fault an unwanted end was. A kill on request, by a person or a chaos run, is nobody's. */
const causeOf = (state: ChildState, end: ChildEndFacts): 'request' | 'outside' | 'failure' => {
  if (state.killed?.by === 'request') return 'request';
  return state.killed === null && end.signal === 'SIGKILL' && state.readySinceMs !== null ? 'outside' : 'failure';
};

const kill = (state: ChildState, by: 'request' | 'supervisor', reason: string): ChildEffect[] => {
  state.killed ??= { by, reason };
  state.problem = `It is being ended: ${reason}.`;
  return [{ kind: 'kill' }];
};

const seconds = (ms: number): string => `${Math.round(ms / SECOND_MS)} s`;
