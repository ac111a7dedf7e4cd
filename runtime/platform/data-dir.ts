/**
 * The data folder of a person who names none: the same for every door, so that window, browser and terminal show one cluster. It is the
 * system's usual place, or the one that was chosen in the settings; the choice stands outside of any data folder, in the program's own
 * configuration.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import envPaths from 'env-paths';
import { VStackError } from '../contract/errors.ts';

const FILE = 'data-folder.json';
const VERSION = 1;

export interface DataFolderChoice {
  /** Null: the usual place. A file that cannot be read counts as no choice, or the program could not start to change it. */
  get(): string | null;
  /** For the next start; null goes back to the usual place. @throws VStackError bad_request when the folder cannot be made or written */
  set(path: string | null): string;
}

const usualDataDir = (): string => envPaths('vstack', { suffix: '' }).data;

const requireWritable = (path: string): void => {
  if (!isAbsolute(path)) throw new VStackError('bad_request', `The data folder must be an absolute path, not "${path}".`);
  const probe = join(path, `.vstack-probe-${process.pid}`);
  try {
    mkdirSync(path, { recursive: true });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    throw new VStackError('bad_request', `${path} cannot be a data folder: ${(cause as Error).message}. Choose a folder that you may write to.`, { cause });
  }
};

/** @param configDir where the choice is kept. @default the program's configuration folder of this person */
export const dataFolderChoice = (configDir = envPaths('vstack', { suffix: '' }).config): DataFolderChoice => {
  const file = join(configDir, FILE);
  return {
    get: () => {
      try {
        const { version, path } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown; path?: unknown };
        return version === VERSION && typeof path === 'string' && isAbsolute(path) ? path : null;
      } catch {
        // Mostly there is no such file: nobody has chosen.
        return null;
      }
    },
    set: (path) => {
      if (path === null) {
        rmSync(file, { force: true });
        return usualDataDir();
      }
      requireWritable(path);
      mkdirSync(configDir, { recursive: true });
      writeFileSync(file, `${JSON.stringify({ version: VERSION, path })}\n`);
      return path;
    },
  };
};

export const defaultDataDir = (): string => dataFolderChoice().get() ?? usualDataDir();
