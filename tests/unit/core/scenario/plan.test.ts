import { describe, expect, it } from 'vitest';
import { builtInProfiles, builtInScenarios, type ScenarioAction, type ScenarioStep, type ScenarioTarget } from '../../../../runtime/contract/network.ts';
import { planScenario } from '../../../../runtime/core/scenario/plan.ts';

const NODES = ['node-1', 'node-3', 'node-4'];
const normal: ScenarioAction = { kind: 'normal' };
const step = (target: ScenarioTarget, action: ScenarioAction = normal, atSec = 0): ScenarioStep => ({ atSec, target, action });
const plan = (steps: ScenarioStep[], seed = 1, nodes = NODES) => planScenario({ steps }, seed, nodes);

describe('the plan of a scenario', () => {
  it.each<[ScenarioTarget, string[], string | null]>([
    [{ nodes: 'all' }, NODES, null],
    [{ nodeId: 'node-3' }, ['node-3'], null],
    [{ nodeId: 'node-2' }, [], 'The cluster has no node "node-2".'],
    [{ place: 0 }, ['node-1'], null],
    [{ place: 2 }, ['node-4'], null],
    [{ place: 3 }, [], 'The cluster has no node at place 4.'],
  ])('finds the nodes of %j', (target, nodeIds, problem) => {
    expect(plan([step(target)])).toEqual([{ atSec: 0, target, action: normal, nodeIds, problem }]);
  });

  it('says that there is no node where there is none', () => {
    for (const nodes of ['all', 'random'] as const) expect(plan([step({ nodes })], 1, [])).toMatchObject([{ nodeIds: [], problem: 'The cluster has no node.' }]);
  });

  it('puts the steps in the order of their time, and leaves those of one moment as they were written', () => {
    const actions: [number, ScenarioAction['kind']][] = [[5, 'stop'], [0, 'normal'], [5, 'start'], [2.5, 'pause']];
    const steps = actions.map(([atSec, kind]) => step({ place: 0 }, { kind } as ScenarioAction, atSec));
    expect(plan(steps).map(({ atSec, action }) => [atSec, action.kind])).toEqual([[0, 'normal'], [2.5, 'pause'], [5, 'stop'], [5, 'start']]);
    expect(steps.map(({ atSec }) => atSec)).toEqual([5, 0, 5, 2.5]);
  });

  it('makes the same choices for the same seed, and others for another', () => {
    const { steps } = builtInScenarios.find(({ id }) => id === 'chaos')!;
    const choices = (seed: number) => JSON.stringify(plan(steps, seed));
    expect(choices(7)).toBe(choices(7));
    expect(new Set([1, 2, 3, 4, 5].map(choices)).size).toBe(5);
  });

  it('draws every node and every profile, whatever the seed, and nothing else', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const profileIds = ['lte', '3g', 'dsl'];
    const steps = Array.from({ length: 200 }, () => step({ nodes: 'random' }, { kind: 'random-profile', profileIds }));
    const planned = plan(steps, seed);
    const message = `seed ${seed}`;
    expect(planned.every(({ nodeIds, action, problem }) => nodeIds.length === 1 && action.kind === 'profile' && problem === null), message).toBe(true);
    expect(new Set(planned.flatMap(({ nodeIds }) => nodeIds)), message).toEqual(new Set(NODES));
    expect(new Set(planned.map(({ action }) => action.kind === 'profile' && action.profileId)), message).toEqual(new Set(profileIds));
  });

  it.each(builtInScenarios.map((scenario) => [scenario.id, scenario] as const))('of the built-in %s is possible on three nodes, within its time', (_id, scenario) => {
    const known = new Set(builtInProfiles.map(({ id }) => id));
    for (const { problem, atSec, action } of plan(scenario.steps)) {
      expect(problem).toBeNull();
      expect(atSec).toBeLessThan(scenario.durationSec);
      if (action.kind === 'profile') expect(known).toContain(action.profileId);
    }
  });
});
