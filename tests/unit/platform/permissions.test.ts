import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDisk } from '../../../runtime/platform/disk/node-disk.ts';
import { tryFileLock } from '../../../runtime/platform/file-lock.ts';
import { openDatabase } from '../../../runtime/platform/sqlite.ts';
import { createDatabase } from '../../../runtime/platform/sqlite-files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vstack-permissions-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Everything below the root, as `path mode`. */
const modes = async (): Promise<string[]> => {
  const names = await readdir(root, { recursive: true });
  const each = names.sort().map(async (name) => `${name} ${((await stat(join(root, name))).mode & 0o777).toString(8)}`);
  return Promise.all(each);
};

// Windows has no such bits.
describe.skipIf(process.platform === 'win32')('what is created in the data folder', () => {
  it('by a store is its owner’s alone', async () => {
    await nodeDisk.makeDirectory(join(root, 'nodes/node-1'));
    await (await nodeDisk.create(join(root, 'nodes/node-1/superblock'))).close();
    expect(await modes()).toEqual(['nodes 700', 'nodes/node-1 700', 'nodes/node-1/superblock 600']);
  });

  it('by SQLite is its owner’s alone, the write-ahead log included', async () => {
    const path = join(root, 'metadata/metadata.db');
    createDatabase(path, (db) => db.exec('CREATE TABLE t (n INTEGER)'));
    const db = openDatabase(path);
    db.run('INSERT INTO t VALUES (1)');
    expect(await modes()).toEqual(['metadata 700', 'metadata/metadata.db 600', 'metadata/metadata.db-shm 600', 'metadata/metadata.db-wal 600']);
    db.close();
  });

  it('as a lock is its owner’s alone', async () => {
    const lock = tryFileLock(join(root, 'data/host.lock'))!;
    expect((await modes()).slice(0, 2)).toEqual(['data 700', 'data/host.lock 600']);
    lock.release();
  });
});
