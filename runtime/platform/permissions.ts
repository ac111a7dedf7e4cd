/** Who may read a file. */
import { closeSync, openSync } from 'node:fs';
import { chmod } from 'node:fs/promises';

/** What is created inside the data folder is its owner's alone: videos and their names are nobody else's business. */
export const PRIVATE_FILE_MODE = 0o600;
export const PRIVATE_FOLDER_MODE = 0o700;

/**
 * Creates an empty private file unless one exists, for libraries that would create it readable by all. One that exists is not even opened:
 * closing a descriptor of it would release the locks that SQLite holds on it in this process.
 */
export const ensurePrivateFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE_MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

/** Leaves a file readable and writable by its owner alone. Windows has no such bits; there the user's profile folder protects it. */
export const makePrivate = (path: string): Promise<void> => chmod(path, PRIVATE_FILE_MODE);
