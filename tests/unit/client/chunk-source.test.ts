import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { type ChunkMiss, type ChunkReport, type ChunkSourceOptions, createChunkSource, type VideoClient } from '../../../runtime/client/chunk-source.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { type ChunkServerOptions, startChunkServer } from '../../fixtures/chunk-server.ts';
import { bytesOfSequence, makeManifest, type ManifestFixture } from '../../fixtures/manifest.ts';
import { type ScriptedRequest, scriptedTransport } from '../../fixtures/scripted-transport.ts';

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const SIZES = [[1000], [600, 500], [700]];
const contentOf = (sequence: number): Uint8Array => bytesOfSequence(sequence, SIZES.flat()[sequence]!);
const manifestOf = (overrides: ManifestFixture = {}) => makeManifest({ segments: SIZES, sha256Of, ...overrides });

/** A source over a network whose answers the test gives, on a clock that the test moves. */
const scripted = (options: Partial<ChunkSourceOptions> = {}) => {
  const clock = createManualClock();
  const transport = scriptedTransport(contentOf);
  const reports: ChunkReport[] = [];
  const misses: ChunkMiss[] = [];
  const source = createChunkSource({
    manifest: manifestOf(), refresh: () => Promise.reject(new Error('no refresh expected')), transport, clock, seed: 1,
    onChunk: (report) => reports.push(report), onMiss: (miss) => misses.push(miss), ...options,
  });
  const { requests } = transport;
  return { clock, source, transport, requests, reports, misses, last: (): ScriptedRequest => requests.at(-1)! };
};

describe('loading chunks', () => {
  test('two loads of one chunk share one request, and a third is served from memory', async () => {
    const { source, requests } = scripted();
    const both = Promise.all([source.load(0), source.load(0)]);
    requests[0]!.serve();
    expect(await both).toEqual([contentOf(0), contentOf(0)]);
    expect(await source.load(0)).toEqual(contentOf(0));
    expect(requests).toHaveLength(1);
  });

  test('a request goes on while anybody waits for it and is ended when the last one leaves', async () => {
    const { source, requests } = scripted();
    const [one, two] = [new AbortController(), new AbortController()];
    const loads = [source.load(0, one.signal), source.load(0, two.signal)];
    one.abort();
    await expect(loads[0]).rejects.toMatchObject({ code: 'cancelled' });
    expect(requests[0]!.isAborted).toBe(false);
    two.abort();
    await expect(loads[1]).rejects.toMatchObject({ code: 'cancelled' });
    expect(requests[0]!.isAborted).toBe(true);
  });

  test('a chunk wanted again right after its request was ended is asked for anew', async () => {
    const { source, last } = scripted();
    const abort = new AbortController();
    const first = source.load(0, abort.signal);
    abort.abort();
    const again = source.load(0);
    last().serve();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await again).toEqual(contentOf(0));
  });

  test('a chunk that is no longer kept is fetched again', async () => {
    const { source, requests, last } = scripted({ cacheBytesMax: 0 });
    for (let reading = 0; reading < 2; reading++) {
      const loading = source.load(0);
      last().serve();
      await loading;
    }
    expect(requests).toHaveLength(2);
  });

  test('a chunk that the video does not have, and any after the end, is refused', async () => {
    const { source } = scripted();
    await expect(source.load(99)).rejects.toMatchObject({ code: 'not_found' });
    const open = source.load(0);
    source.close();
    await expect(open).rejects.toMatchObject({ code: 'cancelled' });
    await expect(source.load(0)).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('each chunk is reported with the node that served it and why', async () => {
    const { source, reports, last } = scripted();
    const loading = source.load(3);
    const first = last().nodeId;
    last().onFailure('answered 500');
    const second = last().nodeId;
    last().serve();
    await loading;
    expect(reports).toMatchObject([{ sequence: 3, nodeId: second, failedOver: true, hedged: false, attempts: [{ nodeId: first, error: 'answered 500' }, { nodeId: second, error: null }] }]);
    expect(reports[0]!.why).toContain(`failed over from ${first}`);
  });
});

describe('the manifest', () => {
  test('is renewed before addresses that are about to expire are used', async () => {
    const fresh = manifestOf({ nodeUrls: { 'node-9': 'http://127.0.0.1:9' } });
    const { source, requests } = scripted({ manifest: manifestOf({ nodeUrls: { 'node-9': 'http://127.0.0.1:1' }, expiresUnix: 120 }), refresh: () => Promise.resolve(fresh), wallMs: () => 100_000 });
    const loading = source.load(0);
    expect(requests).toHaveLength(0);
    await expect.poll(() => requests.length).toBe(1);
    expect(source.manifest()).toBe(fresh);
    requests[0]!.serve();
    await loading;
  });

  test('when every holder failed a fresh one is asked for once, then the failure is told', async () => {
    let refreshCount = 0;
    const manifest = manifestOf({ nodeUrls: { 'node-1': 'http://127.0.0.1:1' } });
    const { source, requests, misses } = scripted({ manifest, refresh: () => Promise.resolve((refreshCount++, manifest)) });
    const loading = source.load(0);
    const failed = expect(loading).rejects.toMatchObject({ code: 'unavailable', message: 'No node served vid-000000000001-chunk-000: node-1 could not be reached.', details: { attempts: [{ nodeId: 'node-1' }] } });
    requests[0]!.onFailure('could not be reached');
    await expect.poll(() => requests.length).toBe(2);
    expect(refreshCount).toBe(1);
    requests[1]!.onFailure('could not be reached');
    await failed;
    expect(misses.map((miss) => miss.attempts.length)).toEqual([1, 1]);
  });

  test('may tell of a holder that was not known before', async () => {
    const fresh = manifestOf({ nodeUrls: { 'node-7': 'http://127.0.0.1:7' } });
    const { source, requests } = scripted({ manifest: manifestOf({ nodeUrls: { 'node-1': 'http://127.0.0.1:1' } }), refresh: () => Promise.resolve(fresh) });
    const loading = source.load(0);
    requests[0]!.onFailure('answered 404');
    await expect.poll(() => requests.length).toBe(2);
    expect(requests[1]!.nodeId).toBe('node-7');
    requests[1]!.serve();
    expect(await loading).toEqual(contentOf(0));
  });

  test('that names no holder is told as such', async () => {
    const manifest = manifestOf({ nodeUrls: {} });
    const { source, clock } = scripted({ manifest, refresh: () => Promise.resolve(manifest) });
    const failed = expect(source.load(0)).rejects.toThrow('the manifest names no node that holds it');
    await Promise.resolve();
    clock.advance(5_000);
    await failed;
  });
});

describe('while playing', () => {
  test('chunks are fetched ahead of the playhead without being asked for, and nodes are pinged', async () => {
    const { source, requests, transport } = scripted({ schedule: 'playback' });
    expect(new Set(requests.map((request) => request.sequence))).toEqual(new Set([0]));
    expect(new Set(transport.pinged)).toEqual(new Set(['node-1', 'node-2', 'node-3']));
    while (requests.some((request) => !request.isAborted && source.state.requests.size > 0)) {
      const open = [...source.state.requests.values()];
      for (const request of requests) if (open.some((other) => other.sequence === request.sequence && other.nodeId === request.nodeId)) request.serve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => source.bufferSec()).toBe(30);
    expect(await source.load(2)).toEqual(contentOf(2));
    source.close();
  });

  test('the client can be changed, and says which it is', () => {
    const { source } = scripted({ schedule: 'playback' });
    expect(source.client()).toBe('smart');
    source.setClient('naive');
    expect(source.client()).toBe('naive');
    source.close();
  });
});

describe('over real sockets', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const open = async (options: ChunkServerOptions, client: Partial<ChunkSourceOptions> = {}) => {
    const server = await startChunkServer({ nodeIds: ['node-1', 'node-2', 'node-3'], ...options });
    const reports: ChunkReport[] = [];
    const source: VideoClient = createChunkSource({ manifest: server.manifest, refresh: () => Promise.resolve(server.manifest), onChunk: (report) => reports.push(report), ...client });
    closing.push(server.close, source.close);
    return { server, source, reports };
  };
  const loadAll = async (source: VideoClient): Promise<Buffer> => Buffer.concat(await Promise.all(source.manifest().chunks.map((chunk) => source.load(chunk.sequence_num))));

  test('large chunks come in ranges from several nodes and are put together right', async () => {
    const { server, source, reports } = await open({ chunkCount: 3, chunkBytes: 1_500_000 });
    expect((await loadAll(source)).equals(server.whole)).toBe(true);
    expect(server.ranges.some((range) => range !== undefined)).toBe(true);
    expect(reports.some((report) => report.sources.length > 1)).toBe(true);
    expect(source.totals()).toMatchObject({ deliveredBytes: 4_500_000, failedRequestCount: 0 });
  });

  test.each<[string, NonNullable<ChunkServerOptions['intercept']>]>([
    ['answers an error', (nodeId, _, response) => nodeId === 'node-2' && !!response.writeHead(500).end()],
    ['lies', (nodeId, _, response) => nodeId === 'node-2' && !!response.end(Buffer.alloc(100_000))],
    ['cuts short', (nodeId, _, response) => nodeId === 'node-2' && !!response.end(Buffer.alloc(100))],
    ['sends too much', (nodeId, _, response) => nodeId === 'node-2' && !!response.end(Buffer.alloc(100_001))],
    ['breaks off', (nodeId, _, response) => {
      if (nodeId !== 'node-2') return false;
      response.writeHead(200, { 'Content-Length': 100_000 }).write(Buffer.alloc(10));
      setTimeout(() => response.socket?.destroy(), 5);
      return true;
    }],
    ['accepts and stays silent', (nodeId) => nodeId === 'node-2'],
  ])('every chunk is right although one node %s', async (_, intercept) => {
    const { server, source, reports } = await open({ chunkCount: 8, intercept });
    expect((await loadAll(source)).equals(server.whole)).toBe(true);
    expect(server.asked.some((asked) => asked.startsWith('node-2'))).toBe(true);
    expect(reports.every((report) => report.nodeId !== 'node-2')).toBe(true);
  });

  test('a node whose bytes were wrong among those of others is found out and avoided', async () => {
    const chunkBytes = 1_200_000;
    const { server, source, reports } = await open({
      chunkCount: 2, chunkBytes,
      intercept: (nodeId, _, response) => {
        if (nodeId !== 'node-3') return false;
        const [, from = 0, to = chunkBytes - 1] = (/^bytes=(\d+)-(\d+)$/.exec(response.req.headers.range ?? '') ?? []).map(Number);
        response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${chunkBytes}` }).end(Buffer.alloc(to - from + 1));
        return true;
      },
    });
    expect((await loadAll(source)).equals(server.whole)).toBe(true);
    expect(source.isAvoided('node-3')).toBe(true);
    expect([source.isAvoided('node-1'), source.isAvoided('node-2')]).toEqual([false, false]);
    expect(reports.flatMap((report) => report.attempts).filter((attempt) => attempt.error?.includes('wrong bytes')).every((attempt) => attempt.nodeId === 'node-3')).toBe(true);
  });

  test.each(['naive', 'naive-retry', 'random-two'] as const)('%s asks for whole chunks only, and begins anew at the next node', async (client) => {
    const { server, source } = await open({ chunkCount: 6, chunkBytes: 600_000, intercept: (nodeId, _, response) => nodeId === 'node-2' && !!response.end(Buffer.alloc(300_000)) }, { client });
    expect((await loadAll(source)).equals(server.whole)).toBe(true);
    expect(server.ranges.every((range) => range === undefined)).toBe(true);
  });

  test('closing ends every request', async () => {
    const { server, source } = await open({ chunkCount: 2, intercept: () => true });
    const loading = source.load(0).catch((error: unknown) => error);
    await expect.poll(() => server.asked.length).toBeGreaterThan(0);
    source.close();
    expect(await loading).toMatchObject({ code: 'cancelled' });
  });
});
