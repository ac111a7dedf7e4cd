import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../runtime/contract/wire/metadata.ts';
import { saveVideo } from '../../../runtime/host/video-save.ts';
import { sha256, startChunkServer, type ChunkServer } from '../../fixtures/chunk-server.ts';

let dir: string;
let server: ChunkServer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-save-'));
  await mkdir(join(dir, 'data'));
  await mkdir(join(dir, 'out'));
});
afterEach(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const target = (): string => join(dir, 'out', 'film.mp4');
const save = (overrides: Partial<Parameters<typeof saveVideo>[0]> = {}, manifest: Partial<Manifest> = {}) =>
  saveVideo({
    manifest: () => Promise.resolve({ ...server.manifest, ...manifest }), path: target(), overwrite: false, dataDir: join(dir, 'data'), onProgress: () => {},
    signal: new AbortController().signal, ...overrides,
  });

describe('saving a video', () => {
  it('writes the chunks in order, verified, and tells how far it is', async () => {
    server = await startChunkServer();
    const progress: [number, number][] = [];
    const saved = await save({ onProgress: (done, total) => progress.push([done, total]) });
    expect(saved).toEqual({ sizeBytes: 500_000, sha256: sha256(server.whole) });
    expect(await readFile(target())).toEqual(server.whole);
    expect(progress).toEqual([1, 2, 3, 4, 5].map((count) => [count * 100_000, 500_000]));
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
    expect((await stat(target())).mode & 0o700).toBe(0o600);
  });

  it('never overwrites unless told to, also when the name is taken while it writes', async () => {
    server = await startChunkServer();
    await writeFile(target(), 'mine');
    await expect(save()).rejects.toMatchObject({ code: 'conflict' });
    expect(server.asked).toEqual([]);
    await rm(target());
    let isTaken = false;
    const take = async (): Promise<void> => {
      if (!isTaken) await writeFile(target(), 'mine');
      isTaken = true;
    };
    const racing = save({ manifest: async () => { await take(); return server.manifest; } });
    await expect(racing).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(target(), 'utf8')).toBe('mine');
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
    await save({ overwrite: true });
    expect(await readFile(target())).toEqual(server.whole);
  });

  it('leaves nothing behind when a chunk cannot be had, and what stood there stays', async () => {
    server = await startChunkServer({ intercept: (_nodeId, sequence, response) => sequence === 3 && Boolean(response.writeHead(500).end()) });
    await writeFile(target(), 'older');
    await expect(save({ overwrite: true })).rejects.toMatchObject({ code: 'unavailable' });
    expect(await readFile(target(), 'utf8')).toBe('older');
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
  });

  it('takes the next node when one sends wrong bytes', async () => {
    server = await startChunkServer({ intercept: (nodeId, _sequence, response) => nodeId === 'node-1' && Boolean(response.end(Buffer.alloc(100_000))) });
    expect((await save()).sha256).toBe(sha256(server.whole));
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const aborter = new AbortController();
    server = await startChunkServer({ chunkCount: 20 });
    const saving = save({ signal: aborter.signal, onProgress: () => aborter.abort() });
    await expect(saving).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });

  it('refuses a whole whose hash is not the recorded one before its last byte is written', async () => {
    server = await startChunkServer();
    const written: number[] = [];
    const wrong = { media: { ...server.manifest.media!, sha256: 'f'.repeat(64) } };
    await expect(save({ onProgress: (done) => written.push(done) }, wrong)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    expect(written.at(-1)).toBe(400_000);
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });

  it('says before it writes that the disk has no room', async () => {
    server = await startChunkServer();
    const huge = { chunks: [...server.manifest.chunks, { ...server.manifest.chunks[0]!, sequence_num: 5, size_bytes: 2 ** 50 }] };
    await expect(save({}, huge)).rejects.toMatchObject({ code: 'disk_full' });
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });

  it.each([
    ['a relative path', () => 'film.mp4', 'bad_request'],
    ['a folder that does not exist', () => join(dir, 'nowhere', 'film.mp4'), 'not_found'],
    ['a folder', () => join(dir, 'out'), 'bad_request'],
    ['the data folder', () => join(dir, 'data', 'keys.json'), 'forbidden'],
    ['the data folder by way of a link', () => join(dir, 'link', 'keys.json'), 'forbidden'],
  ])('refuses %s', async (_what, path, code) => {
    server = await startChunkServer();
    await symlink(join(dir, 'data'), join(dir, 'link'));
    await expect(save({ path: path(), overwrite: true })).rejects.toMatchObject({ code });
    expect(server.asked).toEqual([]);
  });

  it('refuses a video that is still being uploaded', async () => {
    server = await startChunkServer();
    await expect(save({}, { status: 'uploading' })).rejects.toMatchObject({ code: 'conflict' });
  });
});
