import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { NODES_MAX, useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { NODES_MAX as CONTRACT_NODES_MAX } from '../../../../runtime/contract/settings.ts';
import { clusterStatus, metadata, node, stoppedCluster, uploader } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  bridge = fakeBridge({ 'cluster:status': () => clusterStatus() });
  provideBridge(bridge);
  setActivePinia(createPinia());
});

test('the bound on nodes is the contract\'s', () => expect(NODES_MAX).toBe(CONTRACT_NODES_MAX));

describe('the status', () => {
  test('is asked for once and then follows the events', async () => {
    const cluster = useClusterStore();
    await cluster.hydrate();
    expect([cluster.isRunning, cluster.readyNodeCount, cluster.nodes.length]).toEqual([true, 5, 5]);
    cluster.apply(clusterStatus({ phase: 'degraded', children: [metadata(), node(1), node(2, { phase: 'paused' }), uploader()] }));
    expect([cluster.isRunning, cluster.readyNodeCount, cluster.nodes.length]).toEqual([true, 1, 2]);
    cluster.apply(stoppedCluster());
    expect(cluster.isRunning).toBe(false);
  });

  test('leaves five minutes of CPU history at one point a second, however fast it comes', () => {
    const cluster = useClusterStore();
    for (let second = 0; second < 340; second++) {
      for (const offsetMs of [0, 250, 500]) cluster.apply(clusterStatus({ children: [node(1, { cpuPercent: second })] }), 1_000_000 + second * 1000 + offsetMs);
    }
    const history = cluster.cpuHistory.get('node-1')!;
    expect(history).toHaveLength(300);
    expect(history.at(-1)).toBe(339);
    expect(history[0]).toBe(40);
  });
});

describe('a launch', () => {
  test('is cancelled at the host by its own signal', async () => {
    const cluster = useClusterStore();
    bridge.answers['cluster:launch'] = (_input, { signal }) =>
      new Promise((_, reject) => signal!.addEventListener('abort', () => reject(new VStackError('cancelled', 'cancelled'))));
    const launching = cluster.launch({ nodeCount: 3 });
    expect(cluster.isLaunching).toBe(true);
    await cluster.cancelLaunch();
    await expect(launching).rejects.toMatchObject({ code: 'cancelled' });
    expect(cluster.isLaunching).toBe(false);
    expect(bridge.calls.map((call) => call.name)).toEqual(['cluster:launch']);
  });

  test('begun by another door is ended by stopping the cluster', async () => {
    const cluster = useClusterStore();
    cluster.apply(stoppedCluster({ phase: 'starting' }));
    bridge.answers['cluster:stop'] = () => stoppedCluster();
    await cluster.cancelLaunch();
    expect(cluster.status!.phase).toBe('stopped');
  });
});

test('a node is busy while an action on it is under way, also when that fails', async () => {
  const cluster = useClusterStore();
  bridge.answers['nodes:kill'] = () => Promise.reject(new VStackError('not_found', 'gone'));
  const killing = cluster.act('node-2', 'kill');
  expect(cluster.busyNames.has('node-2')).toBe(true);
  await expect(killing).rejects.toThrow('gone');
  expect(cluster.busyNames.has('node-2')).toBe(false);
  expect(bridge.calls).toEqual([{ name: 'nodes:kill', input: { nodeId: 'node-2' } }]);
});

describe('back to normal', () => {
  const broken = () => clusterStatus({ phase: 'degraded', children: [metadata(), node(1), node(10, { phase: 'stopped' }), node(2, { phase: 'paused' }), node(3, { phase: 'crashed' }), node(4, { phase: 'restarting' }), uploader()] });

  test('resumes what is paused and starts what is down, but lets a restart take its course', async () => {
    const cluster = useClusterStore();
    cluster.apply(broken());
    bridge.answers['nodes:resume'] = bridge.answers['nodes:start'] = () => ({});
    await cluster.backToNormal();
    expect(bridge.calls).toEqual([
      { name: 'nodes:resume', input: { nodeId: 'node-2' } },
      { name: 'nodes:start', input: { nodeId: 'node-3' } },
      { name: 'nodes:start', input: { nodeId: 'node-10' } },
    ]);
  });

  test('tries the others when one fails, and tells the failure', async () => {
    const cluster = useClusterStore();
    cluster.apply(broken());
    bridge.answers['nodes:resume'] = () => Promise.reject(new VStackError('not_found', 'gone'));
    bridge.answers['nodes:start'] = () => ({});
    await expect(cluster.backToNormal()).rejects.toThrow('gone');
    expect(bridge.calls).toHaveLength(3);
  });
});

test('nodes stand in the order of their numbers', () => {
  const cluster = useClusterStore();
  cluster.apply(clusterStatus({ children: [node(10), node(2), metadata(), node(1)] }));
  expect(cluster.nodes.map(({ name }) => name)).toEqual(['node-1', 'node-2', 'node-10']);
});
