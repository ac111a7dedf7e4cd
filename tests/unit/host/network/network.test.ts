import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChildPhase, ClusterPhase } from '../../../../runtime/contract/control/cluster.ts';
import type { CallInput, CallName, CallOutput } from '../../../../runtime/contract/control/index.ts';
import type { NetworkStatus } from '../../../../runtime/contract/control/network.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { normalLink, type LinkSettings } from '../../../../runtime/contract/link.ts';
import type { Scenario } from '../../../../runtime/contract/network.ts';
import { networkHandlers } from '../../../../runtime/host/domains/network.ts';
import type { News } from '../../../../runtime/host/happenings/changes.ts';
import { createNetwork } from '../../../../runtime/host/network/network.ts';
import { openNetworkLibrary } from '../../../../runtime/host/network/network-library.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import type { NodeControl } from '../../../../runtime/supervisor/node-control.ts';
import { node } from '../../../fixtures/cli.ts';
import { createFakeHost, stoppedCluster } from '../../../fixtures/fake-host.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
};

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-network-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A cluster of three nodes in memory, behind the real dispatcher. */
const create = async () => {
  const clock = createManualClock(1_000_000);
  const links = new Map<string, LinkSettings>();
  const phases = new Map<string, ChildPhase>();
  const done: string[] = [];
  const failing = new Map<string, Error>();
  let phase: ClusterPhase = 'stopped';
  const demand = (): void => {
    if (phase !== 'ready') throw new VStackError('not_running', 'The cluster is stopped; launch it first.');
  };
  const act = (nodeId: string, action: string, next: ChildPhase) => (): Promise<void> => {
    demand();
    const error = failing.get(`${action} ${nodeId}`);
    if (error) return Promise.reject(error);
    done.push(`${clock.nowMs() / 1000} ${action} ${nodeId}`);
    phases.set(nodeId, next);
    return Promise.resolve();
  };
  const supervisor: Parameters<typeof createNetwork>[0]['supervisor'] = {
    links: {
      isReady: () => phase === 'ready',
      list: () => [...links].map(([nodeId, settings]) => ({ nodeId, url: `http://${nodeId}`, settings })),
      set: async (changed) => {
        demand();
        const unknown = changed.find(({ nodeId }) => !links.has(nodeId));
        if (unknown) throw new VStackError('not_found', `There is no node "${unknown.nodeId}" in the cluster.`);
        for (const { nodeId, settings } of changed) links.set(nodeId, settings);
        network.take({ kind: 'links' });
      },
      counters: () => Promise.resolve([]),
    },
    node: (nodeId) => {
      if (!links.has(nodeId)) throw new VStackError('not_found', `There is no node "${nodeId}" in the cluster.`);
      return {
        start: act(nodeId, 'start', 'ready'), stop: act(nodeId, 'stop', 'stopped'), kill: act(nodeId, 'kill', 'restarting'), pause: act(nodeId, 'pause', 'paused'), resume: act(nodeId, 'resume', 'ready'),
      } as Partial<NodeControl> as NodeControl;
    },
    status: () => stoppedCluster({ phase, children: [...phases].map(([name, own]) => node(name, { phase: own })) }),
  };
  const library = await openNetworkLibrary(join(dir, 'network.json'));
  const told: News[] = [];
  const heard: NetworkStatus[] = [];
  const emptied: string[] = [];
  const host = createFakeHost({}, { clock });
  const network = createNetwork({ supervisor, library, events: host.events, happenings: { add: (...news) => told.push(...news) }, clock, random: () => 0.5 });
  const real = createFakeHost(networkHandlers(network, library, host.events), { clock });
  host.events.on('network:changed', (status) => heard.push(status));
  host.events.on('network:library', () => emptied.push('library'));
  const setPhase = (next: ClusterPhase): void => {
    phase = next;
    network.take({ kind: 'changed' });
  };
  const launch = (): void => {
    for (const nodeId of ['node-1', 'node-2', 'node-3']) {
      links.set(nodeId, normalLink);
      phases.set(nodeId, 'ready');
    }
    setPhase('ready');
  };
  const call = <C extends CallName>(name: C, input: CallInput<C>): Promise<CallOutput<C>> => real.client.call(name, input);
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      await settle();
    }
  };
  const texts = (): string[] => told.splice(0).map(({ subject, text }) => (subject ? `${subject} ${text}` : text));
  return { clock, call, links, phases, done, failing, heard, emptied, told, texts, launch, setPhase, pass };
};

describe('the calls of the network', () => {
  it('show no links without a cluster, and say that one is needed to set them', async () => {
    const { call } = await create();
    expect(await call('network:show', {})).toEqual({ isReady: false, links: [], run: null });
    for (const nodeIds of ['all', ['node-1']] as const) {
      await expect(call('network:set', { nodeIds: nodeIds as 'all', change: { isFailed: true } })).rejects.toMatchObject({ code: 'not_running' });
      await expect(call('network:apply-profile', { nodeIds: nodeIds as 'all', profileId: 'lte' })).rejects.toMatchObject({ code: 'not_running' });
    }
    await expect(call('scenarios:run', { scenarioId: 'chaos' })).rejects.toMatchObject({ code: 'not_running' });
    expect(await call('network:reset', {})).toMatchObject({ links: [] });
    expect(await call('scenarios:stop', {})).toMatchObject({ run: null });
  });

  it('set one link, some, or all; what is not named stays', async () => {
    const { call, links, launch } = await create();
    launch();
    await call('network:set', { nodeIds: ['node-2'], change: { toClient: { latencyMs: 50, jitterMs: 5 } } });
    await call('network:set', { nodeIds: ['node-2', 'node-3', 'node-3'], change: { toClient: { latencyMs: 70 } } });
    const status = await call('network:set', { nodeIds: 'all', change: { partition: 'to-node' } });
    expect([...links.values()].map(({ toClient, partition }) => [toClient.latencyMs, toClient.jitterMs, partition])).toEqual([[0, 0, 'to-node'], [70, 5, 'to-node'], [70, 0, 'to-node']]);
    expect(status.links.map(({ nodeId, url, isNormal }) => [nodeId, url, isNormal])).toEqual([['node-1', 'http://node-1', false], ['node-2', 'http://node-2', false], ['node-3', 'http://node-3', false]]);
  });

  it('change nothing when one of the nodes is not there', async () => {
    const { call, links, launch } = await create();
    launch();
    await expect(call('network:set', { nodeIds: ['node-1', 'node-9'], change: { isFailed: true } })).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('node-9') as string });
    await expect(call('network:apply-profile', { nodeIds: ['node-1'], profileId: '4g' })).rejects.toMatchObject({ code: 'not_found' });
    expect([...links.values()]).toEqual([normalLink, normalLink, normalLink]);
  });

  it('know a profile by its settings, however they came about', async () => {
    const { call, launch } = await create();
    launch();
    await call('network:apply-profile', { nodeIds: ['node-1'], profileId: 'lte' });
    const half = { latencyMs: 35, bitsPerSecond: 12_000_000 };
    await call('network:set', { nodeIds: ['node-2'], change: { toNode: half, toClient: half } });
    const { id } = await call('network:save-profile', { name: 'Mine', settings: { ...normalLink, slowCloseMs: 10 } });
    const { links } = await call('network:set', { nodeIds: ['node-3'], change: { slowCloseMs: 10 } });
    expect(links.map(({ profileId }) => profileId)).toEqual(['lte', 'lte', id]);
    await call('network:delete-profile', { profileId: id });
    expect((await call('network:show', {})).links[2]!.profileId).toBeNull();
  });

  it('tell of changes: the status at once, the library to every door, and words when a hand has come to rest', async () => {
    const { call, launch, heard, emptied, texts, pass } = await create();
    launch();
    await pass(1);
    heard.length = 0;
    for (let ms = 10; ms <= 50; ms += 10) await call('network:set', { nodeIds: ['node-1'], change: { toClient: { latencyMs: ms } } });
    expect(heard.map(({ links }) => links[0]!.settings.toClient.latencyMs)).toEqual([10]);
    await pass(2);
    expect(heard.at(-1)!.links[0]!.settings.toClient.latencyMs).toBe(50);
    expect(texts()).toEqual(['node-1 link is now 50 ms']);
    await call('scenarios:save', { version: 1, name: 'Mine', durationSec: 5, steps: [] });
    await call('scenarios:delete', { scenarioId: 'mine' });
    await expect(call('scenarios:delete', { scenarioId: 'mine' })).rejects.toMatchObject({ code: 'not_found' });
    expect(emptied).toHaveLength(2);
  });

  it('reset every link, wake paused nodes and start stopped ones', async () => {
    const { call, launch, links, phases, done, texts, pass } = await create();
    launch();
    await call('network:apply-profile', { nodeIds: 'all', profileId: '3g' });
    phases.set('node-1', 'paused').set('node-2', 'stopping').set('node-3', 'crashed');
    const status = await call('network:reset', {});
    expect(status.links.every(({ isNormal }) => isNormal)).toBe(true);
    expect([...links.values()]).toEqual([normalLink, normalLink, normalLink]);
    expect(done).toEqual(['0 resume node-1', '0 start node-2']);
    await pass(3);
    expect(texts()).toEqual(['The network is back to normal']);
  });

  it('reset all that can be, and say what could not', async () => {
    const { call, launch, phases, done, failing, links } = await create();
    launch();
    await call('network:set', { nodeIds: 'all', change: { isFailed: true } });
    phases.set('node-1', 'stopped').set('node-2', 'stopped');
    failing.set('start node-1', new VStackError('corrupt', 'node-1: its store is damaged.'));
    await expect(call('network:reset', {})).rejects.toMatchObject({ code: 'corrupt' });
    expect(done).toEqual(['0 start node-2']);
    expect([...links.values()]).toEqual([normalLink, normalLink, normalLink]);
  });
});

describe('a scenario over a cluster', () => {
  it('sets links and processes as it says, tells it, and leaves everything normal', async () => {
    const { call, launch, links, done, heard, texts, pass } = await create();
    launch();
    const { run } = await call('scenarios:run', { scenarioId: 'node-failure' });
    expect(run).toMatchObject({ scenario: { id: 'node-failure' }, seed: 2 ** 30, phase: 'running', elapsedSec: 0, done: [{ atSec: 0, nodeIds: ['node-1', 'node-2', 'node-3'], problem: null }] });
    expect((await call('network:show', {})).links.map(({ profileId }) => profileId)).toEqual(['normal', 'normal', 'normal']);
    await expect(call('scenarios:run', { scenarioId: 'chaos' })).rejects.toMatchObject({ code: 'already_running' });
    await pass(30);
    expect((await call('network:show', {})).run).toMatchObject({ elapsedSec: 30, done: [{}, { action: { kind: 'stop' }, nodeIds: ['node-1'] }] });
    await pass(31);
    expect(done).toEqual(['10 stop node-1', '40 start node-1']);
    expect([...links.values()]).toEqual([normalLink, normalLink, normalLink]);
    expect(heard.at(-1)!.run).toMatchObject({ phase: 'ended', elapsedSec: 60 });
    expect(new Set(heard.map(({ run: one }) => one?.elapsedSec)).size).toBeGreaterThanOrEqual(60);
    expect(texts()).toEqual([
      `Scenario “Node failure” started: 60 s, seed ${2 ** 30}`, 'Every link is now “Normal”: 20 ± 5 ms, 50 Mbit/s', 'Scenario “Node failure” ended; everything is back to normal',
    ]);
  });

  it('is the same for the same seed', async () => {
    const play = async (seed: number): Promise<unknown> => {
      const { call, launch, pass } = await create();
      launch();
      await call('scenarios:run', { scenarioId: 'chaos', seed });
      await pass(91);
      return (await call('network:show', {})).run!.done.map(({ action, nodeIds }) => [action, nodeIds]);
    };
    const seed = Math.floor(Math.random() * 2 ** 31);
    expect(await play(seed), `seed ${seed}`).toEqual(await play(seed));
  });

  it('changes over what a person sets meanwhile, and is stopped by reset', async () => {
    const { call, launch, links, texts, pass } = await create();
    launch();
    await call('scenarios:run', { scenarioId: 'network-degradation', seed: 1 });
    await call('network:set', { nodeIds: ['node-1'], change: { slowCloseMs: 100 } });
    await pass(12);
    expect(links.get('node-1')).toMatchObject({ slowCloseMs: 100, toClient: { latencyMs: 75, jitterMs: 2.5, bitsPerSecond: 50_000_000 } });
    texts();
    const { run } = await call('network:reset', {});
    expect(run).toMatchObject({ phase: 'stopped', elapsedSec: 12 });
    await pass(100);
    expect([...links.values()]).toEqual([normalLink, normalLink, normalLink]);
    expect(texts()).toEqual(['Scenario “Network degradation” was stopped after 12 s; everything is back to normal']);
  });

  it('tells what it cannot do and goes on: nodes that left, processes that cannot, profiles that are gone', async () => {
    const { call, launch, links, phases, failing, texts, pass } = await create();
    launch();
    const all = { nodes: 'all' } as const;
    await call('network:save-profile', { name: 'Mine', settings: normalLink });
    const steps: Scenario['steps'] = [
      { atSec: 1, target: all, action: { kind: 'link', change: { partition: 'both' } } },
      { atSec: 2, target: all, action: { kind: 'pause' } },
      { atSec: 3, target: { nodeId: 'node-9' }, action: { kind: 'normal' } },
      { atSec: 4, target: all, action: { kind: 'profile', profileId: 'mine' } },
    ];
    const { id } = await call('scenarios:save', { version: 1, name: 'Hard', durationSec: 5, steps });
    await call('scenarios:run', { scenarioId: id, seed: 1 });
    await call('scenarios:delete', { scenarioId: id });
    await call('network:delete-profile', { profileId: 'mine' });
    links.delete('node-2');
    phases.delete('node-2');
    failing.set('pause node-3', new VStackError('not_supported', 'Windows cannot pause.'));
    await pass(4);
    const { run } = await call('network:show', {});
    expect(run!.done.map(({ problem }) => problem)).toEqual([
      'node-2 left the cluster meanwhile.', expect.stringMatching(/no node "node-2"|Windows cannot pause/), 'The cluster has no node "node-9".', expect.stringContaining('There is no profile "mine"'),
    ]);
    expect([links.get('node-1')!.partition, links.get('node-3')!.partition, phases.get('node-1')]).toEqual(['both', 'both', 'paused']);
    await pass(2);
    expect((await call('network:show', {})).run).toMatchObject({ phase: 'ended' });
    expect(phases.get('node-1')).toBe('ready');
    expect(texts().filter((text) => text.includes(', step at '))).toHaveLength(4);
  });

  it('ends with the cluster', async () => {
    const { call, launch, setPhase, texts, pass } = await create();
    launch();
    await call('scenarios:run', { scenarioId: 'recovery', seed: 1 });
    await pass(3);
    setPhase('stopping');
    expect((await call('network:show', {})).run).toMatchObject({ phase: 'failed', problem: 'The cluster was stopped meanwhile.' });
    await pass(100);
    expect(texts().at(-1)).toBe('Scenario “Recovery” failed after 3 s. The cluster was stopped meanwhile.');
  });
});
