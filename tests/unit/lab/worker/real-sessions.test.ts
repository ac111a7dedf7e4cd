import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientKind } from '../../../../runtime/contract/client-kind.ts';
import { ComparisonSession } from '../../../../runtime/contract/comparison.ts';
import { PlaybackReport } from '../../../../runtime/contract/control/playback.ts';
import { labEvents, SESSION_PROGRESS, SESSION_REPORT, SESSION_STARTED, type LabInput, type TrueLinks } from '../../../../runtime/contract/lab-worker.ts';
import { normalLink } from '../../../../runtime/contract/link.ts';
import type { Manifest } from '../../../../runtime/contract/wire/metadata.ts';
import { conditionOf } from '../../../../runtime/lab/comparison/conditions.ts';
import { startLabWorker } from '../../../../runtime/lab/worker/start.ts';
import type { RunningChild } from '../../../../runtime/platform/process/run-child.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const ids = ['node-1', 'node-2', 'node-3'];
const links: TrueLinks = ids.map((nodeId) => ({ nodeId, settings: normalLink, isRunning: true }));

/** Metadata service and nodes in one server; a frozen node never answers. */
let server: Server;
let url: string;
let manifest: Manifest;
let frozen: Set<string>;
let connectionCount: number;
let worker: RunningChild;
let told: { name: string; data: unknown }[];

beforeEach(async () => {
  frozen = new Set();
  connectionCount = 0;
  told = [];
  const chunks = Array.from({ length: 3 }, () => randomBytes(60_000));
  server = createServer((request, response) => {
    const [, nodeId, , chunkId] = request.url!.split('/');
    if (nodeId === 'manifest') return void response.setHeader('Content-Type', 'application/json').end(JSON.stringify(manifest));
    if (frozen.has(nodeId!)) return;
    if (chunkId === undefined) return void response.end('{}');
    const bytes = chunks[Number(chunkId.slice(-3))]!;
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    if (!range) return void response.end(bytes);
    const [from, to] = [Number(range[1]), Number(range[2])];
    response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${bytes.length}` }).end(bytes.subarray(from, to + 1));
  });
  server.on('connection', () => connectionCount++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = makeManifest({ segments: chunks.map((bytes) => [bytes.length]), nodeUrls: Object.fromEntries(ids.map((nodeId) => [nodeId, `${url}/${nodeId}`])) });
  manifest = { ...base, chunks: base.chunks.map((chunk, index) => ({ ...chunk, checksum: `sha256:${createHash('sha256').update(chunks[index]!).digest('hex')}` })) };
  worker = await startLabWorker({ clusterSecret: null }, { emit: (name, data) => void told.push({ name, data }) });
});
afterEach(async () => {
  await worker.stop(0);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = async (name: string, input: unknown): Promise<unknown> => worker.calls![name]!(input);
const order = (client: ClientKind = 'smart', overrides: Partial<LabInput<'play'>> = {}): LabInput<'play'> => ({
  session: { block: 0, place: 0, client, seed: 1, victimId: 'node-1', faultAtMs: 100 }, condition: conditionOf('node-paused'), sessionSec: 0.7, videoId: manifest.video_id, metadataUrl: url, links, reportAs: null, ...overrides,
});
const play = async (client?: ClientKind, overrides?: Partial<LabInput<'play'>>): Promise<ComparisonSession> => ComparisonSession.parse(await ask('play', order(client, overrides)));
const eventsOf = (name: string): unknown[] => told.filter((event) => event.name === name).map(({ data }) => data);

describe('the lab worker over real sockets', () => {
  it('plays a session with each client to the end of its time, and makes a record of it', async () => {
    for (const client of ['smart', 'naive', 'naive-retry', 'random-two', 'oracle'] as const) {
      const record = await play(client);
      expect(record).toMatchObject({ client, outcome: 'completed', isStarted: true, stallCount: 0, deliveredBytes: 180_000 });
      expect(record.chunkMs).toHaveLength(3);
    }
  });

  it('tells when it starts and how it goes, in words of the contract', async () => {
    await play();
    expect(told[0]).toEqual({ name: SESSION_STARTED, data: {} });
    const progress = eventsOf(SESSION_PROGRESS).map((data) => labEvents[SESSION_PROGRESS].parse(data));
    expect(progress.length).toBeGreaterThanOrEqual(2);
    expect(progress.at(-1)).toMatchObject({ client: 'smart', place: 0, phase: 'playing', isFaulty: false });
    expect(eventsOf(SESSION_REPORT)).toEqual([]);
  });

  it('reports as a player does where it is asked to: every chunk once, the last report says that it is over', async () => {
    await play('naive', { reportAs: 'demo-1-0' });
    const reports = eventsOf(SESSION_REPORT).map((data) => PlaybackReport.parse(data));
    expect(reports.every(({ sessionId, door, client, title }) => sessionId === 'demo-1-0' && door === 'lab' && client === 'naive' && title === manifest.title)).toBe(true);
    expect(reports.flatMap(({ chunks }) => chunks.map(({ sequence }) => sequence)).sort()).toEqual([0, 1, 2]);
    expect(reports.map(({ isOver }) => isOver)).toEqual([...reports.slice(1).map(() => false), true]);
    expect(reports.at(-1)).toMatchObject({ deliveredBytes: 180_000, stallCount: 0 });
    expect(reports.at(-1)!.nodes.length).toBeGreaterThan(0);
  });

  it('marks the fault when it is told of it', async () => {
    frozen.add('node-1');
    const playing = play('naive-retry', { sessionSec: 3 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await ask('fault', { links: links.map((link) => (link.nodeId === 'node-1' ? { ...link, isRunning: false } : link)) });
    await ask('fault', { links });
    const record = await playing;
    expect(record.faultAtMs).toBeGreaterThan(0);
    expect(record.stallCountAfterFault).toBe(0);
    expect(record.bufferSecAtFault).not.toBeNull();
  });

  it('leaves no connection to the next session', async () => {
    await play();
    const before = connectionCount;
    await play();
    // One to the metadata service is kept, none to a node.
    expect(connectionCount - before).toBeGreaterThanOrEqual(3);
  });

  it('ends at once when it is told to, with what there is', async () => {
    const playing = play('smart', { sessionSec: 600 });
    while (eventsOf(SESSION_STARTED).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await ask('stop', {});
    expect((await playing).tookMs).toBeLessThan(600_000);
  });

  it('plays one at a time, and tells what the metadata service says', async () => {
    const playing = play();
    await expect(play()).rejects.toMatchObject({ code: 'conflict' });
    await playing;
    await expect(play('smart', { metadataUrl: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(play()).resolves.toMatchObject({ outcome: 'completed' });
  });

  it.each([
    ['play', {}], ['play', { session: {} }], ['fault', { links: [{ nodeId: '../x' }] }], ['simulate', { nodeIds: [] }], ['summarize', { sessions: 'none' }], ['stop', 7],
  ])('refuses a wrong %s', async (name, input) => {
    await expect(ask(name, input)).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('forgives news that come too late', async () => {
    expect(await ask('fault', { links })).toEqual({});
    expect(await ask('links', { links })).toEqual({});
    expect(await ask('stop', {})).toEqual({});
  });
});
