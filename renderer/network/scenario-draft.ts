/** A scenario while it is being edited: its steps have keys that survive every move, and what is wrong with it is said in words. Pure. */
import type { LinkChange } from '../../runtime/contract/link.ts';
import type { Scenario, ScenarioAction, ScenarioStep, ScenarioTarget } from '../../runtime/contract/network.ts';

/** As in network.ts of the contract; a unit test holds them equal. */
export const SCENARIO_VERSION = 1;
export const SCENARIO_STEPS_MAX = 200;
export const SCENARIO_SEC_MAX = 3_600;
export const NAME_CHARS_MAX = 60;
export const DESCRIPTION_CHARS_MAX = 500;

export interface DraftStep extends ScenarioStep {
  key: number;
}

export interface Draft {
  /** Missing while it is new, or a copy of what comes with the program. */
  id?: string;
  name: string;
  description: string;
  durationSec: number;
  steps: readonly DraftStep[];
}

export interface DraftProblem {
  /** `name`, `duration`, `description`, `steps`, or the key of a step. */
  at: 'name' | 'description' | 'duration' | 'steps' | number;
  text: string;
}

/** `copy`: saved as another one, under another name. */
export const draftOf = (scenario: Scenario, copy = scenario.isBuiltIn): Draft => ({
  ...(!copy && { id: scenario.id }),
  name: copy ? `${scenario.name} (own)` : scenario.name,
  description: scenario.description,
  durationSec: scenario.durationSec,
  steps: scenario.steps.map((step, key) => ({ ...step, key })),
});

export const newDraft = (): Draft => ({ name: '', description: '', durationSec: 60, steps: [{ key: 0, atSec: 0, target: { nodes: 'all' }, action: { kind: 'profile', profileId: 'normal' } }] });

const nextKey = (steps: readonly DraftStep[]): number => Math.max(-1, ...steps.map(({ key }) => key)) + 1;
const tidySec = (sec: number): number => Math.round(sec * 10) / 10;

/** A step like the last one, a little later: most scripts go on with the same node. */
export const addStep = (draft: Draft): Draft => {
  const last = [...draft.steps].sort((a, b) => a.atSec - b.atSec).at(-1);
  const atSec = tidySec(Math.min(draft.durationSec, (last?.atSec ?? -10) + 10));
  return { ...draft, steps: [...draft.steps, { key: nextKey(draft.steps), atSec, target: last?.target ?? { place: 0 }, action: { kind: 'profile', profileId: '3g' } }] };
};
export const removeStep = (draft: Draft, key: number): Draft => ({ ...draft, steps: draft.steps.filter((step) => step.key !== key) });
export const changeStep = (draft: Draft, key: number, change: Partial<Pick<DraftStep, 'atSec' | 'target' | 'action'>>): Draft => ({ ...draft, steps: draft.steps.map((step) => (step.key === key ? { ...step, ...change } : step)) });
/** Within the scenario, to a tenth of a second. */
export const moveStep = (draft: Draft, key: number, atSec: number): Draft => changeStep(draft, key, { atSec: tidySec(Math.min(draft.durationSec, Math.max(0, atSec))) });
export const sortedSteps = ({ steps }: Draft): DraftStep[] => [...steps].sort((a, b) => a.atSec - b.atSec || a.key - b.key);

/** What an action of a kind begins with. */
export const actionOf = (kind: ScenarioAction['kind'], profileIds: readonly string[]): ScenarioAction => {
  switch (kind) {
    case 'profile': return { kind, profileId: profileIds.includes('3g') ? '3g' : (profileIds[0] ?? 'normal') };
    case 'random-profile': return { kind, profileIds: profileIds.filter((id) => ['high-latency', 'low-bandwidth', 'packet-loss'].includes(id)) };
    case 'link': return { kind, change: { toNode: { latencyMs: 75 }, toClient: { latencyMs: 75 } } };
    default: return { kind };
  }
};

/** Targets as a list of choices writes them. */
export const targetOf = (key: string): ScenarioTarget =>
  key.startsWith('id:') ? { nodeId: key.slice('id:'.length) } : key.startsWith('place:') ? { place: Number(key.slice('place:'.length)) } : { nodes: key === 'random' ? 'random' : 'all' };

const isEmptyChange = (change: LinkChange): boolean =>
  Object.entries(change).every(([, value]) => value === undefined || (typeof value === 'object' && Object.values(value).every((inner) => inner === undefined)));

const stepProblems = (step: DraftStep, durationSec: number, profileIds: readonly string[]): DraftProblem[] => {
  const problem = (text: string): DraftProblem => ({ at: step.key, text });
  const { action } = step;
  return [
    ...(!Number.isFinite(step.atSec) || step.atSec < 0 ? [problem('A step begins at 0 seconds or later.')] : step.atSec > durationSec ? [problem(`At ${step.atSec} s it comes after the end, at ${durationSec} s.`)] : []),
    ...(action.kind === 'profile' && !profileIds.includes(action.profileId) ? [problem(`There is no profile "${action.profileId}" any more. Choose another.`)] : []),
    ...(action.kind === 'random-profile' && action.profileIds.length === 0 ? [problem('Choose at least one profile to draw from.')] : []),
    ...(action.kind === 'link' && isEmptyChange(action.change) ? [problem('Set at least one figure of the link.')] : []),
  ];
};

export const problemsOf = (draft: Draft, profileIds: readonly string[]): DraftProblem[] => {
  const { length } = draft.name.trim();
  return [
    ...(length === 0 ? [{ at: 'name', text: 'A scenario needs a name.' } as const] : length > NAME_CHARS_MAX ? [{ at: 'name', text: `A name has at most ${NAME_CHARS_MAX} characters; this one has ${length}.` } as const] : []),
    ...(draft.description.length > DESCRIPTION_CHARS_MAX ? [{ at: 'description', text: `A description has at most ${DESCRIPTION_CHARS_MAX} characters; this one has ${draft.description.length}.` } as const] : []),
    ...(draft.durationSec > 0 && draft.durationSec <= SCENARIO_SEC_MAX ? [] : [{ at: 'duration', text: `A scenario lasts more than 0 and at most ${SCENARIO_SEC_MAX} seconds.` } as const]),
    ...(draft.steps.length === 0 ? [{ at: 'steps', text: 'Add at least one step: without any, nothing happens.' } as const] : []),
    ...(draft.steps.length > SCENARIO_STEPS_MAX ? [{ at: 'steps', text: `A scenario has at most ${SCENARIO_STEPS_MAX} steps; this one has ${draft.steps.length}.` } as const] : []),
    ...draft.steps.flatMap((step) => stepProblems(step, draft.durationSec, profileIds)),
  ];
};

/** As it is saved: in the order of time, without the keys. */
export const scenarioOf = (draft: Draft): Omit<Scenario, 'id' | 'isBuiltIn'> & { id?: string } => ({
  version: SCENARIO_VERSION,
  ...(draft.id !== undefined && { id: draft.id }),
  name: draft.name.trim(),
  description: draft.description.trim(),
  durationSec: draft.durationSec,
  steps: sortedSteps(draft).map(({ atSec, target, action }) => ({ atSec, target, action })),
});
