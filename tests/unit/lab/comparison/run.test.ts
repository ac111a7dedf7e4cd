import { describe, expect, it } from 'vitest';
import type { ComparisonSession } from '../../../../runtime/contract/comparison.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { PlannedSession } from '../../../../runtime/contract/lab-worker.ts';
import { conditionOf } from '../../../../runtime/lab/comparison/conditions.ts';
import { planSessions } from '../../../../runtime/lab/comparison/plan.ts';
import { runComparison, type RunState, type SessionRunner } from '../../../../runtime/lab/comparison/run.ts';
import { createManualClock, type ManualClock } from '../../../../runtime/platform/clock.ts';
import { makeSession } from '../../../fixtures/comparison.ts';

const SESSION_MS = 15_000;
const plan = planSessions({ clients: ['smart', 'naive'], blockCount: 3, seed: 1, condition: conditionOf('one-slow-node'), nodeIds: ['node-1', 'node-2'] });

/** Plays each session in no real time, and notes what ran at once. */
const fakeRunner = (clock: ManualClock, act: (session: PlannedSession) => Partial<ComparisonSession> | Error = () => ({})) => {
  const played: PlannedSession[] = [];
  let running = 0;
  let runningMax = 0;
  const runner: SessionRunner = {
    async run(session, { onProgress, onStep }) {
      runningMax = Math.max(runningMax, ++running);
      played.push(session);
      onStep('setting the links');
      clock.advance(SESSION_MS / 2);
      onProgress({ client: session.client, place: session.place, victimId: session.victimId, isFaulty: false, elapsedSec: 7.5, phase: 'playing', bufferSec: 12, stallCount: 0, startupMs: 400 });
      await Promise.resolve();
      clock.advance(SESSION_MS / 2);
      running--;
      const outcome = act(session);
      if (outcome instanceof Error) throw outcome;
      const { faultAtMs: _, ...facts } = session;
      return makeSession({ ...facts, ...outcome });
    },
  };
  return { runner, played, runningMax: () => runningMax };
};

const runAll = async (act?: Parameters<typeof fakeRunner>[1], { stopAfter = Infinity } = {}) => {
  const clock = createManualClock();
  const fake = fakeRunner(clock, act);
  const stop = new AbortController();
  const states: RunState[] = [];
  const blocks: number[] = [];
  const last = await runComparison({
    plan, runner: fake.runner, clock, signal: stop.signal,
    onBlock({ blocksDone }) {
      blocks.push(blocksDone);
      return Promise.resolve();
    },
    onChange(state) {
      states.push(state);
      if (state.sessionsDone === stopAfter) stop.abort(new VStackError('cancelled', 'stopped by a person'));
    },
  });
  return { last, states, blocks, ...fake };
};

describe('a comparison that runs', () => {
  it('plays the sessions in the order of the plan, never two at once, the warm-up first', async () => {
    const { last, played, runningMax, blocks, states } = await runAll();
    expect(played).toEqual(plan);
    expect(runningMax()).toBe(1);
    expect(blocks).toEqual([1, 2, 3]);
    expect(last).toMatchObject({ phase: 'ended', blocksDone: 3, sessionsDone: 8, sessionCount: 8, remainingSec: 0, problem: null });
    expect(states[0]).toMatchObject({ phase: 'warming-up', block: -1, remainingSec: null });
    expect(states.some(({ step }) => /^Block 2 of 3, (smart|naive) \(1 of 2\): setting the links$/.test(step))).toBe(true);
  });

  it('tells how long it will take, once a session has shown it', async () => {
    const { states } = await runAll();
    const afterFirst = states.find(({ sessionsDone, session }) => sessionsDone === 1 && session === null)!;
    expect(afterFirst).toMatchObject({ elapsedSec: 15, remainingSec: 7 * 15 });
    const within = states.find(({ sessionsDone, session }) => sessionsDone === 1 && session !== null)!;
    expect(within).toMatchObject({ elapsedSec: 22.5, remainingSec: 8 * 15 - 22.5 });
  });

  it('keeps a session that failed as it is, and goes on', async () => {
    const { last } = await runAll(({ block, client }) => (block === 1 && client === 'naive' ? { outcome: 'failed', problem: 'the worker died' } : {}));
    expect(last).toMatchObject({ phase: 'ended', blocksDone: 3 });
    expect(last.sessions.filter(({ outcome }) => outcome === 'failed')).toMatchObject([{ block: 1, client: 'naive', problem: 'the worker died' }]);
  });

  it('ends when the network itself is broken, and keeps the blocks that are complete', async () => {
    const { last, played } = await runAll(({ block, place }) => (block === 1 && place === 1 ? new VStackError('not_running', 'The cluster was stopped.') : {}));
    expect(last).toMatchObject({ phase: 'failed', blocksDone: 1, problem: 'The cluster was stopped.', sessionsDone: 5 });
    expect(played).toHaveLength(6);
  });

  it('stops when a person says so: the block under way does not count', async () => {
    const { last, played } = await runAll(undefined, { stopAfter: 5 });
    expect(last).toMatchObject({ phase: 'stopped', blocksDone: 1, problem: null, session: null });
    expect(played).toHaveLength(5);
  });

  it('tells a stop inside a session from a failure', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const runner: SessionRunner = {
      run: (_session, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          stop.abort(new VStackError('cancelled', 'stopped by a person'));
        }),
    };
    expect(await runComparison({ plan, runner, clock, signal: stop.signal, onChange: () => {}, onBlock: () => Promise.resolve() })).toMatchObject({ phase: 'stopped', sessionsDone: 0, blocksDone: 0 });
  });
});
