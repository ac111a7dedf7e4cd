import { describe, expect, it } from 'vitest';
import { builtInScenarios, Scenario } from '../../../../runtime/contract/network.ts';
import { firstAskedOf, SESSION_SEC, storyOf } from '../../../../runtime/host/comparison/demo-stories.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const scenarioOf = (id: string): Scenario => builtInScenarios.find((scenario) => scenario.id === id)!;
const timesOf = (id: string): number[] => storyOf(scenarioOf(id), 'node-3').steps.map(({ atSec }) => atSec);

describe('a story of the demo', () => {
  it.each(builtInScenarios.map((scenario) => [scenario.id, scenario] as const))('%s has every step of its scenario, in order, within one session', (_id, scenario) => {
    const story = Scenario.parse(storyOf(scenario, 'node-3'));
    expect(story.steps.map(({ action }) => action)).toEqual(scenario.steps.map(({ action }) => action));
    expect(story.durationSec).toBeGreaterThan(SESSION_SEC);
    const times = story.steps.map(({ atSec }) => atSec);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.max(...times)).toBeLessThan(SESSION_SEC);
  });

  it('begins where the trouble does: the slow node is as slow as it gets, the degraded one degraded', () => {
    expect(timesOf('network-degradation')).toEqual([0, 0, 0, 0]);
    expect(timesOf('recovery').slice(0, 2)).toEqual([0, 0]);
    expect(timesOf('recovery')[2]).toBeGreaterThan(5);
  });

  it('lets a node die while the session downloads, not before it', () => {
    const [, diesSec, isBackSec] = timesOf('node-failure');
    expect(diesSec).toBeGreaterThan(0);
    expect(diesSec).toBeLessThan(1);
    expect(isBackSec).toBeGreaterThan(10);
  });

  it('troubles the node that the first chunk is asked of, where a scenario names one by its place', () => {
    const victimId = firstAskedOf(makeManifest());
    expect(victimId).toBe(makeManifest().chunks[0]!.urls[0]!.node_id);
    const targets = storyOf(scenarioOf('node-failure'), victimId).steps.map(({ target }) => target);
    expect(targets).toEqual([{ nodes: 'all' }, { nodeId: victimId }, { nodeId: victimId }]);
    expect(storyOf(scenarioOf('chaos'), victimId).steps.at(-1)!.target).toEqual({ nodes: 'random' });
  });

  it('of a video without chunks keeps the places', () => {
    expect(firstAskedOf({ chunks: [] })).toBeNull();
    expect(storyOf(scenarioOf('node-failure'), null).steps[1]!.target).toEqual({ place: 0 });
  });
});
