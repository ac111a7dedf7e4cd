import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { NODES_MAX, useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { changesBetween } from '../../../../renderer/stores/cluster-events.ts';
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

describe('changesBetween', () => {
  const texts = (before: Parameters<typeof changesBetween>[0], after: Parameters<typeof changesBetween>[1]): string[] =>
    changesBetween(before, after).map(({ subject, text }) => [subject, text].filter(Boolean).join(' '));
  const withNode = (overrides: Parameters<typeof node>[1], phase: 'ready' | 'degraded' = 'degraded') => clusterStatus({ phase, children: [node(1, overrides)] });

  test('the first snapshot is no change', () => expect(changesBetween(null, clusterStatus())).toEqual([]));

  test('a launch is told in one line with its time', () => {
    expect(texts(stoppedCluster({ phase: 'starting' }), clusterStatus({ launchMs: 1307 }))).toEqual(['Cluster ready in 1.31 s']);
  });

  test('a death and the return are told, with the reason', () => {
    const killed = withNode({ phase: 'restarting', restartCount: 1, problem: 'Killed by SIGKILL.' });
    expect(texts(withNode({}, 'ready'), killed)).toEqual(['node-1 died, restart 1. Killed by SIGKILL.', 'Cluster degraded']);
    expect(texts(killed, withNode({ phase: 'starting', restartCount: 1, problem: 'Killed by SIGKILL.' }))).toEqual(['node-1 starting']);
    expect(texts(killed, withNode({ restartCount: 1 }, 'ready'))).toEqual(['node-1 ready again', 'Cluster ready']);
  });

  test('a death is told also when the node is back before the next snapshot', () => {
    expect(texts(withNode({}, 'ready'), withNode({ restartCount: 1 }, 'ready'))).toEqual(['node-1 died and is ready again, restart 1']);
  });

  test('giving up is told as a crash, not as one more restart', () => {
    const given = withNode({ phase: 'crashed', restartCount: 5, problem: 'It failed 5 times in a row.' });
    expect(texts(withNode({ phase: 'starting', restartCount: 4 }), given)).toEqual(['node-1 crashed. It failed 5 times in a row.']);
  });

  test('a restart on request is not told as a death', () => {
    expect(texts(withNode({ phase: 'stopping' }), withNode({ phase: 'starting', restartCount: 1 }))).toEqual(['node-1 restarted on request']);
  });

  test('nodes that come and go are told', () => {
    const [one, two] = [clusterStatus({ children: [node(1)] }), clusterStatus({ children: [node(1), node(2)] })];
    expect(texts(one, two)).toEqual(['node-2 added']);
    expect(texts(two, one)).toEqual(['node-2 removed']);
  });
});
