import { request as httpRequest, type IncomingMessage } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSessionBook } from '../../../runtime/host/playback/session-book.ts';
import { TICKET_MS } from '../../../runtime/host/video-downloads.ts';
import { createManualClock, systemClock, type Clock } from '../../../runtime/platform/clock.ts';
import { openWebDoor, type WebDoor } from '../../../runtime/web/web-door.ts';
import { startChunkServer, type ChunkServer, type ChunkServerOptions } from '../../fixtures/chunk-server.ts';
import { createFakeHost, until, type FakeHost } from '../../fixtures/fake-host.ts';

let dir: string;
let chunks: ChunkServer;
let host: FakeHost;
let door: WebDoor;

const open = async (options: ChunkServerOptions = {}, clock: Clock = systemClock): Promise<void> => {
  chunks = await startChunkServer(options);
  host = createFakeHost({ 'videos:manifest': () => chunks.manifest }, { clock });
  door = await openWebDoor({
    host, port: 0, rendererDir: dir, tokenFile: join(dir, 'web-token.json'), clusterSecret: 'c'.repeat(64), sessions: createSessionBook({ clock: systemClock }),
    uploadTarget: () => {
      throw new Error('no uploads here');
    },
  });
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-download-'));
});
afterEach(async () => {
  await door.close();
  await chunks.close();
  await rm(dir, { recursive: true, force: true });
});

const begin = (path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => httpRequest(door.url + path, { headers, agent: false }, resolve).once('error', reject).end());
const bodyOf = async (response: IncomingMessage): Promise<Buffer> => Buffer.concat(await response.toArray());

describe('a download link', () => {
  it('gives the whole video, once, without the token', async () => {
    await open({ title: 'Über "den" Wolken/1' });
    const path = host.downloads.issue('vid-1');
    const response = await begin(path);
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-length': '500000', 'content-type': 'video/mp4', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="Uber den Wolken 1.mp4"; filename*=UTF-8''%C3%9Cber%20den%20Wolken%201.mp4`,
    });
    expect(await bodyOf(response)).toEqual(chunks.whole);
    const again = await begin(path);
    expect([again.statusCode, JSON.parse((await bodyOf(again)).toString())]).toMatchObject([404, { code: 'not_found' }]);
  });

  it('is worth nothing after a minute, and nothing when it is guessed', async () => {
    const clock = createManualClock();
    await open({}, clock);
    const path = host.downloads.issue('vid-1');
    clock.advance(TICKET_MS + 1);
    expect((await begin(path)).statusCode).toBe(404);
    expect((await begin(`/download/${'0'.repeat(64)}`)).statusCode).toBe(404);
    expect(chunks.asked).toEqual([]);
  });

  it('is not followed for a page of another origin, nor under a strange host name', async () => {
    await open();
    expect((await begin(host.downloads.issue('vid-1'), { Origin: 'https://evil.example' })).statusCode).toBe(403);
    expect((await begin(host.downloads.issue('vid-1'), { Host: 'evil.example' })).statusCode).toBe(403);
  });

  it('breaks the connection at a chunk that no node can give, so that no short file looks whole', async () => {
    await open({ chunkCount: 8, intercept: (_nodeId, sequence, response) => sequence === 6 && Boolean(response.writeHead(500).end()) });
    const response = await begin(host.downloads.issue('vid-1'));
    expect(response.statusCode).toBe(200);
    await expect(bodyOf(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('answers with words when not even the first chunk can be had', async () => {
    await open({ intercept: (_nodeId, _sequence, response) => Boolean(response.writeHead(500).end()) });
    const response = await begin(host.downloads.issue('vid-1'));
    expect([response.statusCode, JSON.parse((await bodyOf(response)).toString())]).toMatchObject([503, { code: 'unavailable' }]);
  });

  it('reads no further ahead than a slow browser takes', async () => {
    await open({ chunkCount: 60, chunkBytes: 1_000_000 });
    const response = await begin(host.downloads.issue('vid-1'));
    response.pause();
    let last = -1;
    await until(() => {
      const isStill = chunks.asked.length === last;
      last = chunks.asked.length;
      return isStill && last > 4;
    });
    // Buffers of the sockets on both sides, and the chunks read ahead; never the whole.
    expect(chunks.asked.length).toBeLessThan(40);
    expect((await bodyOf(response)).equals(chunks.whole)).toBe(true);
  });

  it('asks for no further chunk once the browser is gone', async () => {
    await open({ chunkCount: 60, chunkBytes: 1_000_000 });
    const response = await begin(host.downloads.issue('vid-1'));
    response.once('error', () => {});
    response.destroy();
    await response.once('close', () => {}).toArray().catch(() => []);
    let last = -1;
    await until(() => {
      const isStill = chunks.asked.length === last;
      last = chunks.asked.length;
      return isStill;
    });
    expect(last).toBeLessThan(60);
  });
});
