/** The files around an SQLite database: made whole or not at all, set aside as one. */
import { existsSync, fsyncSync, mkdirSync, openSync, closeSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { PRIVATE_FOLDER_MODE } from './permissions.ts';
import { openDatabase, type Database } from './sqlite.ts';

/** True also for an empty file: that is what is left of a database that was cut to nothing. */
export const databaseExists = (path: string): boolean => existsSync(path);

const syncFile = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Creates the database under another name and renames it into place when `fill` has succeeded and everything is synced, so that a file at
 * `path` was complete once. Its directory is created when missing.
 */
export const createDatabase = (path: string, fill: (db: Database) => void): void => {
  const draft = `${path}.new`;
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER_MODE });
  for (const suffix of ['', '-wal', '-shm']) rmSync(draft + suffix, { force: true });
  const db = openDatabase(draft);
  try {
    fill(db);
  } finally {
    // The last connection to close moves the whole write-ahead log into the file and removes it.
    db.close();
  }
  syncFile(draft);
  renameSync(draft, path);
  syncFile(dirname(path));
};

/**
 * Renames a database's directory. A database, its write-ahead log and its shared memory belong together: renamed one by one, a crash in
 * between would leave a log beside a database that it does not belong to.
 */
export const setDirectoryAside = (directory: string, aside: string): void => {
  renameSync(directory, aside);
  syncFile(dirname(directory));
};
