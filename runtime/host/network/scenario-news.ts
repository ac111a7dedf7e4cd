/** Scenarios, in words. */
import type { ScenarioRun } from '../../contract/control/network.ts';
import type { News } from '../happenings/changes.ts';

const named = ({ scenario }: ScenarioRun): string => `Scenario “${scenario.name}”`;
const secondsText = (seconds: number): string => `${Math.round(seconds)} s`;

export const startNews = (run: ScenarioRun): News => ({
  kind: 'scenario-started',
  tone: 'busy',
  subject: null,
  text: `${named(run)} started: ${secondsText(run.scenario.durationSec)}, seed ${run.seed}`,
});

export const stepProblemNews = (run: ScenarioRun, { atSec, problem }: ScenarioRun['done'][number]): News => ({
  kind: 'scenario-problem',
  tone: 'warn',
  subject: null,
  text: `${named(run)}, step at ${secondsText(atSec)}: ${problem}`,
});

export const overNews = (run: ScenarioRun): News => {
  if (run.phase === 'ended') return { kind: 'scenario-ended', tone: 'ok', subject: null, text: `${named(run)} ended; everything is back to normal` };
  const after = `after ${secondsText(run.elapsedSec)}`;
  if (run.phase === 'stopped') return { kind: 'scenario-stopped', tone: 'idle', subject: null, text: `${named(run)} was stopped ${after}; everything is back to normal` };
  return { kind: 'scenario-failed', tone: 'bad', subject: null, text: `${named(run)} failed ${after}. ${run.problem ?? ''}`.trimEnd() };
};
