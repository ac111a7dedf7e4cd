import { describe, expect, test } from 'vitest';
import * as drafts from '../../../../renderer/network/scenario-draft.ts';
import { targetKey } from '../../../../renderer/network/scenario-words.ts';
import { builtInProfiles, builtInScenarios, Scenario, SCENARIO_SEC_MAX, SCENARIO_STEPS_MAX, SCENARIO_VERSION, ScenarioAction, type ScenarioTarget } from '../../../../runtime/contract/network.ts';

const { actionOf, addStep, changeStep, draftOf, moveStep, newDraft, problemsOf, removeStep, scenarioOf, sortedSteps, targetOf } = drafts;
const profileIds = builtInProfiles.map(({ id }) => id);
const degradation = builtInScenarios.find(({ id }) => id === 'network-degradation')!;
const own: Scenario = { ...degradation, id: 'mine', isBuiltIn: false };

test('bounds are those of the contract', () => {
  expect([drafts.SCENARIO_VERSION, drafts.SCENARIO_STEPS_MAX, drafts.SCENARIO_SEC_MAX]).toEqual([SCENARIO_VERSION, SCENARIO_STEPS_MAX, SCENARIO_SEC_MAX]);
  const named = (length: number): boolean => Scenario.safeParse({ ...own, name: 'x'.repeat(length) }).success;
  const described = (length: number): boolean => Scenario.safeParse({ ...own, description: 'x'.repeat(length) }).success;
  expect([named(drafts.NAME_CHARS_MAX), named(drafts.NAME_CHARS_MAX + 1), described(drafts.DESCRIPTION_CHARS_MAX), described(drafts.DESCRIPTION_CHARS_MAX + 1)]).toEqual([true, false, true, false]);
});

describe('a draft', () => {
  test('of what comes with the program is a copy under another name, of one\'s own the thing itself', () => {
    expect([draftOf(degradation).id, draftOf(degradation).name]).toEqual([undefined, 'Network degradation (own)']);
    expect([draftOf(own).id, draftOf(own).name, draftOf(own, true).id]).toEqual(['mine', 'Network degradation', undefined]);
  });
  test('becomes what it came from when nothing was changed', () => {
    const { isBuiltIn: _, ...saved } = own;
    expect(scenarioOf(draftOf(own))).toEqual(saved);
  });
  test('of every built-in scenario is without fault, and so is an empty one but for its name', () => {
    for (const scenario of builtInScenarios) expect(problemsOf(draftOf(scenario), profileIds)).toEqual([]);
    expect(problemsOf(newDraft(), profileIds).map(({ at }) => at)).toEqual(['name']);
  });
  test('gets another step after the last one, for the same node', () => {
    const draft = addStep(draftOf(own));
    expect(draft.steps.at(-1)).toMatchObject({ key: 4, atSec: 60, target: { place: 0 } });
    expect(addStep({ ...draft, durationSec: 62 }).steps.at(-1)!.atSec).toBe(62);
    expect(addStep({ ...draft, steps: [] }).steps).toMatchObject([{ key: 0, atSec: 0 }]);
  });
  test('keeps its steps in order of time whatever is moved, within the scenario', () => {
    const draft = moveStep(draftOf(own), 1, 44.44);
    expect(sortedSteps(draft).map(({ key, atSec }) => [key, atSec])).toEqual([[0, 0], [2, 30], [1, 44.4], [3, 50]]);
    expect([moveStep(draft, 1, 900), moveStep(draft, 1, -5)].map((moved) => moved.steps[1]!.atSec)).toEqual([90, 0]);
    expect(scenarioOf(draft).steps.map(({ atSec }) => atSec)).toEqual([0, 30, 44.4, 50]);
  });
  test('forgets a step, and changes one without touching the others', () => {
    expect(removeStep(draftOf(own), 2).steps.map(({ key }) => key)).toEqual([0, 1, 3]);
    const changed = changeStep(draftOf(own), 1, { action: { kind: 'kill' } });
    expect(changed.steps.map(({ action }) => action.kind)).toEqual(['profile', 'kill', 'link', 'link']);
  });
});

describe('what is wrong with a draft', () => {
  const draft = draftOf(own);
  test.each([
    ['no name', { ...draft, name: '  ' }, 'name', 'A scenario needs a name.'],
    ['a long name', { ...draft, name: 'x'.repeat(61) }, 'name', 'A name has at most 60 characters; this one has 61.'],
    ['a long description', { ...draft, description: 'x'.repeat(501) }, 'description', 'A description has at most 500 characters; this one has 501.'],
    ['no time', { ...draft, durationSec: 0, steps: [] }, 'duration', 'A scenario lasts more than 0 and at most 3600 seconds.'],
    ['no steps', { ...draft, steps: [] }, 'steps', 'Add at least one step: without any, nothing happens.'],
    ['a step after the end', { ...draft, durationSec: 40 }, 3, 'At 50 s it comes after the end, at 40 s.'],
    ['a profile that is gone', changeStep(draft, 0, { action: { kind: 'profile', profileId: 'gone' } }), 0, 'There is no profile "gone" any more. Choose another.'],
    ['nothing to draw from', changeStep(draft, 2, { action: { kind: 'random-profile', profileIds: [] } }), 2, 'Choose at least one profile to draw from.'],
    ['a change of nothing', changeStep(draft, 1, { action: { kind: 'link', change: { toNode: { latencyMs: undefined } as never, partition: undefined } } }), 1, 'Set at least one figure of the link.'],
  ])('%s', (_what, wrong, at, text) => {
    expect(problemsOf(wrong, profileIds)).toContainEqual({ at, text });
  });
});

test('every kind of action begins as one that the contract takes', () => {
  for (const kind of ['profile', 'random-profile', 'link', 'normal', 'kill', 'pause', 'resume', 'stop', 'start'] as const) expect(ScenarioAction.parse(actionOf(kind, profileIds)).kind).toBe(kind);
});

test('targets survive being written as choices', () => {
  const targets: ScenarioTarget[] = [{ nodes: 'all' }, { nodes: 'random' }, { place: 3 }, { nodeId: 'node-7' }];
  for (const target of targets) expect(targetOf(targetKey(target))).toEqual(target);
});
