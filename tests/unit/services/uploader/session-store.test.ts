import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { createSessionStore, type SessionRecord, type SessionStore } from '../../../../runtime/services/uploader/session-store.ts';
import { identifySource, assertSameSource } from '../../../../runtime/services/uploader/source.ts';
import { toStatus } from '../../../../runtime/services/uploader/upload-status.ts';

let dir: string;
let store: SessionStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-sessions-'));
  store = await createSessionStore(dir, silentLogger());
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const recordOf = (overrides: Partial<SessionRecord> = {}): SessionRecord => ({
  version: 1,
  sessionId: 'up-1',
  title: 'A film',
  filename: 'film.mp4',
  status: 'uploading_chunks',
  startedAtMs: 1000,
  endedAtMs: null,
  source: { path: '/film.mp4', isSpooled: false, sizeBytes: 1000, mtimeMs: 5.5, fingerprint: 'a'.repeat(64) },
  videoId: 'vid-1',
  isDeletionDue: false,
  isDegraded: false,
  result: null,
  bytesTotal: 1000,
  bytesDone: 250,
  chunksDone: 1,
  error: null,
  ...overrides,
});

describe('the session store', () => {
  it('gives back what was saved, oldest first', async () => {
    const [younger, older] = [recordOf({ startedAtMs: 2000 }), recordOf({ sessionId: 'up-2', startedAtMs: 1000, error: { code: 'no_quorum', message: 'why' } })];
    await store.save(younger);
    await store.save(older);
    expect(await store.load()).toEqual([older, younger]);
  });

  it('sweeps away a session that was killed before its first record', async () => {
    await mkdir(join(dir, 'sessions', 'up-9'));
    await writeFile(store.spoolPath('up-9'), 'half a file');
    expect(await store.load()).toEqual([]);
    expect(await readdir(join(dir, 'sessions'))).toEqual([]);
  });

  it('keeps the record and removes the work, or removes both', async () => {
    await store.save(recordOf());
    await writeFile(store.spoolPath('up-1'), 'film');
    await writeFile(store.convertedPath('up-1'), 'film');
    await store.removeWork('up-1');
    expect(await readdir(join(dir, 'sessions', 'up-1'))).toEqual(['state.json']);
    await store.remove('up-1');
    expect(await store.load()).toEqual([]);
  });
});

describe('a source', () => {
  it('is the same until a byte at either end, its size or its time changes', async () => {
    const path = join(dir, 'film.mp4');
    const bytes = new Uint8Array(3 * 1024 * 1024);
    await writeFile(path, bytes);
    const source = await identifySource(path, false);
    await assertSameSource(source);
    await expect(assertSameSource({ ...source, mtimeMs: source.mtimeMs + 1 })).rejects.toMatchObject({ code: 'conflict' });
    await expect(assertSameSource({ ...source, sizeBytes: 5 })).rejects.toMatchObject({ code: 'conflict' });
    bytes[bytes.length - 1] = 1;
    await writeFile(path, bytes);
    const changed = await identifySource(path, false);
    expect(changed.fingerprint).not.toBe(source.fingerprint);
  });
});

describe('the status of an upload', () => {
  it.each([
    ['uploading', { source: null, videoId: null, bytesDone: 500 }, 10],
    ['processing', { bytesDone: 0 }, 0],
    ['processing', { source: { ...recordOf().source!, isSpooled: true }, bytesDone: 0 }, 20],
    ['uploading_chunks', { bytesDone: 500 }, 49.5],
    ['uploading_chunks', { bytesDone: 2000 }, 99],
    ['finalizing', {}, 99],
    ['completed', {}, 100],
  ] as ['processing', Partial<SessionRecord>, number][])('%s %o is %d percent of the way', (status, change, percent) => {
    expect(toStatus(recordOf({ status, ...change }), null).progress).toBe(percent);
  });

  it('tells rate and remaining time while it runs, and neither afterwards', () => {
    expect(toStatus(recordOf(), 100)).toMatchObject({ rate_bytes_per_sec: 100, eta_sec: 7.5, bytes_done: 250, bytes_total: 1000 });
    expect(toStatus(recordOf({ status: 'failed', endedAtMs: 2000, error: { code: 'no_quorum', message: 'why' } }), 100)).toMatchObject({
      rate_bytes_per_sec: null, eta_sec: null, error: 'why', error_code: 'no_quorum', ended_at: '1970-01-01T00:00:02.000Z',
    });
  });
});
