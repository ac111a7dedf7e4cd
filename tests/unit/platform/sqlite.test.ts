import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../runtime/platform/sqlite.ts';
import { createDatabase, databaseExists, setDirectoryAside } from '../../../runtime/platform/sqlite-files.ts';

let root: string;
let db: Database;
const path = (): string => join(root, 'test.db');
const texts = (reader: Database = db): string[] => reader.all<{ text: string }>('SELECT text FROM lines ORDER BY id').map((row) => row.text);
const insert = (text: string): number => db.run('INSERT INTO lines (text) VALUES (?)', text);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vstack-sqlite-'));
  db = openDatabase(path());
  db.exec('CREATE TABLE lines (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT');
});
afterEach(async () => {
  db.close();
  await rm(root, { recursive: true, force: true });
});

/** What another process would see now: what is committed. */
const seenFromOutside = (): string[] => {
  const other = openDatabase(path(), { readOnly: true });
  try {
    return texts(other);
  } finally {
    other.close();
  }
};

describe('write', () => {
  it('resolves only after the group is committed', async () => {
    const writing = db.write(() => insert('a'));
    expect(seenFromOutside()).toEqual([]);
    await writing;
    expect(seenFromOutside()).toEqual(['a']);
  });

  it('commits the writes of one turn together, in their order', async () => {
    let commits = 0;
    const seen: number[] = [];
    const work = Array.from({ length: 50 }, (_, index) =>
      db.write(() => {
        insert(`line ${index}`);
        return index;
      }),
    );
    for (const each of work) {
      seen.push(await each);
      commits = Math.max(commits, seenFromOutside().length);
    }
    expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => index));
    // Whoever was told first could already see everybody else's: one commit for all.
    expect(commits).toBe(50);
    expect(texts()).toHaveLength(50);
  });

  it('undoes and rejects only the piece of work that throws', async () => {
    const good = db.write(() => insert('good'));
    const bad = db.write(() => {
      insert('half');
      insert('good');
    });
    const later = db.write(() => insert('later'));
    await expect(bad).rejects.toThrow(/UNIQUE/);
    await Promise.all([good, later]);
    expect(texts()).toEqual(['good', 'later']);
  });

  it('takes more work than one group holds', async () => {
    await Promise.all(Array.from({ length: 1000 }, (_, index) => db.write(() => insert(String(index)))));
    expect(texts()).toHaveLength(1000);
  });

  it('that waits when the database is closed is committed first', async () => {
    const writing = db.write(() => insert('last words'));
    db.close();
    await writing;
    db = openDatabase(path());
    expect(texts()).toEqual(['last words']);
  });
});

describe('transaction', () => {
  it('is all or nothing, also nested', () => {
    db.transaction(() => {
      insert('outer');
      expect(() =>
        db.transaction(() => {
          insert('inner');
          throw new Error('no');
        }),
      ).toThrow('no');
    });
    expect(texts()).toEqual(['outer']);
  });
});

describe('openDatabase', () => {
  it('uses a write-ahead log and syncs every commit', () => {
    expect(db.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(db.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
  });

  it('read-only refuses to write', () => {
    const reader = openDatabase(path(), { readOnly: true });
    expect(() => reader.run(`INSERT INTO lines (text) VALUES ('x')`)).toThrow(/readonly/);
    reader.close();
  });

  it('finds no damage in a sound database', () => {
    expect(db.findDamage()).toEqual([]);
  });
});

describe('createDatabase', () => {
  it('leaves nothing at the path when filling fails, and one whole file when it succeeds', async () => {
    const fresh = join(root, 'fresh', 'a.db');
    expect(() =>
      createDatabase(fresh, () => {
        throw new Error('power cut');
      }),
    ).toThrow('power cut');
    expect(databaseExists(fresh)).toBe(false);
    createDatabase(fresh, (made) => made.exec('CREATE TABLE t (x INTEGER)'));
    expect(await readdir(join(root, 'fresh'))).toEqual(['a.db']);
  });
});

describe('setDirectoryAside', () => {
  it('renames the folder with everything in it', async () => {
    createDatabase(join(root, 'one', 'a.db'), () => {});
    setDirectoryAside(join(root, 'one'), join(root, 'two'));
    expect(await readdir(join(root, 'two'))).toEqual(['a.db']);
    expect(databaseExists(join(root, 'one'))).toBe(false);
  });
});
