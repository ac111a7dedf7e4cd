// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useNetworkStore } from '../../../../renderer/stores/network.ts';
import { useNetworkCommands } from '../../../../renderer/palette/network-commands.ts';
import { busyNetwork, networkStatus, scenarioRun } from '../../../fixtures/scripted-door/network-states.ts';
import { type NetworkStage, openStage } from '../views/network/stage.ts';

let stage: NetworkStage;
let host: VueWrapper;
let commands: ReturnType<typeof useNetworkCommands>;
beforeEach(async () => {
  stage = await openStage(networkStatus());
  host = mount({ setup: () => ((commands = useNetworkCommands()), () => null) }, { global: stage.global });
});
afterEach(() => {
  host.unmount();
  stage.close();
});

const titles = (): string[] => commands().map(({ title }) => title);
const run = async (title: string): Promise<void> => {
  await commands().find((command) => command.title === title)!.run();
};

test('every id is there once', () => {
  const ids = commands().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('links are set, cut, cleared and opened by name', async () => {
  await run('Apply 3G to node-2');
  await run('Partition node-3');
  await run('Fail the link to node-4');
  expect(stage.host.status().links.map(({ profileId, settings }) => profileId ?? settings.partition)).toEqual(['none', '3g', 'both', 'node-failure', 'none']);
  await run('Clear the link to node-4');
  await run('Apply LTE to all links');
  expect(stage.host.status().links.every(({ profileId }) => profileId === 'lte')).toBe(true);
  await run('Link to node-5');
  expect(stage.router.currentRoute.value.fullPath).toBe('/network?node=node-5');
});

test('the way back is offered when there is one', async () => {
  expect(titles()).not.toContain('Network back to normal');
  useNetworkStore().apply(busyNetwork());
  await run('Network back to normal');
  expect(stage.callsTo('network:reset')).toHaveLength(1);
});

test('scenarios are played while none plays, and the one that plays is stopped', async () => {
  await run('Play the scenario Chaos test');
  expect(titles().filter((title) => title.startsWith('Play'))).toEqual([]);
  await run('Stop the scenario Chaos test');
  expect(stage.host.status().run!.phase).toBe('stopped');
});

test('without the emulator nothing is offered that could not be done', () => {
  useNetworkStore().apply(networkStatus({ isReady: false, run: scenarioRun('chaos', 1, { phase: 'ended' }) }));
  expect(titles()).toEqual([1, 2, 3, 4, 5].map((number) => `Link to node-${number}`));
});
