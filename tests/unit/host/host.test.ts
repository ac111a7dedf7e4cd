import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ParentMessage } from '../../../runtime/contract/child.ts';
import { calls, type CallName, type EventData } from '../../../runtime/contract/control/index.ts';
import { createHost, type Host } from '../../../runtime/host/host.ts';
import { createFakeStarter, politeProgram, type FakeChild, type FakeStarter } from '../../../runtime/platform/process/fake-starter.ts';
import { goodInputs } from '../../fixtures/call-inputs.ts';
import { createFakeEmulator } from '../../fixtures/supervision/fake-emulator.ts';

const entries = { metadata: '/metadata', 'link-emulator': '/links', 'storage-node': '/storage-node', uploader: '/uploader', 'lab-worker': '/lab-worker' };
let dataDir: string;
let open: Host[] = [];
let service: Server;
let asked: string[] = [];

/** Stands in for every service at once: what it answers is chosen by path. */
const answers: Record<string, unknown> = {
  'GET /nodes/healthy': [{ node_id: 'node-1' }, { node_id: 'node-2' }],
  'GET /uploads': { uploads: [] },
  'GET /videos?limit=100&offset=0': [],
  'GET /videos/count': { count: 0 },
  'DELETE /video/vid-1': { status: 'deleted', message: '', video_id: 'vid-1' },
  'GET /rebuild': { state: 'done', nodes_answered: ['node-1', 'node-2'], nodes_missing: [], videos: 3, chunks: 9 },
  'GET /stats': { total_videos: 2, total_chunks: 6, total_replicas: 18, healthy_nodes: 2, service_version: '1' },
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vstack-host-'));
  asked = [];
  service = createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    asked.push(name);
    const answer = answers[name];
    response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer ?? { detail: `There is nothing at ${name}.`, code: 'not_found' }));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await Promise.all(open.map((host) => host.close()));
  open = [];
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
  await rm(dataDir, { recursive: true, force: true });
});

/** Children that say they listen where the stand-in service does. */
const starter = (): FakeStarter => {
  const ready = (_message: ParentMessage, child: FakeChild): void => {
    child.send({ kind: 'beat', rssBytes: 1, cpuMs: 1 });
    child.send({ kind: 'log', lines: [JSON.stringify({ level: 'info', msg: `${child.spec.entry} is up` })], droppedCount: 0 });
    child.send({ kind: 'ready', port: (service.address() as AddressInfo).port });
  };
  const program = politeProgram({ start: ready });
  const emulator = createFakeEmulator(() => (service.address() as AddressInfo).port);
  return createFakeStarter({ '/metadata': program, '/links': emulator.program, '/storage-node': program, '/uploader': program });
};

const start = async (overrides: Partial<Parameters<typeof createHost>[0]> = {}): Promise<Host> => {
  const host = await createHost({ dataDir, door: 'cli', entries, starter: starter(), parseOutput: true, openFolder: () => Promise.resolve(false), dataFolder: { get: () => null, set: () => dataDir }, ...overrides });
  open.push(host);
  return host;
};

describe('a host', () => {
  it('is the only one of its data folder, until it is closed', async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({ code: 'already_running' });
    await first.close();
    await first.closed;
    await start();
  });

  it('gives the lock back when it cannot start, and leaves the file alone that kept it from starting', async () => {
    await writeFile(join(dataDir, 'settings.json'), '{"version": 99}');
    await expect(start()).rejects.toThrow(/settings\.json.*newer program/);
    expect(await readFile(join(dataDir, 'settings.json'), 'utf8')).toBe('{"version": 99}');
    await rm(join(dataDir, 'settings.json'));
    await start();
  });

  it('answers every call of the contract without a cluster: with a value, or with a code that says why not', async () => {
    const host = await start();
    // Nobody is there to be asked. Every other call has an answer of its own.
    const needsCluster = /^(?:nodes:|metadata:|videos:|uploads:|network:set$|network:apply-profile$|scenarios:run$|comparison:start$|demo:start$)/;
    const expected: Partial<Record<CallName, string>> = {
      'uploads:sample': 'not_found', 'videos:thumbnail': 'ok', 'comparison:report': 'not_found', 'comparison:delete-report': 'not_found', 'comparison:export': 'not_found',
    };
    const skipped = new Set<CallName>(['cluster:launch', 'system:shutdown']);
    for (const name of (Object.keys(calls) as CallName[]).filter((candidate) => !skipped.has(candidate))) {
      const outcome = await host.client.call(name, (goodInputs[name] ?? {}) as never).then(() => 'ok', (error: { code: string }) => error.code);
      expect([name, outcome]).toEqual([name, expected[name] ?? (needsCluster.test(name) ? 'not_running' : 'ok')]);
    }
  });

  it('launches, tells it by events, passes calls on to the services, and stops', async () => {
    const host = await start();
    const phases: string[] = [];
    const lines: EventData<'logs:lines'>['lines'] = [];
    host.client.on('cluster:changed', ({ phase }) => phases.push(phase));
    host.client.on('logs:lines', (batch) => lines.push(...batch.lines));
    const status = await host.client.call('cluster:launch', { nodeCount: 2 });
    expect(status).toMatchObject({ phase: 'ready', children: [{ name: 'metadata' }, { name: 'links', role: 'link-emulator' }, { name: 'node-1' }, { name: 'node-2' }, { name: 'uploader' }] });
    expect(await host.client.call('videos:list', {})).toEqual({ videos: [], totalCount: 0 });
    const changed: (string | null)[] = [];
    host.client.on('videos:changed', ({ videoId }) => changed.push(videoId));
    await host.client.call('videos:delete', { videoId: 'vid-1' });
    expect(changed).toEqual(['vid-1']);
    await expect(host.client.call('videos:manifest', { videoId: 'nope' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(host.client.call('uploads:start', { path: 'relative.mp4' })).rejects.toMatchObject({ code: 'bad_request' });
    expect(host.clusterFile()).toMatchObject({ metadata_url: status.metadataUrl, secret: host.clusterSecret, nodes: [{ node_id: 'node-1' }, { node_id: 'node-2' }] });
    expect(host.uploadTarget()).toMatchObject({ url: status.uploaderUrl, secret: host.clusterSecret });
    await expect(host.client.call('cluster:launch', {})).rejects.toMatchObject({ code: 'already_running' });
    expect(await host.client.call('cluster:stop', {})).toMatchObject({ phase: 'stopped' });
    expect(phases.length).toBeGreaterThan(0);
    await host.close();
    expect(lines.map(({ source, message }) => [source, message])).toContainEqual(['node-2', '/storage-node is up']);
  });

  it('brings up the same nodes again when a launch says nothing about their number', async () => {
    const host = await start();
    await host.client.call('cluster:launch', { nodeCount: 2 });
    await host.client.call('cluster:stop', {});
    expect((await host.client.call('cluster:launch', {})).children).toHaveLength(5);
  });

  it('rebuilds with a fresh id, the same nodes, and the word of every node', async () => {
    const children = starter();
    const host = await start({ starter: children });
    await host.client.call('cluster:launch', { nodeCount: 2 });
    expect(await host.client.call('metadata:rebuild', {})).toEqual({ videos: 2, chunks: 6, provisional: false });
    expect(asked).toContain('GET /rebuild');
    expect(children.children.filter((child) => child.isAlive)).toHaveLength(5);
  });

  it('closes in any state, also twice, and takes its file and its calls with it', async () => {
    const host = await start();
    const launch = host.client.call('cluster:launch', { nodeCount: 2 });
    launch.catch(() => {});
    await Promise.all([host.close(), host.close()]);
    await expect(launch).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(join(dataDir, 'cluster.json'))).toBe(false);
    await expect(host.client.call('cluster:status', {})).rejects.toMatchObject({ code: 'not_running' });
  });

  it('ends when a door asks for it, after the answer', async () => {
    const host = await start();
    expect(await host.client.call('system:shutdown', {})).toEqual({});
    await host.closed;
  });

  it('names its doors in cluster.json and closes them with itself', async () => {
    const host = await start();
    let isClosed = false;
    await host.addDoor({ url: 'http://127.0.0.1:1', controlUrl: 'ws://127.0.0.1:1/control', close: () => Promise.resolve(void (isClosed = true)) });
    expect(JSON.parse(await readFile(join(dataDir, 'cluster.json'), 'utf8'))).toMatchObject({ web_url: 'http://127.0.0.1:1', control_url: 'ws://127.0.0.1:1/control' });
    await host.close();
    expect(isClosed).toBe(true);
  });

  it('closes one door before itself, and names the ones that are left', async () => {
    const host = await start();
    const named = async (): Promise<unknown> => {
      const { web_url: web, control_url: control } = JSON.parse(await readFile(join(dataDir, 'cluster.json'), 'utf8')) as { web_url: unknown; control_url: unknown };
      return [web, control];
    };
    const closed: string[] = [];
    const door = (name: string, url: string | null) => ({ url, controlUrl: `ws://${name}`, close: () => Promise.resolve(void closed.push(name)) });
    await host.addDoor(door('window', null));
    const closePage = await host.addDoor(door('page', 'http://page'));
    expect(await named()).toEqual(['http://page', 'ws://page']);
    await closePage();
    expect([await named(), closed]).toEqual([[null, 'ws://window'], ['page']]);
    await host.close();
    expect(closed).toEqual(['page', 'window']);
  });

  it('tells of changed settings and keeps them', async () => {
    const host = await start();
    const heard: number[] = [];
    host.client.on('settings:changed', ({ nodeCount }) => heard.push(nodeCount));
    await host.client.call('settings:set', { nodeCount: 3 });
    expect(heard).toEqual([3]);
    await host.close();
    expect((await (await start()).client.call('settings:get', {})).nodeCount).toBe(3);
  });

  it('writes its own log to a file without a secret', async () => {
    const host = await start();
    await host.client.call('cluster:launch', { nodeCount: 2 });
    await host.close();
    const text = await readFile(join(dataDir, 'logs', 'host.log'), 'utf8');
    expect(text).toContain('cluster is up');
    expect(text).not.toContain(host.clusterSecret);
  });
});
