/** Small JSON files that are read whole and replaced whole: settings, keys, the cluster file, the run ledger. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VStackError } from '../contract/errors.ts';
import { randomHex } from './crypto.ts';

/** These files name secrets and processes; only their owner reads them. */
const OWNER_ONLY = 0o600;

/** The parsed content; undefined when there is no such file. @throws VStackError corrupt when it is not JSON */
export const readJsonFile = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new VStackError('corrupt', `${path} is not JSON (${(cause as Error).message}). Repair it, or move it away to begin anew.`, { cause });
  }
};

/** Replaces the file in one step: a reader sees the old content or the new, and after a power cut one of the two stands there. */
export const writeJsonFile = async (path: string, value: unknown): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomHex(4)}.tmp`;
  try {
    const file = await open(draft, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};

export const removeFile = (path: string): Promise<void> => rm(path, { force: true });
