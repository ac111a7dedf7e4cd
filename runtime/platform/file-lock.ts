/**
 * A lock that dies with its holder: an exclusive transaction on an empty SQLite file. SQLite takes it with the system's own file locks, on
 * every system we run on, so a file left behind by a killed process locks nothing and never has to be removed.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ensurePrivateFile, PRIVATE_FOLDER_MODE } from './permissions.ts';

const SQLITE_BUSY = 5;

export interface FileLock {
  release(): void;
}

/**
 * Takes the lock, or returns undefined at once when another process (or another holder in this one) has it. The holder keeps the object: when
 * it is garbage, the lock is gone.
 */
export const tryFileLock = (path: string): FileLock | undefined => {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER_MODE });
  ensurePrivateFile(path);
  const connection = new DatabaseSync(path, { timeout: 0 });
  try {
    connection.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return {
    release() {
      if (connection.isOpen) connection.close();
    },
  };
};
