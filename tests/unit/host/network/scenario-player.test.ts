import { describe, expect, it } from 'vitest';
import type { ScenarioRun } from '../../../../runtime/contract/control/network.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Scenario, ScenarioAction } from '../../../../runtime/contract/network.ts';
import type { PlannedStep } from '../../../../runtime/core/scenario/plan.ts';
import { createScenarioPlayer, type PlayerParts } from '../../../../runtime/host/network/scenario-player.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

const step = (atSec: number, kind: ScenarioAction['kind'], place = 0): Scenario['steps'][number] => ({ atSec, target: { place }, action: { kind } as ScenarioAction });
const scenarioOf = (steps: Scenario['steps'], durationSec = 10): Scenario => ({ version: 1, id: 's', name: 'Test', description: '', durationSec, steps, isBuiltIn: false });

const create = (overrides: Partial<PlayerParts> = {}) => {
  const clock = createManualClock(1_000_000);
  const log: string[] = [];
  const news: string[] = [];
  const changes: ScenarioRun[] = [];
  const at = (): string => `${clock.nowMs() / 1000}`;
  const player = createScenarioPlayer({
    clock,
    nodeIds: () => ['node-1', 'node-2'],
    clearLinks: () => Promise.resolve(void log.push(`${at()} clear`)),
    act: ({ action, nodeIds }) => Promise.resolve(void log.push(`${at()} ${action.kind} ${nodeIds.join()}`)),
    normalise: () => Promise.resolve(void log.push(`${at()} normalise`)),
    onChange: () => changes.push(player.run()!),
    onStart: ({ seed }) => news.push(`started with ${seed}`),
    onProblem: (_run, { atSec, problem }) => news.push(`${atSec} s: ${problem}`),
    onOver: ({ phase, problem }) => news.push(`${phase}${problem ? `: ${problem}` : ''}`),
    ...overrides,
  });
  /** Seconds pass one by one, with everything that is due in each. */
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      await settle();
    }
  };
  return { player, clock, log, news, changes, pass };
};

describe('a scenario that plays', () => {
  it('clears the links, does each step at its time, and sets everything right at its end', async () => {
    const { player, log, news, pass } = create();
    expect(player.run()).toBeNull();
    await player.start(scenarioOf([step(0, 'normal'), step(2.5, 'stop'), step(2.5, 'pause', 1), step(6, 'start')]), 7);
    await settle();
    await pass(10);
    expect(log).toEqual(['0 clear', '0 normal node-1', '2.5 stop node-1', '2.5 pause node-2', '6 start node-1', '10 normalise']);
    expect(news).toEqual(['started with 7', 'ended']);
    expect(player.run()).toMatchObject({ phase: 'ended', elapsedSec: 10, seed: 7, startedAtMs: 1_000_000, problem: null });
    expect(player.run()!.done.map(({ atSec, atMs, nodeIds }) => [atSec, atMs, nodeIds])).toEqual([
      [0, 1_000_000, ['node-1']], [2.5, 1_002_500, ['node-1']], [2.5, 1_002_500, ['node-2']], [6, 1_006_000, ['node-1']],
    ]);
  });

  it('tells every second how far it is', async () => {
    const { player, changes, pass } = create();
    await player.start(scenarioOf([step(1.5, 'stop')], 3), 1);
    await pass(3);
    expect([...new Set(changes.map(({ elapsedSec, done }) => `${elapsedSec} ${done.length}`))]).toEqual(['0 0', '1 0', '1.5 1', '2 1', '3 1']);
    expect(changes.at(-1)!.phase).toBe('ended');
  });

  it('goes on over steps that cannot be done, and tells them', async () => {
    const act = ({ action }: PlannedStep): Promise<void> => (action.kind === 'kill' ? Promise.reject(new VStackError('not_running', 'node-1 is stopped.')) : Promise.resolve());
    const { player, news, pass } = create({ act });
    await player.start(scenarioOf([step(1, 'kill'), step(2, 'stop', 5), step(3, 'stop')]), 1);
    await pass(10);
    expect(player.run()!.done.map(({ problem }) => problem)).toEqual(['node-1 is stopped.', 'The cluster has no node at place 6.', null]);
    expect(news).toEqual(['started with 1', '1 s: node-1 is stopped.', '2 s: The cluster has no node at place 6.', 'ended']);
  });

  it('is stopped at once, waits for what it began, and then sets everything right', async () => {
    const pausing = Promise.withResolvers<void>();
    const { player, log, news, pass } = create({ act: () => pausing.promise });
    await player.start(scenarioOf([step(1, 'pause'), step(5, 'stop')]), 1);
    await pass(2);
    const stopped = player.stop();
    const again = player.stop();
    await settle();
    expect(log).toEqual(['0 clear']);
    pausing.resolve();
    await Promise.all([stopped, again]);
    await pass(20);
    expect(log).toEqual(['0 clear', '2 normalise']);
    expect(news).toEqual(['started with 1', 'stopped']);
    expect(player.run()).toMatchObject({ phase: 'stopped', elapsedSec: 2, done: [{ atSec: 1 }] });
    await player.stop();
  });

  it('does not wait for a node that takes long to start', async () => {
    const { player, news, pass } = create({ act: () => new Promise(() => {}) });
    await player.start(scenarioOf([step(1, 'start')], 2), 1);
    await pass(2);
    expect(news).toEqual(['started with 1', 'ended']);
  });

  it('refuses to be started twice, also while the first is only beginning, and can be played again', async () => {
    const { player, pass } = create();
    const first = player.start(scenarioOf([], 1), 1);
    await expect(player.start(scenarioOf([]), 2)).rejects.toMatchObject({ code: 'already_running' });
    await first;
    await expect(player.start(scenarioOf([]), 3)).rejects.toMatchObject({ code: 'already_running', message: expect.stringContaining('“Test” runs already') as string });
    await pass(1);
    await player.start(scenarioOf([]), 4);
    expect(player.run()).toMatchObject({ seed: 4, phase: 'running' });
  });

  it('does not begin without a cluster, and leaves the last run as it was', async () => {
    const { player } = create({ clearLinks: () => Promise.reject(new VStackError('not_running', 'The cluster is stopped.')) });
    await expect(player.start(scenarioOf([]), 1)).rejects.toMatchObject({ code: 'not_running' });
    expect(player.run()).toBeNull();
    await expect(create({ nodeIds: () => [] }).player.start(scenarioOf([]), 1)).rejects.toMatchObject({ code: 'not_running' });
  });

  it('says what could not be set right', async () => {
    const { player, news, pass } = create({ normalise: () => Promise.reject(new Error('node-1 does not start')) });
    await player.start(scenarioOf([], 1), 1);
    await pass(1);
    expect(news).toEqual(['started with 1', 'failed: Not everything is back to normal: node-1 does not start']);
  });

  it('ends with its cluster, and does nothing more', async () => {
    const { player, log, news, pass } = create();
    await player.start(scenarioOf([step(5, 'stop')]), 1);
    await pass(2);
    player.abandon('The cluster was stopped meanwhile.');
    player.abandon('Twice.');
    await pass(20);
    expect(log).toEqual(['0 clear']);
    expect(news).toEqual(['started with 1', 'failed: The cluster was stopped meanwhile.']);
    expect(player.run()).toMatchObject({ phase: 'failed', elapsedSec: 2 });
  });

  it('is told once when its cluster goes while everything is being set right', async () => {
    const { player, news, pass } = create({ normalise: () => Promise.reject(new VStackError('not_running', 'gone')) });
    await player.start(scenarioOf([], 5), 1);
    await pass(1);
    const stopped = player.stop();
    player.abandon('The cluster was stopped meanwhile.');
    await stopped;
    expect(news).toEqual(['started with 1', 'failed: The cluster was stopped meanwhile.']);
  });
});
