import { describe, expect, it } from 'vitest';
import { stepChild, nextTickMs, type ChildInput } from '../../../../runtime/core/supervision/child-machine.ts';
import { availabilityOf, createChildState } from '../../../../runtime/core/supervision/child-state.ts';
import { backOffMs, defaultPolicy as policy } from '../../../../runtime/core/supervision/policy.ts';

/** A row: at this time this input arrives; then the child is in this phase and these effects are due. */
type Row = [atMs: number, input: ChildInput | ChildInput['kind'], phase: string, effects?: string];

/** Inputs whose parameters do not matter to a scenario are written by their kind alone. */
const defaults: { [Kind in ChildInput['kind']]: ChildInput } = {
  start: { kind: 'start' },
  ready: { kind: 'ready' },
  beat: { kind: 'beat' },
  failed: { kind: 'failed', code: 'unavailable', detail: 'The disk is shy.' },
  exit: { kind: 'exit', code: 1, jitter: 0 },
  stop: { kind: 'stop', graceMs: 1000 },
  restart: { kind: 'restart', graceMs: 1000, reason: 'asked to' },
  kill: { kind: 'kill', by: 'request', reason: 'a person killed it' },
  paused: { kind: 'paused' },
  resume: { kind: 'resume' },
  tick: { kind: 'tick' },
};

const play = (rows: Row[]) => {
  const state = createChildState(0);
  rows.forEach(([atMs, input, phase, effects = ''], index) => {
    const made = stepChild(state, typeof input === 'string' ? defaults[input] : input, atMs, policy);
    const seen = { phase: state.phase, effects: made.map(({ kind }) => kind).join(' ') };
    expect(seen, `row ${index}: ${JSON.stringify(input)} at ${atMs} ms`).toEqual({ phase, effects });
  });
  return state;
};

const killedFromOutside: ChildInput = { kind: 'exit', signal: 'SIGKILL', jitter: 0 };
const exitedCleanly: ChildInput = { kind: 'exit', code: 0, jitter: 0 };

const scenarios: Record<string, Row[]> = {
  'starts, becomes ready, is asked to stop and ends': [
    [0, 'start', 'starting', 'spawn'],
    [200, 'ready', 'ready'],
    [900, 'stop', 'stopping', 'ask-stop'],
    [950, exitedCleanly, 'stopped'],
  ],
  'is killed when it does not stop in the time it was given': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [100, 'stop', 'stopping', 'ask-stop'],
    [1199, 'tick', 'stopping'],
    [1200, 'tick', 'stopping', 'kill'],
    [1201, 'tick', 'stopping'],
    [1210, killedFromOutside, 'stopped'],
  ],
  'can be stopped while it starts': [
    [0, 'start', 'starting', 'spawn'],
    [5, 'stop', 'stopping', 'ask-stop'],
    [6, 'ready', 'stopping'],
    [20, exitedCleanly, 'stopped'],
  ],
  'can be stopped while it waits for its restart': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'exit', 'restarting'],
    [20, 'stop', 'stopped'],
    [10_000, 'tick', 'stopped'],
  ],
  'starts again after its end when it is wanted again while it stops': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [20, 'stop', 'stopping', 'ask-stop'],
    [30, 'start', 'stopping'],
    [40, exitedCleanly, 'starting', 'spawn'],
  ],
  'restarts on request with a clean stop in between': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [20, 'restart', 'stopping', 'ask-stop'],
    [40, exitedCleanly, 'starting', 'spawn'],
    [50, 'ready', 'ready'],
  ],
  'is restarted after a crash, once its back-off is over': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [1000, 'exit', 'restarting'],
    [1124, 'tick', 'restarting'],
    [1125, 'tick', 'starting', 'spawn'],
  ],
  'is killed when it falls mute, and restarted': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [1000, 'beat', 'ready'],
    [3999, 'tick', 'ready'],
    [4000, 'tick', 'degraded'],
    [10_999, 'tick', 'degraded'],
    [11_000, 'tick', 'degraded', 'kill'],
    [11_010, killedFromOutside, 'restarting'],
  ],
  'recovers from a late beat': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [3010, 'tick', 'degraded'],
    [3500, 'beat', 'ready'],
  ],
  'is not blamed for a silence while the supervisor itself stood still': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [60_000, 'tick', 'ready'],
    [62_999, 'tick', 'ready'],
    [63_000, 'tick', 'degraded'],
  ],
  'may start for long as long as it beats': [
    [0, 'start', 'starting', 'spawn'],
    [9000, 'beat', 'starting'],
    [18_000, 'beat', 'starting'],
    [27_000, 'tick', 'starting'],
    [28_000, 'tick', 'starting', 'kill'],
  ],
  'is degraded while it says so': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [1000, { kind: 'beat', degraded: 'a sync failed' }, 'degraded'],
    [2000, 'beat', 'ready'],
  ],
  'is not missed while it is paused': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [20, 'paused', 'paused'],
    [100_000, 'tick', 'paused'],
    [100_001, 'resume', 'ready', 'resume'],
    [102_000, 'tick', 'ready'],
  ],
  'runs again before it is asked to stop when it was paused': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [20, 'paused', 'paused'],
    [30, 'stop', 'stopping', 'resume ask-stop'],
  ],
  'can be killed while it is paused': [
    [0, 'start', 'starting', 'spawn'],
    [10, 'ready', 'ready'],
    [20, 'paused', 'paused'],
    [30, 'kill', 'paused', 'kill'],
    [31, killedFromOutside, 'restarting'],
  ],
  'gives up at once when no further try can help': [
    [0, 'start', 'starting', 'spawn'],
    [10, { kind: 'failed', code: 'corrupt', detail: 'The database is damaged.' }, 'starting'],
    [11, { kind: 'exit', code: 2, jitter: 0 }, 'crashed'],
    [99_999, 'tick', 'crashed'],
    [100_000, 'start', 'starting', 'spawn'],
  ],
  'ignores what does not fit its phase': [
    [0, 'ready', 'stopped'],
    [0, 'beat', 'stopped'],
    [0, 'paused', 'stopped'],
    [0, 'resume', 'stopped'],
    [0, 'kill', 'stopped'],
    [0, 'exit', 'stopped'],
    [0, 'stop', 'stopped'],
    [1, 'start', 'starting', 'spawn'],
    [2, 'start', 'starting'],
    [3, 'paused', 'starting'],
  ],
};

describe('a supervised child', () => {
  it.each(Object.entries(scenarios))('%s', (_title, rows) => {
    play(rows);
  });

  it('ends a crash loop after five failures in a row and says why', () => {
    const rows: Row[] = [[0, 'start', 'starting', 'spawn']];
    for (let failure = 1; failure < policy.failureCountMax; failure++) {
      rows.push([failure * 20_000 - 1, { kind: 'exit', code: 1, reason: 'Error: no luck', jitter: 0 }, 'restarting']);
      rows.push([failure * 20_000 + 10_000, 'tick', 'starting', 'spawn']);
    }
    rows.push([200_000, { kind: 'exit', code: 1, reason: 'Error: no luck', jitter: 0 }, 'crashed']);
    const state = play(rows);
    expect(state.problem).toContain('5 times in a row');
    expect(state.problem).toContain('no luck');
    expect(state.restartCount).toBe(4);
  });

  it('forgets old failures once it was ready for long enough', () => {
    const rows: Row[] = [[0, 'start', 'starting', 'spawn']];
    for (let round = 0; round < 20; round++) {
      const atMs = round * 60_000;
      rows.push([atMs + 1, 'ready', 'ready'], [atMs + policy.stableMs + 1, 'exit', 'restarting'], [atMs + 50_000, 'tick', 'starting', 'spawn']);
    }
    expect(play(rows).failureCount).toBe(1);
  });

  it('does not take kills from outside, or on request, for a crash loop', () => {
    const rows: Row[] = [[0, 'start', 'starting', 'spawn']];
    for (let round = 0; round < 50; round++) {
      const atMs = round * 1000;
      rows.push([atMs + 100, 'ready', 'ready']);
      if (round % 2 === 0) rows.push([atMs + 150, 'kill', 'ready', 'kill']);
      rows.push([atMs + 200, killedFromOutside, 'restarting'], [atMs + 325, 'tick', 'starting', 'spawn']);
    }
    expect(play(rows)).toMatchObject({ failureCount: 0, restartCount: 50 });
  });

  it('tells a failure in the words of the child', () => {
    const state = play([
      [0, 'start', 'starting', 'spawn'],
      [1, 'failed', 'starting'],
      [2, { kind: 'exit', code: 2, jitter: 0 }, 'restarting'],
    ]);
    expect(state.problem).toBe('The disk is shy.');
  });

  it('asks for a tick exactly when something depends on time', () => {
    const state = createChildState(0);
    const next = (input: ChildInput, atMs: number): number | null => {
      stepChild(state, input, atMs, policy);
      return nextTickMs(state, policy);
    };
    expect(nextTickMs(state, policy)).toBeNull();
    expect(next(defaults.start, 0)).toBe(policy.muteMs);
    expect(next(defaults.ready, 10)).toBe(policy.lateMs);
    expect(next(defaults.beat, 500)).toBe(500 + policy.lateMs);
    expect(next(defaults.paused, 600)).toBeNull();
    expect(next(defaults.stop, 700)).toBe(700 + 1000 + policy.killMarginMs);
    expect(next(exitedCleanly, 800)).toBeNull();
  });

  it('counts as available while it is ready, and a deliberate stop costs nothing', () => {
    const state = createChildState(0);
    stepChild(state, defaults.start, 0, policy);
    stepChild(state, defaults.ready, 1000, policy);
    expect(availabilityOf(state, 4000)).toBeCloseTo(0.75);
    stepChild(state, defaults.stop, 4000, policy);
    stepChild(state, exitedCleanly, 4100, policy);
    expect(availabilityOf(state, 90_000)).toBeCloseTo(0.75);
  });
});

describe('the back-off', () => {
  it('doubles, is bounded, and is spread over the upper half', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 60].map((count) => backOffMs(count, 0.999999, policy));
    expect(waits.map(Math.round)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(backOffMs(3, 0, policy)).toBe(500);
  });
});
