// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ComputedRef } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { type Command, useCommands } from '../../../../renderer/composables/commands.ts';
import { useConfirmation } from '../../../../renderer/composables/confirmation.ts';
import { usePageCommands } from '../../../../renderer/palette/page-commands.ts';
import { useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { useComparisonStore } from '../../../../renderer/stores/comparison.ts';
import { useConnectionStore } from '../../../../renderer/stores/connection.ts';
import { useDemoStore } from '../../../../renderer/stores/demo.ts';
import { useVideoStore } from '../../../../renderer/stores/videos.ts';
import { demoStatus, idleComparison, runningComparison } from '../../../fixtures/scripted-door/comparison-states.ts';
import { clusterStatus, launchingCluster, node, settings, stoppedCluster, systemInfo, videoRow } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
let router: Router;
let host: VueWrapper;
let commands: ComputedRef<Command[]>;

beforeEach(async () => {
  setActivePinia(createPinia());
  bridge = fakeBridge({
    'system:info': () => systemInfo(),
    'videos:list': () => ({ videos: [videoRow(1, 'Harbour')], totalCount: 1 }),
    'settings:set': () => settings({ theme: 'dark' }),
    'nodes:kill': () => ({}),
    'nodes:pause': () => ({}),
    'cluster:launch': () => clusterStatus(),
    'comparison:stop': () => idleComparison({ phase: 'stopping' }),
    'demo:start': () => demoStatus(0),
    'demo:stop': () => demoStatus(2, { phase: 'stopped' }),
  });
  provideBridge(bridge);
  await useConnectionStore().hydrate();
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<i />' } }] });
  host = mount({ setup: () => ((commands = usePageCommands()), () => null) }, { global: { plugins: [router] } });
});
afterEach(() => host.unmount());

const ids = (): string[] => commands.value.map((command) => command.id);
const run = async (id: string): Promise<void> => {
  await commands.value.find((command) => command.id === id)!.run();
};

test('every id is there once, whatever the state', async () => {
  for (const status of [stoppedCluster(), launchingCluster(), clusterStatus()]) {
    useClusterStore().apply(status);
    expect(ids()).toHaveLength(new Set(ids()).size);
  }
});

test('the menu of the desktop program finds its commands here', () => {
  useClusterStore().apply(stoppedCluster());
  expect(ids()).toEqual(expect.arrayContaining(['cluster:launch', 'go:/cluster', 'go:/settings']));
  expect(ids().filter((id) => id.startsWith('theme:'))).toHaveLength(2);
  useClusterStore().apply(clusterStatus());
  expect(ids()).toContain('cluster:stop');
});

test('what can be done follows the state of the cluster', () => {
  useClusterStore().apply(stoppedCluster());
  expect(ids().filter((id) => id.startsWith('node:') || id.startsWith('play:'))).toEqual([]);
  useClusterStore().apply(launchingCluster());
  expect(ids()).toContain('cluster:cancel');
  expect(ids()).not.toContain('cluster:launch');
});

test('what can be done to a node follows its state', () => {
  const actions = (phase: 'ready' | 'paused' | 'stopped'): string[] => {
    useClusterStore().apply(clusterStatus({ children: [node(1, { phase })] }));
    return ids().filter((id) => id.startsWith('node:node-1:')).map((id) => id.split(':')[2]!);
  };
  expect(actions('ready')).toEqual(['restart', 'kill', 'pause', 'stop']);
  expect(actions('paused')).toEqual(['resume', 'kill']);
  expect(actions('stopped')).toEqual(['start']);
});

describe('running one', () => {
  beforeEach(async () => {
    useClusterStore().apply(clusterStatus());
    await useVideoStore().hydrate();
    bridge.calls.length = 0;
  });

  test('goes to a node, to its logs, to a video', async () => {
    await run('node:node-2');
    expect(router.currentRoute.value.path).toBe('/cluster/nodes/node-2');
    await run('logs:node-2');
    expect(router.currentRoute.value.fullPath).toBe('/cluster/logs?source=node-2');
    await run(`play:${videoRow(1, '').video_id}`);
    expect(router.currentRoute.value.path).toBe(`/watch/${videoRow(1, '').video_id}`);
  });

  test('pauses at once, but asks before it kills', async () => {
    await run('node:node-2:pause');
    const killing = run('node:node-2:kill');
    await flushPromises();
    expect(bridge.calls.map((call) => call.name)).toEqual(['nodes:pause']);
    useConfirmation().answer(true);
    await killing;
    expect(bridge.calls.at(-1)).toEqual({ name: 'nodes:kill', input: { nodeId: 'node-2' } });
  });

  test('launches as the settings say, and shows it', async () => {
    useClusterStore().apply(stoppedCluster());
    await run('cluster:launch');
    expect(router.currentRoute.value.path).toBe('/cluster');
    expect(bridge.calls.at(-1)).toEqual({ name: 'cluster:launch', input: {} });
  });
});

test('a view brings its own along while it is on screen, before all others', () => {
  const view = mount({ setup: () => (useCommands(() => [{ id: 'own', group: 'Here', title: 'Own', run: () => undefined }]), () => null) });
  expect(ids()[0]).toBe('own');
  view.unmount();
  expect(ids()).not.toContain('own');
});

describe('comparison and demo', () => {
  const own = (): string[] => ids().filter((id) => id.startsWith('comparison:'));

  test('the form is a command away from everywhere, the demo where a cluster runs', async () => {
    useClusterStore().apply(stoppedCluster());
    expect(own()).toEqual(['comparison:new']);
    useClusterStore().apply(clusterStatus());
    expect(own()).toEqual(['comparison:new', 'comparison:demo']);
    await run('comparison:new');
    expect(router.currentRoute.value.fullPath).toBe('/dashboard/comparison?new=');
    await run('comparison:demo');
    expect([router.currentRoute.value.fullPath, bridge.calls.at(-1)]).toEqual(['/dashboard/comparison', { name: 'demo:start', input: {} }]);
  });

  test('what runs can be ended, and nothing else be begun meanwhile', async () => {
    useClusterStore().apply(clusterStatus());
    useComparisonStore().apply(runningComparison(1));
    expect(own()).toEqual(['comparison:stop']);
    await run('comparison:stop');
    expect(bridge.calls.at(-1)!.name).toBe('comparison:stop');
    useComparisonStore().apply(idleComparison());
    useDemoStore().apply(demoStatus(2));
    expect(own()).toEqual(['comparison:demo-stop']);
    await run('comparison:demo-stop');
    expect([bridge.calls.at(-1)!.name, own()]).toEqual(['demo:stop', ['comparison:new', 'comparison:demo']]);
  });
});
