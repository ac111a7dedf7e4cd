/**
 * Runs a comparison: session after session in the order of its plan, never two at once, and tells how it goes. It knows neither a network nor a
 * client: a `SessionRunner` plays one session and leaves the network normal.
 *
 *   run(session) ── resolves ──▶ a session, completed or failed: it counts as it is
 *                └─ rejects ───▶ the network itself is broken, nothing can be compared: the comparison ends, complete blocks are kept
 */
import type { ComparisonSession } from '../../contract/comparison.ts';
import type { SessionProgress } from '../../contract/control/comparison.ts';
import { toErrorBody } from '../../contract/errors.ts';
import type { PlannedSession } from '../../contract/lab-worker.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';
import { WARM_UP_BLOCK } from './plan.ts';

export interface SessionWatch {
  signal: AbortSignal;
  /** What is being done, in words. */
  onStep(step: string): void;
  onProgress(progress: SessionProgress): void;
}

export interface SessionRunner {
  /** Plays one session; the network is normal before and after. @throws VStackError when the network cannot be set, `cancelled` when the signal aborts */
  run(session: PlannedSession, watch: SessionWatch): Promise<ComparisonSession>;
}

export interface RunState {
  phase: 'warming-up' | 'running' | 'ended' | 'stopped' | 'failed';
  step: string;
  block: number;
  sessionsDone: number;
  sessionCount: number;
  elapsedSec: number;
  remainingSec: number | null;
  session: SessionProgress | null;
  /** Of blocks that are complete. */
  blocksDone: number;
  /** Every session that ended, the warm-up block included. */
  sessions: readonly ComparisonSession[];
  problem: string | null;
}

export interface RunOptions {
  plan: readonly PlannedSession[];
  runner: SessionRunner;
  clock: Clock;
  signal: AbortSignal;
  /** After every step. */
  onChange(state: RunState): void;
  /** Another counted block is complete. The next session waits for it, so that whatever it computes disturbs none. Never rejects. */
  onBlock(state: RunState): Promise<void>;
}

/** Resolves with the last state, whose phase is `ended`, `stopped` or `failed`; never rejects. */
export const runComparison = async ({ plan, runner, clock, signal, onChange, onBlock }: RunOptions): Promise<RunState> => {
  const startedMs = clock.nowMs();
  const placeCount = Math.max(1, ...plan.map(({ place }) => place + 1));
  const blockCount = Math.max(0, ...plan.map(({ block }) => block + 1));
  const sessions: ComparisonSession[] = [];
  /** Of those that have ended: all take much the same time. */
  let secPerSession: number | null = null;
  let state: RunState = {
    phase: 'warming-up', step: '', block: WARM_UP_BLOCK, sessionsDone: 0, sessionCount: plan.length, elapsedSec: 0, remainingSec: null, session: null, blocksDone: 0, sessions, problem: null,
  };

  const change = (changes: Partial<RunState>): void => {
    const elapsedSec = (clock.nowMs() - startedMs) / SECOND_MS;
    const remainingSec = secPerSession === null ? null : Math.max(0, plan.length * secPerSession - elapsedSec);
    state = { ...state, elapsedSec, remainingSec, sessionsDone: sessions.length, ...changes };
    onChange(state);
  };
  const title = ({ block, place, client }: PlannedSession): string =>
    `${block === WARM_UP_BLOCK ? 'Warming up' : `Block ${block + 1} of ${blockCount}`}, ${client} (${place + 1} of ${placeCount})`;

  for (const planned of plan) {
    const heading = title(planned);
    const watch: SessionWatch = {
      signal,
      onStep: (step) => change({ step: `${heading}: ${step}` }),
      onProgress: (session) => change({ step: heading, session }),
    };
    change({ phase: planned.block === WARM_UP_BLOCK ? 'warming-up' : 'running', step: heading, block: planned.block, session: null });
    try {
      signal.throwIfAborted();
      sessions.push(await runner.run(planned, watch));
    } catch (error) {
      // What was cut short is no session: it measured the cut. Its block is not complete and does not count.
      change(signal.aborted ? { phase: 'stopped', step: 'Stopped.', session: null } : { phase: 'failed', step: 'Ended by a failure.', session: null, problem: toErrorBody(error).detail });
      return state;
    }
    secPerSession = (clock.nowMs() - startedMs) / SECOND_MS / sessions.length;
    const isLast = planned.place === placeCount - 1;
    const blocksDone = isLast ? planned.block + 1 : state.blocksDone;
    change({ session: null, blocksDone });
    if (isLast && planned.block !== WARM_UP_BLOCK) await onBlock(state);
  }
  change({ phase: 'ended', step: 'Done.', remainingSec: 0 });
  return state;
};
