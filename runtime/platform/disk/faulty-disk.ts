/**
 * A disk that fails on purpose, around any other disk: tests fail call number n, chaos slows or breaks the disk of a running node.
 */
import type { Clock } from '../clock.ts';
import { sleep } from '../clock.ts';
import type { Disk, DiskFile } from './disk.ts';

export type DiskOperation =
  | 'open' | 'create' | 'rename' | 'unlink' | 'makeDirectory' | 'readDirectory' | 'syncDirectory' | 'freeSpace'
  | 'read' | 'write' | 'sync' | 'truncate' | 'sizeBytes';

export interface DiskCall {
  /** 0, 1, 2, … over all calls since the disk was made. Closing a file is not counted: it cannot lose anything. */
  index: number;
  operation: DiskOperation;
  path: string;
  /** Where a read or write begins. */
  position?: number;
}

export type Fault =
  /** The call does nothing and throws. */
  | { kind: 'error'; code: 'EIO' | 'ENOSPC' }
  /** A write stores only this share of its bytes, then throws. */
  | { kind: 'torn'; share: number; code: 'EIO' | 'ENOSPC' }
  /** A write stores only this share and returns as if the disk took no more. */
  | { kind: 'short'; share: number }
  /** One bit of what is read or written changes. */
  | { kind: 'flip'; bitIndex: number }
  | { kind: 'slow'; delayMs: number }
  /** A sync throws, and what it should have saved may be gone (`onSyncLost` tells the disk beneath). */
  | { kind: 'syncLost' };

export interface FaultyDiskOptions {
  /** Asked before every call; undefined lets it pass. */
  decide: (call: DiskCall) => Fault | undefined;
  /** Needed for slow faults. */
  clock?: Clock;
  onSyncLost?: (path: string) => void;
}

const failure = (code: string, operation: string, path: string): Error =>
  Object.assign(new Error(`${code}: injected fault, ${operation} '${path}'`), { code });

const sizeOf = (buffers: readonly Uint8Array[]): number => buffers.reduce((sum, buffer) => sum + buffer.length, 0);

const firstBytes = (buffers: readonly Uint8Array[], share: number): Uint8Array => {
  const all = Buffer.concat(buffers);
  return all.subarray(0, Math.floor(all.length * share));
};

const flipBit = (buffers: readonly Uint8Array[], bitIndex: number): void => {
  const totalBytes = sizeOf(buffers);
  if (totalBytes === 0) return;
  let byteIndex = Math.floor(bitIndex / 8) % totalBytes;
  for (const buffer of buffers) {
    if (byteIndex < buffer.length) {
      buffer[byteIndex]! ^= 1 << (bitIndex % 8);
      return;
    }
    byteIndex -= buffer.length;
  }
};

export const createFaultyDisk = (inner: Disk, options: FaultyDiskOptions): Disk & { callCount(): number } => {
  let callCount = 0;

  /** Runs what every operation has in common; returns the fault when it is one that only reads, writes or syncs can show. */
  const enter = async (operation: DiskOperation, path: string, position?: number): Promise<Fault | undefined> => {
    const fault = options.decide({ index: callCount++, operation, path, position });
    if (fault?.kind === 'error') throw failure(fault.code, operation, path);
    if (fault?.kind === 'slow' && options.clock) await sleep(options.clock, fault.delayMs);
    return fault;
  };

  const wrap = (file: DiskFile): DiskFile => ({
    path: file.path,
    read: async (buffers, position) => {
      const fault = await enter('read', file.path, position);
      const bytesRead = await file.read(buffers, position);
      if (fault?.kind === 'flip') flipBit(buffers, fault.bitIndex);
      return bytesRead;
    },
    write: async (buffers, position) => {
      const fault = await enter('write', file.path, position);
      if (fault?.kind === 'torn') {
        await file.write([firstBytes(buffers, fault.share)], position);
        throw failure(fault.code, 'write', file.path);
      }
      if (fault?.kind === 'short') return file.write([firstBytes(buffers, fault.share)], position);
      if (fault?.kind !== 'flip') return file.write(buffers, position);
      const copy = Buffer.concat(buffers);
      flipBit([copy], fault.bitIndex);
      return file.write([copy], position);
    },
    sync: async () => {
      const fault = await enter('sync', file.path);
      if (fault?.kind === 'syncLost') {
        options.onSyncLost?.(file.path);
        throw failure('EIO', 'sync', file.path);
      }
      await file.sync();
    },
    truncate: async (sizeBytes) => {
      await enter('truncate', file.path);
      await file.truncate(sizeBytes);
    },
    sizeBytes: async () => {
      await enter('sizeBytes', file.path);
      return file.sizeBytes();
    },
    close: () => file.close(),
  });

  const guard = async <T>(operation: DiskOperation, path: string, call: () => Promise<T>): Promise<T> => {
    await enter(operation, path);
    return call();
  };

  return {
    callCount: () => callCount,
    open: async (path, mode) => wrap(await guard('open', path, () => inner.open(path, mode))),
    create: async (path) => wrap(await guard('create', path, () => inner.create(path))),
    rename: (from, to) => guard('rename', from, () => inner.rename(from, to)),
    unlink: (path) => guard('unlink', path, () => inner.unlink(path)),
    makeDirectory: (path) => guard('makeDirectory', path, () => inner.makeDirectory(path)),
    readDirectory: (path) => guard('readDirectory', path, () => inner.readDirectory(path)),
    syncDirectory: (path) => guard('syncDirectory', path, () => inner.syncDirectory(path)),
    freeSpace: (path) => guard('freeSpace', path, () => inner.freeSpace(path)),
  };
};
