import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../../runtime/platform/sqlite.ts';
import { openMetadataDatabase, type OpenedDatabase } from '../../../../runtime/services/metadata/store/open.ts';
import { putChunk, type Chunk } from '../../../../runtime/services/metadata/store/chunks.ts';
import { addJob, dueRepairs } from '../../../../runtime/services/metadata/store/jobs.ts';
import { getMeta } from '../../../../runtime/services/metadata/store/meta.ts';
import { putNode } from '../../../../runtime/services/metadata/store/nodes.ts';
import { putPlacement } from '../../../../runtime/services/metadata/store/chunks.ts';
import { readSchemaVersion, SCHEMA_VERSION } from '../../../../runtime/services/metadata/store/schema.ts';
import { addView, getVideo, putVideo } from '../../../../runtime/services/metadata/store/videos.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vstack-metadata-db-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const dir = (): string => join(root, 'metadata');
const path = (): string => join(dir(), 'metadata.db');
const open = (overrides: { rebuildId?: string; newIncarnation?: string } = {}): OpenedDatabase =>
  openMetadataDatabase({ dir: dir(), newIncarnation: 'first', wallMs: 0, ...overrides });
const digest = async (): Promise<string> => createHash('sha256').update(await readFile(path())).digest('hex');
const refusalOf = (): unknown => {
  try {
    open();
  } catch (error) {
    return error;
  }
  return undefined;
};

/** A database with enough pages that damage can be put in the middle of one. */
const fill = (): void => {
  const { db } = open();
  const video = { title: 'x'.repeat(200), durationSec: 0, status: 'active' as const, media: null, manifestVersion: 0, createdMs: 0, activityMs: 0, replicaCount: 3, restorableUntilMs: null };
  db.transaction(() => {
    for (let index = 0; index < 500; index += 1) putVideo(db, { ...video, videoId: `vid-${index}` });
  });
  db.close();
};

describe('the metadata database', () => {
  it('is created with the newest schema and one incarnation for its life', () => {
    const first = open();
    expect(readSchemaVersion(first.db)).toBe(SCHEMA_VERSION);
    expect(getMeta(first.db, 'incarnation')).toBe('first');
    first.db.close();
    const second = open({ newIncarnation: 'second' });
    expect(getMeta(second.db, 'incarnation')).toBe('first');
    second.db.close();
  });

  it.each([
    ['cut to nothing', async () => truncate(path(), 0)],
    ['cut in half', async () => truncate(path(), 20_000)],
    ['overwritten with text', async () => writeFile(path(), 'this was a database '.repeat(500))],
    ['damaged in a page', async () => {
      const bytes = await readFile(path());
      const page = Math.floor(bytes.length / 4096 / 2);
      bytes.fill(0xff, page * 4096, page * 4096 + 64);
      await writeFile(path(), bytes);
    }],
  ])('that is %s stops the start with a message that says what to do, and is left as it is', async (_, damage) => {
    fill();
    await damage();
    const before = await digest();
    expect(refusalOf()).toMatchObject({ code: 'corrupt', message: expect.stringContaining('vstack metadata rebuild') as string });
    expect(await digest()).toBe(before);
    expect((await readdir(dir())).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('of a newer version stops the start and is left as it is', async () => {
    fill();
    const newer = openDatabase(path());
    newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    newer.close();
    const before = await digest();
    expect(refusalOf()).toMatchObject({ code: 'not_supported', message: expect.stringContaining(`schema version ${SCHEMA_VERSION + 1}`) as string });
    expect(await digest()).toBe(before);
  });

  it('of another program stops the start', async () => {
    open().db.close();
    await rm(path());
    const other = openDatabase(path());
    other.exec('CREATE TABLE recipes (name TEXT); PRAGMA user_version = 1;');
    other.close();
    expect(refusalOf()).toMatchObject({ code: 'corrupt', message: expect.stringContaining('not a metadata database') as string });
  });

  it('refuses to change what a committed chunk stands for', () => {
    const { db } = open();
    const chunk: Chunk = {
      chunkId: 'c', videoId: 'v', sequenceNum: 0, kind: 'chunk', sha256: 'a'.repeat(64), sizeBytes: 5, redundancyMode: 'replication', fragmentSha256: [],
      generation: 0, k: 1, m: 2, durationSec: null, startSec: null, segmentIndex: null, createdMs: 0,
    };
    putChunk(db, chunk);
    putChunk(db, { ...chunk, generation: 1, durationSec: 2 });
    expect(() => putChunk(db, { ...chunk, sha256: 'b'.repeat(64) })).toThrow(/never changes/);
    expect(() => putChunk(db, { ...chunk, sizeBytes: 6 })).toThrow(/never changes/);
    db.close();
  });

  it('set aside for a rebuild leaves its name free and tells which nodes it knew', async () => {
    const { db } = open();
    putNode(db, { nodeId: 'node-7', nodeUrl: 'http://127.0.0.1:1', directUrl: 'http://127.0.0.1:1', version: '', storeUuid: null, diskUsagePercent: 0, chunkCount: 0, condition: 'ok', lastHeartbeatMs: null, registeredMs: 0 });
    putVideo(db, { videoId: 'vid-1', title: 't', durationSec: 0, status: 'active', media: null, manifestVersion: 0, createdMs: 0, activityMs: 0, replicaCount: 3, restorableUntilMs: null });
    db.close();
    const rebuilt = open({ rebuildId: 'r1', newIncarnation: 'second' });
    expect(rebuilt.previousNodeIds).toEqual(['node-7']);
    expect(getVideo(rebuilt.db, 'vid-1')).toBeUndefined();
    expect(getMeta(rebuilt.db, 'incarnation')).toBe('second');
    rebuilt.db.close();
    expect(await readFile(join(rebuilt.setAside!, 'metadata.db'))).toBeDefined();
    const again = open({ rebuildId: 'r1' });
    expect([again.setAside, again.previousNodeIds]).toEqual([undefined, ['node-7']]);
    again.db.close();
  });
});

describe('due repairs', () => {
  it('come with the most endangered chunk first, then the most watched, then the smallest', () => {
    const { db } = open();
    const node = { nodeUrl: '', directUrl: '', version: '', diskUsagePercent: 0, chunkCount: 0, condition: 'ok' as const, lastHeartbeatMs: 0, registeredMs: 0 };
    for (const id of ['n1', 'n2']) putNode(db, { ...node, nodeId: id, storeUuid: `store-${id}` });
    const add = (chunkId: string, videoId: string, sizeBytes: number, holders: string[]): void => {
      putChunk(db, {
        chunkId, videoId, sequenceNum: 0, kind: 'chunk', sha256: chunkId, sizeBytes, redundancyMode: 'replication', fragmentSha256: [],
        generation: 0, k: 1, m: 2, durationSec: null, startSec: null, segmentIndex: null, createdMs: 0,
      });
      for (const nodeId of holders) putPlacement(db, { chunkId, generation: 0, storeUuid: `store-${nodeId}`, nodeId, pieceIndex: 0, verifiedMs: 0 });
      addJob(db, 'repair', chunkId, 'test', 0);
    };
    add('two-copies-large', 'calm', 900, ['n1', 'n2']);
    add('two-copies-small', 'calm-too', 100, ['n1', 'n2']);
    add('two-copies-watched', 'watched', 900, ['n1', 'n2']);
    add('one-copy', 'calm-three', 900, ['n1']);
    addView(db, 'watched', 0);
    addJob(db, 'repair', 'not-due', 'test', 1000);
    expect(dueRepairs(db, 1, 10).map((job) => job.subject)).toEqual(['one-copy', 'two-copies-watched', 'two-copies-small', 'two-copies-large']);
    db.close();
  });
});
