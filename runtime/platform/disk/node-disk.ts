/**
 * The real disk. Callback functions on plain descriptors instead of FileHandle: one call less per read, and nothing that a garbage
 * collector could close behind our back.
 */
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from '../permissions.ts';
import type { Disk, DiskFile } from './disk.ts';

const readv = (fd: number, buffers: readonly Uint8Array[], position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.readv(fd, buffers as Uint8Array[], position, (error, bytesRead) => (error ? reject(error) : resolve(bytesRead)));
  });
const writev = (fd: number, buffers: readonly Uint8Array[], position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.writev(fd, buffers as Uint8Array[], position, (error, bytesWritten) => (error ? reject(error) : resolve(bytesWritten)));
  });
const fdatasync = promisify(fs.fdatasync);
const ftruncate = promisify(fs.ftruncate);
const fstat = promisify(fs.fstat);
const closeFd = promisify(fs.close);

const byteCount = (buffers: readonly Uint8Array[]): number => buffers.reduce((sum, buffer) => sum + buffer.length, 0);

/** What is left of `buffers` after their first `doneBytes`. */
const remaining = (buffers: readonly Uint8Array[], doneBytes: number): Uint8Array[] => {
  const rest: Uint8Array[] = [];
  let skip = doneBytes;
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(skip === 0 ? buffer : buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return rest;
};

/** The system may move fewer bytes than asked; this goes on until all are moved or a call moves none. */
const moveAll = async (
  move: (buffers: readonly Uint8Array[], position: number) => Promise<number>,
  buffers: readonly Uint8Array[],
  position: number,
): Promise<number> => {
  const totalBytes = byteCount(buffers);
  let doneBytes = 0;
  while (doneBytes < totalBytes) {
    const moved = await move(doneBytes === 0 ? buffers : remaining(buffers, doneBytes), position + doneBytes);
    if (moved === 0) break;
    doneBytes += moved;
  }
  return doneBytes;
};

const openFile = async (path: string, flags: string): Promise<DiskFile> => {
  const handleFd = await promisify(fs.open)(path, flags, PRIVATE_FILE_MODE);
  let fd: number | undefined = handleFd;
  const use = (): number => {
    // A descriptor number is reused by the system, so a call after close could hit a stranger's file.
    if (fd === undefined) throw Object.assign(new Error(`${path} is closed.`), { code: 'EBADF' });
    return fd;
  };
  return {
    path,
    read: async (buffers, position) => moveAll((rest, at) => readv(use(), rest, at), buffers, position),
    write: async (buffers, position) => moveAll((rest, at) => writev(use(), rest, at), buffers, position),
    sync: async () => fdatasync(use()),
    truncate: async (sizeBytes) => ftruncate(use(), sizeBytes),
    sizeBytes: async () => (await fstat(use())).size,
    close: async () => {
      const open = fd;
      fd = undefined;
      if (open !== undefined) await closeFd(open);
    },
  };
};

const syncDirectory = async (path: string): Promise<void> => {
  // Windows makes directory changes durable by itself and refuses to open a folder.
  if (process.platform === 'win32') return;
  const handle = await fsPromises.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const nodeDisk: Disk = {
  open: (path, mode) => openFile(path, mode === 'read' ? 'r' : 'r+'),
  create: (path) => openFile(path, 'wx+'),
  rename: (from, to) => fsPromises.rename(from, to),
  unlink: (path) => fsPromises.unlink(path),
  makeDirectory: async (path) => {
    const firstCreated = await fsPromises.mkdir(path, { recursive: true, mode: PRIVATE_FOLDER_MODE });
    if (firstCreated === undefined) return;
    for (let created = path; created.length >= firstCreated.length; created = dirname(created)) await syncDirectory(dirname(created));
  },
  readDirectory: async (path) => {
    const entries = await fsPromises.readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name).sort();
  },
  syncDirectory,
  freeSpace: async (path) => {
    const stats = await fsPromises.statfs(path);
    return { freeBytes: stats.bavail * stats.bsize, totalBytes: stats.blocks * stats.bsize };
  },
};
