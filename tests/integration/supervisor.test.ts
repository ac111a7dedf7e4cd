import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterFile } from '../../runtime/contract/cluster-file.ts';
import { changeLink, normalLink } from '../../runtime/contract/link.ts';
import { LinksResponse } from '../../runtime/contract/wire/link-emulator.ts';
import { isPortFree } from '../../runtime/platform/net/ports.ts';
import type { Supervisor, SupervisorEvent } from '../../runtime/supervisor/api.ts';
import { createDataDir, eventually, isAlive, openSupervisor } from '../fixtures/supervision/cluster-fixture.ts';

let dataDir: string;
let removeDataDir: () => Promise<void>;
let supervisor: Supervisor;
let events: SupervisorEvent[];

beforeEach(async () => {
  ({ dataDir, remove: removeDataDir } = await createDataDir());
  ({ supervisor, events } = await openSupervisor(dataDir));
});
afterEach(async () => {
  await supervisor.close();
  await removeDataDir();
});

const readClusterFile = async (): Promise<ClusterFile> => ClusterFile.parse(JSON.parse(await readFile(supervisor.paths.clusterFile, 'utf8')));
const statusOf = (name: string) => supervisor.status().children.find((child) => child.name === name)!;
const untilPhase = (name: string, phase: string) => eventually(() => statusOf(name), (child) => child.phase === phase);
const told = () => supervisor.call('metadata', 'told') as Promise<{ nodeId: string; reason: string }[]>;
/** The emulator's own HTTP API. */
const emulator = async (path: string, options: RequestInit = {}): Promise<unknown> => {
  const headers = { Authorization: `Bearer ${supervisor.keys.clusterSecret}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${statusOf('links').url}${path}`, { ...options, headers });
  expect(answer.status).toBe(200);
  return answer.json();
};

/**
 * A base whose ports are all free. Below the range from which systems lend ports to connections and to listeners on port 0, or other tests
 * that run at the same time would take one in the middle of this one.
 */
const freePortBase = (): Promise<number> =>
  eventually(
    async () => {
      const base = 15_000 + Math.floor(Math.random() * 15_000);
      const free = await Promise.all([0, 1, 2, 3, 4, 10, 11].map((offset) => isPortFree(base + offset)));
      return free.every(Boolean) ? base : 0;
    },
    (base) => base > 0,
  );

describe('a launched cluster', () => {
  it('tells its launch step by step and writes cluster.json for its owner alone', async () => {
    const status = await supervisor.launch({ nodeCount: 3 });
    expect(status.phase).toBe('ready');
    expect(status.children.map(({ name, phase }) => [name, phase])).toEqual(
      ['metadata', 'links', 'node-1', 'node-2', 'node-3', 'uploader'].map((name) => [name, 'ready']),
    );
    const finished = events.flatMap((event) => (event.kind === 'step' && event.step.phase === 'done' ? [event.step] : []));
    expect(finished.map(({ name }) => name).sort()).toEqual(['links', 'metadata', 'node-1', 'node-2', 'node-3', 'prepare', 'quorum', 'uploader']);
    expect(finished.every(({ tookMs }) => tookMs !== null && tookMs >= 0)).toBe(true);
    expect(finished.at(-1)).toMatchObject({ name: 'quorum', detail: '3 of 3' });

    const file = await readClusterFile();
    expect(file).toMatchObject({ metadata_url: status.metadataUrl, uploader_url: status.uploaderUrl, secret: supervisor.keys.clusterSecret, pid: process.pid });
    expect(file).toMatchObject({ links_url: statusOf('links').directUrl, links_pid: statusOf('links').pid });
    expect(file.nodes.map(({ node_id }) => node_id)).toEqual(['node-1', 'node-2', 'node-3']);
    // Clients reach a node over its link; the node itself listens elsewhere.
    for (const node of file.nodes) {
      for (const url of [node.url!, node.direct_url!]) expect(await (await fetch(url)).text()).toBe(node.node_id);
    }
    expect(new Set(file.nodes.flatMap(({ url, direct_url }) => [url, direct_url])).size).toBe(6);
    for (const path of [supervisor.paths.clusterFile, supervisor.paths.keysFile, supervisor.paths.ledgerFile]) {
      if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(supervisor.paths.logFile('node-1'), 'utf8')).toContain('the scripted child listens');
  });

  it('restarts a killed node on its port, tells the metadata service at once, and keeps cluster.json true', async () => {
    await supervisor.launch({ nodeCount: 3 });
    const before = (await readClusterFile()).nodes[1]!;
    process.kill(before.pid!, 'SIGKILL');
    await eventually(() => statusOf('node-2'), (child) => child.restartCount === 1 && child.phase === 'ready');
    expect(await told()).toMatchObject([{ nodeId: 'node-2' }]);
    const after = await eventually(async () => (await readClusterFile()).nodes[1]!, (node) => node.pid !== null && node.pid !== before.pid);
    expect([after.url, after.direct_url]).toEqual([before.url, before.direct_url]);
    expect(await (await fetch(after.url!)).text()).toBe('node-2');
    expect(statusOf('node-2').availability).toBeLessThan(1);
    expect(supervisor.status().phase).toBe('ready');
  });

  it('stops, starts, restarts, kills, pauses and resumes a node on request', async () => {
    await supervisor.launch({ nodeCount: 3 });
    const node = supervisor.node('node-1');
    await node.stop();
    expect(node.status()).toMatchObject({ phase: 'stopped', pid: null, restartCount: 0 });
    await expect(fetch(node.status().url!)).rejects.toThrow('fetch failed');
    expect(supervisor.status().phase).toBe('degraded');
    await node.start();
    expect(node.status()).toMatchObject({ phase: 'ready', restartCount: 0 });
    expect(await (await fetch(node.status().url!)).text()).toBe('node-1');
    await node.restart();
    expect(node.status()).toMatchObject({ phase: 'ready', restartCount: 1 });
    await node.kill();
    await untilPhase('node-1', 'ready');
    if (process.platform !== 'win32') {
      await node.pause();
      expect(node.status().phase).toBe('paused');
      await expect(node.pause()).rejects.toMatchObject({ code: 'not_running' });
      await node.resume();
      expect(await node.call('echo', 'awake')).toBe('awake');
    }
    await expect(node.resume()).rejects.toMatchObject({ code: 'not_running' });
    expect(() => supervisor.node('node-9')).toThrow(/no node "node-9"/);
    expect((await told()).every(({ nodeId }) => nodeId === 'node-1')).toBe(true);
  });

  it('brings up the same nodes on the same ports the next time, also with one added and one removed', async () => {
    await supervisor.launch({ nodeCount: 3 });
    expect(await supervisor.addNode()).toBe('node-4');
    await supervisor.removeNode('node-2', { deleteData: true });
    const addresses = async () => {
      const { links_url, nodes } = await readClusterFile();
      return { links_url, nodes: nodes.map(({ node_id, url, direct_url }) => [node_id, url, direct_url]) };
    };
    const before = await addresses();
    for (const [nodeId, url] of before.nodes) expect(await (await fetch(url!)).text()).toBe(nodeId);
    await supervisor.close();
    await expect(stat(supervisor.paths.clusterFile)).rejects.toMatchObject({ code: 'ENOENT' });

    ({ supervisor, events } = await openSupervisor(dataDir));
    await supervisor.launch({ nodeCount: 3 });
    expect(await addresses()).toEqual(before);
    expect(before.nodes.map(([nodeId]) => nodeId)).toEqual(['node-1', 'node-3', 'node-4']);
  });

  it('brings up a cluster from before there were links, with its nodes at the addresses that clients know', async () => {
    const port = (await freePortBase()) + 1;
    const nodes = [{ nodeId: 'node-1', number: 1, port }, { nodeId: 'node-2', number: 2, port: 0 }];
    await writeFile(supervisor.paths.topologyFile, JSON.stringify({ version: 1, nodeCountAsked: 2, nextNumber: 3, metadataPort: 0, uploaderPort: 0, nodes }));
    await supervisor.close();
    ({ supervisor, events } = await openSupervisor(dataDir));
    await supervisor.launch({ nodeCount: 2 });
    const { url, directUrl } = statusOf('node-1');
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(directUrl).not.toBe(url);
    expect(await (await fetch(url!)).text()).toBe('node-1');
  });

  it('keeps addresses and settings of every link when the emulator dies', async () => {
    await supervisor.launch({ nodeCount: 2 });
    const slow = changeLink(normalLink, { toClient: { latencyMs: 40 } });
    await supervisor.links.set([{ nodeId: 'node-2', settings: slow }]);
    const before = supervisor.links.list();
    expect(before.map(({ settings }) => settings.toClient.latencyMs)).toEqual([0, 40]);
    process.kill(statusOf('links').pid!, 'SIGKILL');
    await eventually(() => statusOf('links'), ({ restartCount, phase }) => restartCount === 1 && phase === 'ready');
    expect(supervisor.links.list()).toEqual(before);
    const { links } = LinksResponse.parse(await emulator('/links'));
    expect(links.map(({ node_id, port, settings, target }) => [node_id, `http://127.0.0.1:${port}`, settings, `http://127.0.0.1:${target?.port}`])).toEqual(
      before.map(({ nodeId, url, settings }) => [nodeId, url, settings, statusOf(nodeId).directUrl]),
    );
    for (const { nodeId, url } of before) expect(await (await fetch(url!)).text()).toBe(nodeId);

    await emulator('/links/node-1', { method: 'PUT', body: JSON.stringify({ toClient: { latencyMs: 40 } }) });
    await eventually(() => supervisor.links.list(), (links) => links.every(({ settings }) => settings.toClient.latencyMs === 40));
    await supervisor.stop();
    expect([supervisor.links.isReady(), supervisor.links.list()]).toEqual([false, []]);
    await expect(supervisor.links.set([])).rejects.toMatchObject({ code: 'not_running' });
    await supervisor.launch({ nodeCount: 2 });
    expect(supervisor.links.list().map(({ settings }) => settings)).toEqual([normalLink, normalLink]);
  });

  it('names a port conflict and its owner before anything starts', async () => {
    const base = await freePortBase();
    const stranger = createServer().listen(base + 2, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const failure = (await supervisor.launch({ nodeCount: 3, portBase: base }).catch((error: unknown) => error)) as Error;
    expect(supervisor.status()).toMatchObject({ phase: 'failed', children: [], problem: { code: 'port_in_use' } });
    const { suggestedPortBase } = supervisor.status().problem!.details as { suggestedPortBase: number };
    expect(await supervisor.launch({ nodeCount: 3, portBase: suggestedPortBase })).toMatchObject({ phase: 'ready', metadataUrl: `http://127.0.0.1:${suggestedPortBase}` });
    await supervisor.stop();
    await new Promise((resolve) => stranger.close(resolve));
    expect(failure).toMatchObject({ code: 'port_in_use', details: { port: base + 2, suggestedPortBase } });
    expect(failure.message).toContain(`Port ${base + 2}, wanted for the link of node-2, is held by`);
    if (process.platform === 'linux') expect(failure.message).toContain(`process ${process.pid}`);

    await supervisor.launch({ nodeCount: 4, portBase: base });
    const { metadata_url, uploader_url, nodes } = await readClusterFile();
    const ports = [metadata_url, ...nodes.map(({ url }) => url), uploader_url].map((url) => Number(new URL(url!).port) - base);
    expect(ports).toEqual([0, 1, 2, 3, 10, 4]);
    const other = createServer().listen(base + 11, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    await expect(supervisor.addNode()).rejects.toMatchObject({ code: 'port_in_use', message: expect.stringContaining('the link of the new node') as string });
    await new Promise((resolve) => other.close(resolve));
    expect(await supervisor.addNode()).toBe('node-5');
    expect(statusOf('node-5').url).toBe(`http://127.0.0.1:${base + 11}`);
  });

  it('can be stopped while it launches, and launched again', async () => {
    const launching = supervisor.launch({ nodeCount: 3 }).catch((error: unknown) => error);
    await eventually(() => supervisor.status().children, (children) => children.some(({ phase }) => phase === 'starting'));
    const pids = supervisor.status().children.flatMap(({ pid }) => pid ?? []);
    await supervisor.stop();
    expect(await launching).toMatchObject({ code: 'cancelled' });
    expect(supervisor.status()).toMatchObject({ phase: 'stopped', problem: null });
    for (const pid of pids) expect(await isAlive(pid)).toBe(false);
    await supervisor.launch({ nodeCount: 1 });
    expect(supervisor.status().phase).toBe('ready');
  });

  it('cancels a launch by its signal', async () => {
    const aborter = new AbortController();
    const launching = supervisor.launch({ nodeCount: 1 }, aborter.signal).catch((error: unknown) => error);
    aborter.abort();
    expect(await launching).toMatchObject({ code: 'cancelled' });
    expect(supervisor.status().phase).toBe('stopped');
  });

  it('refuses a second launch while one runs', async () => {
    await supervisor.launch({ nodeCount: 1 });
    await expect(supervisor.launch({ nodeCount: 1 })).rejects.toMatchObject({ code: 'already_running' });
  });

  it('stops in reverse order and leaves no process and no ledger entry', async () => {
    await supervisor.close();
    const order: string[] = [];
    const watch = (): void => {
      for (const { name, phase } of supervisor.status().children) if (phase === 'stopped' && !order.includes(name)) order.push(name);
    };
    let isUp = false;
    ({ supervisor } = await openSupervisor(dataDir, { onEvent: ({ kind }) => kind === 'changed' && isUp && watch() }));
    await supervisor.launch({ nodeCount: 2 });
    isUp = true;
    const pids = supervisor.status().children.map(({ pid }) => pid!);
    await supervisor.stop();
    expect([order[0], order.slice(1, 3).sort(), order.slice(3).sort()]).toEqual(['uploader', ['node-1', 'node-2'], ['links', 'metadata']]);
    for (const pid of pids) expect(await isAlive(pid)).toBe(false);
    expect(JSON.parse(await readFile(supervisor.paths.ledgerFile, 'utf8'))).toEqual({ version: 1, entries: [] });
  });

  it('takes down children that are paused or ignore being asked', async () => {
    const tuning = { node: { stop: 'never' } as object, uploader: { stop: 'never' } as object };
    await supervisor.launch({ nodeCount: 2, tuning });
    if (process.platform !== 'win32') await supervisor.node('node-1').pause();
    const pids = supervisor.status().children.map(({ pid }) => pid!);
    await supervisor.stop();
    for (const pid of pids) expect(await isAlive(pid)).toBe(false);
    expect(supervisor.status().phase).toBe('stopped');
  });

  it('fails with the reason of a service that cannot start, and takes everything down again', async () => {
    await expect(supervisor.launch({ nodeCount: 1, tuning: { links: { clusterSecret: 'short' } } })).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining('link-emulator') as string });
    expect(supervisor.status().steps.find(({ name }) => name === 'links')).toMatchObject({ phase: 'failed' });
    const tuning = { uploader: { start: 'fail' } as object };
    await expect(supervisor.launch({ nodeCount: 1, tuning })).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('holiday pictures') as string });
    expect(supervisor.status()).toMatchObject({ phase: 'failed', problem: { code: 'corrupt' } });
    expect(supervisor.status().children.every(({ pid }) => pid === null)).toBe(true);
  });

  it('says who is missing when too few nodes come up', async () => {
    const tuning = { node: { start: 'fail' } as object };
    await expect(supervisor.launch({ nodeCount: 2, tuning })).rejects.toMatchObject({ code: 'no_quorum' });
    expect(supervisor.status().steps.find(({ name }) => name === 'node-1')).toMatchObject({ phase: 'failed' });
  });
});
