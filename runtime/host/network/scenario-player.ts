/**
 * Plays one scenario at a time: a thin loop over its plan. What a step cannot do is told in the run, and the others go on.
 *
 *   start ──▶ links normal ──▶ steps, a word every second ──▶ end or stop ──▶ everything normal
 */
import type { ScenarioRun } from '../../contract/control/network.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Scenario } from '../../contract/network.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { planScenario, type PlannedStep } from '../../core/scenario/plan.ts';
import type { Clock } from '../../platform/clock.ts';

export interface PlayerParts {
  clock: Clock;
  nodeIds(): readonly string[];
  /** Lets every link pass everything at once. @throws VStackError not_running without a cluster */
  clearLinks(): Promise<void>;
  /** @throws what kept the step from being done */
  act(step: PlannedStep): Promise<void>;
  /** Links normal, paused nodes running, stopped ones started. @throws what could not be set right */
  normalise(): Promise<void>;
  /** The run moved on; at least every second. */
  onChange(): void;
  onStart(run: ScenarioRun): void;
  /** A step, or a part of one, could not be done. */
  onProblem(run: ScenarioRun, step: ScenarioRun['done'][number]): void;
  /** `phase` says how it went. */
  onOver(run: ScenarioRun): void;
}

export interface ScenarioPlayer {
  /** The one that runs, or the last one. */
  run(): ScenarioRun | null;
  /** Resolves once it runs. @throws VStackError already_running, not_running */
  start(scenario: Scenario, seed: number): Promise<void>;
  /** Resolves once everything is normal again; nothing running is fine. */
  stop(): Promise<void>;
  /** The cluster is gone, and with it everything that would have to be set right. */
  abandon(problem: string): void;
}

interface Play {
  scenario: Scenario;
  seed: number;
  startedAtMs: number;
  startMs: number;
  plan: readonly PlannedStep[];
  done: ScenarioRun['done'];
  /** Steps that have begun and will end by themselves. */
  underWay: Set<Promise<void>>;
  phase: ScenarioRun['phase'];
  problem: string | null;
  /** How long it ran, once it does not any more. */
  elapsedSec: number | null;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A start is ready after a moment or after minutes; whatever comes next need not wait for it. */
const isWaitedFor = ({ action }: PlannedStep): boolean => action.kind !== 'start';

export const createScenarioPlayer = (parts: PlayerParts): ScenarioPlayer => {
  const { clock } = parts;
  let play: Play | null = null;
  let isStarting = false;
  let ending: Promise<void> | undefined;
  let cancelTick = (): void => {};

  const elapsedSecOf = ({ scenario, startMs, elapsedSec }: Play): number => elapsedSec ?? Math.min(scenario.durationSec, (clock.nowMs() - startMs) / SECOND_MS);

  const runOf = (one: Play): ScenarioRun => {
    const { scenario, seed, startedAtMs, phase, problem, done } = one;
    return { scenario, seed, startedAtMs, phase, problem, elapsedSec: elapsedSecOf(one), done: done.map((step) => ({ ...step })) };
  };

  const begin = (one: Play, step: PlannedStep): void => {
    const { atSec, target, action, nodeIds, problem } = step;
    const entry = { atSec, target, action, nodeIds, atMs: clock.wallMs(), problem };
    one.done.push(entry);
    const tellProblem = (): void => {
      if (one.phase === 'running') parts.onProblem(runOf(one), { ...entry });
    };
    if (problem !== null) return tellProblem();
    const work = parts.act(step).catch((error: unknown) => {
      entry.problem = messageOf(error);
      tellProblem();
      parts.onChange();
    });
    if (!isWaitedFor(step)) return;
    one.underWay.add(work);
    void work.finally(() => one.underWay.delete(work));
  };

  const tick = (one: Play): void => {
    const elapsedSec = elapsedSecOf(one);
    for (let next = one.plan[one.done.length]; next && next.atSec <= elapsedSec; next = one.plan[one.done.length]) begin(one, next);
    parts.onChange();
    if (elapsedSec >= one.scenario.durationSec) return void end(one, 'ended');
    const nextSec = Math.min(one.plan[one.done.length]?.atSec ?? Infinity, Math.floor(elapsedSec) + 1, one.scenario.durationSec);
    cancelTick = clock.after(one.startMs + nextSec * SECOND_MS - clock.nowMs(), () => tick(one));
  };

  const end = (one: Play, phase: 'ended' | 'stopped'): Promise<void> => {
    cancelTick();
    ending ??= (async () => {
      one.elapsedSec = elapsedSecOf(one);
      try {
        // A pause that takes effect after everything was set right would stay.
        await Promise.allSettled(one.underWay);
        await parts.normalise();
        if (one.phase === 'running') one.phase = phase;
      } catch (error) {
        if (one.phase === 'running') Object.assign(one, { phase: 'failed', problem: `Not everything is back to normal: ${messageOf(error)}` });
      } finally {
        ending = undefined;
      }
      parts.onOver(runOf(one));
      parts.onChange();
    })();
    return ending;
  };

  return {
    run: () => play && runOf(play),
    async start(scenario, seed) {
      if (isStarting || play?.phase === 'running') {
        throw new VStackError('already_running', `The scenario “${(play ?? { scenario }).scenario.name}” runs already. Stop it first (\`vstack scenario stop\`).`);
      }
      isStarting = true;
      try {
        await parts.clearLinks();
        const nodeIds = parts.nodeIds();
        if (nodeIds.length === 0) throw new VStackError('not_running', 'The cluster was stopped before the scenario began.');
        const plan = planScenario(scenario, seed, nodeIds);
        play = { scenario, seed, startedAtMs: clock.wallMs(), startMs: clock.nowMs(), plan, done: [], underWay: new Set(), phase: 'running', problem: null, elapsedSec: null };
      } finally {
        isStarting = false;
      }
      parts.onStart(runOf(play));
      tick(play);
    },
    async stop() {
      if (play?.phase === 'running') await end(play, 'stopped');
    },
    abandon(problem) {
      if (play?.phase !== 'running') return;
      cancelTick();
      Object.assign(play, { phase: 'failed', problem, elapsedSec: elapsedSecOf(play) });
      if (!ending) parts.onOver(runOf(play));
      parts.onChange();
    },
  };
};
