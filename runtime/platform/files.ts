/**
 * Ordinary files: streamed reads and writes, and small JSON files that are always whole.
 *
 * "Durable" here means synced: the file's bytes, and the directory entry that names it, are on the disk before the promise resolves.
 */
import { constants, statfs } from 'node:fs';
import { access, link, mkdir, open, readdir, readFile, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { VStackError, type ErrorCode } from '../contract/errors.ts';
import { randomHex } from './crypto.ts';

export { basename as baseName, dirname as directoryOf, isAbsolute as isAbsolutePath, join as joinPath };

const codeOf: Record<string, ErrorCode> = {
  ENOENT: 'not_found',
  ENOTDIR: 'not_found',
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
};

/** Names the file in the failure, and gives the failures that callers tell apart a code of their own. */
const failureOf = (cause: unknown, verb: string, path: string): VStackError => {
  if (cause instanceof VStackError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const why: Record<string, string> = {
    ENOENT: 'there is no such file',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EACCES: 'this program may not access it',
    EPERM: 'this program may not access it',
  };
  return new VStackError(codeOf[code ?? ''] ?? 'unavailable', `Could not ${verb} ${path}: ${why[code ?? ''] ?? message}.`, { cause });
};

const attempt = async <T>(verb: string, path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw failureOf(cause, verb, path);
  }
};

const isMissing = (error: unknown): boolean => error instanceof VStackError && error.code === 'not_found';

export interface FileFacts {
  sizeBytes: number;
  /** Milliseconds since the Unix epoch. */
  mtimeMs: number;
  isFile: boolean;
}

/** Undefined when nothing stands at the path. */
export const fileFacts = async (path: string): Promise<FileFacts | undefined> => {
  try {
    const facts = await attempt('look at', path, () => stat(path));
    return { sizeBytes: facts.size, mtimeMs: facts.mtimeMs, isFile: facts.isFile() };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

const isDirectory = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

const makeOneDirectory = async (path: string): Promise<'made' | 'no parent'> => {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'no parent';
    if (!(await isDirectory(path))) throw error;
  }
  return 'made';
};

/**
 * Parents included; one that exists is fine. It climbs by itself because Node's own recursive mkdir goes round for ever, deaf to signals,
 * where a folder exists but takes no new ones (`/proc`).
 */
export const makeDirectory = async (path: string): Promise<void> => {
  await attempt('create the directory', path, async () => {
    if ((await makeOneDirectory(path)) === 'made') return;
    if (dirname(path) !== path) await makeDirectory(dirname(path));
    if ((await makeOneDirectory(path)) === 'made') return;
    throw new VStackError('forbidden', `Could not create the directory ${path}: this file system takes no new directories there. Choose another folder.`);
  });
};

/** Whether a path lies in a folder (or is it), also by way of a link. The path itself need not exist, its folder must. */
export const isWithin = async (path: string, folder: string): Promise<boolean> => {
  const [parent, root] = await Promise.all([attempt('look at', path, () => realpath(dirname(path))), attempt('look at', folder, () => realpath(folder))]);
  const way = relative(root, join(parent, basename(path)));
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
};

/** The names in a directory, sorted; none when it does not exist. */
export const listDirectory = async (path: string): Promise<string[]> => {
  try {
    return (await attempt('list', path, () => readdir(path))).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

/** Removes a file or a whole directory; nothing there is fine. */
export const removePath = async (path: string): Promise<void> => {
  await attempt('remove', path, () => rm(path, { recursive: true, force: true, maxRetries: 3 }));
};

/** Bytes that an ordinary program may still write to the disk that holds `path`. */
export const freeBytes = async (path: string): Promise<number> => {
  const facts = await attempt('ask the free space of', path, () => promisify(statfs)(path));
  return facts.bavail * facts.bsize;
};

/** Makes renames, creations and removals in a directory durable. */
export const syncDirectory = async (path: string): Promise<void> => {
  await attempt('sync', path, async () => {
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } catch (error) {
      // Windows cannot sync a directory; its file systems journal renames by themselves.
      if (process.platform !== 'win32') throw error;
    } finally {
      await handle.close();
    }
  });
};

export interface FileReader {
  sizeBytes: number;
  mtimeMs: number;
  /** Bytes `start` … `end` (exclusive), cut at the end of the file. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Positioned reads. Throws `not_found` for a missing path and `bad_request` for one that is no ordinary file. */
export const openReader = async (path: string): Promise<FileReader> => {
  const handle = await attempt('open', path, () => open(path, 'r'));
  const facts = await handle.stat();
  if (!facts.isFile()) {
    await handle.close();
    throw new VStackError('bad_request', `Expected a file at ${path}; there is something else. Name a single video file.`);
  }
  return {
    sizeBytes: facts.size,
    mtimeMs: facts.mtimeMs,
    async read(start, end) {
      const buffer = Buffer.allocUnsafe(Math.max(0, end - start));
      let filledBytes = 0;
      while (filledBytes < buffer.length) {
        const { bytesRead } = await attempt('read', path, () => handle.read(buffer, filledBytes, buffer.length - filledBytes, start + filledBytes));
        if (bytesRead === 0) break;
        filledBytes += bytesRead;
      }
      return buffer.subarray(0, filledBytes);
    },
    close: () => handle.close(),
  };
};

export interface FileWriter {
  writtenBytes: number;
  /** Resolves when the operating system has taken the piece: awaiting it is the back-pressure. */
  write(piece: Uint8Array): Promise<void>;
  /** Syncs the bytes and the directory entry, then closes. */
  closeDurable(): Promise<void>;
  /** Closes without any promise about the bytes. */
  close(): Promise<void>;
}

export interface WriterOptions {
  /** @default false, what stands there is replaced */
  append?: boolean;
  /** The usual one is for files that leave the program and become the person's own. @default 'private', readable by its owner alone */
  permissions?: 'private' | 'usual';
}

/** A new file. Throws `disk_full` when there is no room. */
export const openWriter = async (path: string, { append = false, permissions = 'private' }: WriterOptions = {}): Promise<FileWriter> => {
  const handle: FileHandle = await attempt('create', path, () => open(path, append ? 'a' : 'w', permissions === 'private' ? 0o600 : 0o666));
  const writer: FileWriter = {
    writtenBytes: 0,
    async write(piece) {
      let offset = 0;
      while (offset < piece.length) {
        offset += (await attempt('write', path, () => handle.write(piece, offset))).bytesWritten;
      }
      writer.writtenBytes += piece.length;
    },
    async closeDurable() {
      try {
        await attempt('sync', path, () => handle.sync());
      } finally {
        await handle.close();
      }
      await syncDirectory(dirname(path));
    },
    close: () => handle.close(),
  };
  return writer;
};

/** The parsed JSON, or undefined when there is no such file. Throws `corrupt` when it does not parse. */
export const readJsonFile = async (path: string): Promise<unknown> => {
  let text: string;
  try {
    text = await attempt('read', path, () => readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VStackError('corrupt', `Expected JSON in ${path}; it does not parse. Move the file away to start without it.`, { cause });
  }
};

/**
 * Replaces a JSON file durably: whatever the moment of a crash, the path holds the old value or the new one, whole. The file is readable
 * by its owner alone.
 */
export const writeJsonFile = async (path: string, value: unknown): Promise<void> => {
  const temporary = `${path}.${randomHex(4)}.tmp`;
  try {
    await attempt('write', path, async () => {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    });
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
};

/** The text of a file, or undefined when there is none. */
export const readTextFile = async (path: string): Promise<string | undefined> => {
  try {
    return await attempt('read', path, () => readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** File systems without hard links (FAT, some network shares) say so in one of these ways. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK']);

/**
 * Gives a finished file its name, in one step and durably. Unless told to overwrite it takes no name that is taken, also when somebody
 * takes it at the last moment. @throws VStackError conflict
 */
export const publishFile = async (temporary: string, path: string, { overwrite }: { overwrite: boolean }): Promise<void> => {
  const taken = (cause?: unknown): VStackError => new VStackError('conflict', `${path} exists already. Choose another name, or ask to overwrite it.`, { cause });
  await attempt('name', path, async () => {
    if (overwrite) return rename(temporary, path);
    try {
      await link(temporary, path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw taken(error);
      if (!NO_LINKS.has(code ?? '')) throw error;
      if ((await fileFacts(path)) !== undefined) throw taken();
      return rename(temporary, path);
    }
    await rm(temporary);
  });
  await syncDirectory(dirname(path));
};

export const renamePath = async (from: string, to: string): Promise<void> => {
  await attempt('rename', from, () => rename(from, to));
  await syncDirectory(dirname(to));
};

/** Whether the current user may run the file. */
export const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false; // Missing and forbidden come to the same here: it cannot be run.
  }
};
