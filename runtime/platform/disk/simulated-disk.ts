/**
 * A disk in memory that forgets what was not synced. `cutPower` ends every open file; `restorePower` brings back what a real disk might
 * have kept: any mix of unsynced sectors, and any number of the unsynced directory changes in their order.
 */
import type { Random } from '../random.ts';
import type { Disk, DiskFile } from './disk.ts';
import { SimulatedFileData } from './simulated-file.ts';

export interface SimulatedDisk extends Disk {
  /** From now on every call fails, also on files that are open. */
  cutPower(): void;
  restorePower(random: Random): void;
  /** What a failed fsync may do: the unsynced changes of this file never reach the disk. */
  loseUnsynced(path: string): void;
  /** Flips bits of a stored byte, beneath the cache. */
  rot(path: string, position: number, mask?: number): void;
  /** The whole content as programs see it. */
  peek(path: string): Uint8Array;
  /** Every path, sorted. */
  paths(): string[];
}

export interface SimulatedDiskOptions {
  /** Writes beyond this fail with ENOSPC. @default 16 GiB */
  capacityBytes?: number;
  /** How long a sync takes before it has any effect; what happens meanwhile may come between. @default no time */
  syncDelay?: () => Promise<void>;
}

type NameChange = { name: string; data: SimulatedFileData | undefined };
interface Folder {
  names: Map<string, SimulatedFileData>;
  durable: Map<string, SimulatedFileData>;
  unsynced: NameChange[][];
}

const CAPACITY_BYTES_DEFAULT = 16 * 1024 ** 3;

const systemError = (code: string, operation: string, path: string): Error =>
  Object.assign(new Error(`${code}: simulated disk, ${operation} '${path}'`), { code });

const split = (path: string): { folderPath: string; name: string } => {
  const slash = path.lastIndexOf('/');
  return { folderPath: path.slice(0, slash), name: path.slice(slash + 1) };
};

const applyTo = (names: Map<string, SimulatedFileData>, changes: readonly NameChange[]): void => {
  for (const { name, data } of changes) {
    if (data) names.set(name, data);
    else names.delete(name);
  }
};

export const createSimulatedDisk = (options: SimulatedDiskOptions = {}): SimulatedDisk => {
  const capacityBytes = options.capacityBytes ?? CAPACITY_BYTES_DEFAULT;
  const folders = new Map<string, Folder>();
  let powerOn = true;
  let bootCount = 0;

  const folderOf = (path: string, operation: string): Folder => {
    const folder = folders.get(path);
    if (!folder) throw systemError('ENOENT', operation, path);
    return folder;
  };
  const find = (path: string, operation: string): SimulatedFileData => {
    const { folderPath, name } = split(path);
    const data = folderOf(folderPath, operation).names.get(name);
    if (!data) throw systemError('ENOENT', operation, path);
    return data;
  };
  const changeNames = (folder: Folder, changes: NameChange[]): void => {
    applyTo(folder.names, changes);
    folder.unsynced.push(changes);
  };
  const usedBytes = (): number => {
    const all = new Set([...folders.values()].flatMap((folder) => [...folder.names.values()]));
    return [...all].reduce((sum, data) => sum + data.sizeBytes, 0);
  };
  /** Real calls never complete at once, and callers must not come to rely on it. */
  const enter = async (operation: string, path: string, boot = bootCount): Promise<void> => {
    await Promise.resolve();
    if (!powerOn || boot !== bootCount) throw systemError('EIO', operation, path);
  };

  const openFile = (path: string, data: SimulatedFileData, writable: boolean): DiskFile => {
    const boot = bootCount;
    let open = true;
    const use = async (operation: string): Promise<void> => {
      await enter(operation, path, boot);
      if (!open) throw systemError('EBADF', operation, path);
    };
    return {
      path,
      read: async (buffers, position) => {
        await use('read');
        let total = 0;
        for (const buffer of buffers) total += data.read(buffer, position + total);
        return total;
      },
      write: async (buffers, position) => {
        // The bytes count as handed over even when the power goes while the call is under way.
        if (!powerOn || boot !== bootCount) throw systemError('EIO', 'write', path);
        if (!writable) throw systemError('EBADF', 'write', path);
        const bytes = Buffer.concat(buffers);
        const grownBytes = Math.max(0, position + bytes.length - data.sizeBytes);
        if (grownBytes > 0 && usedBytes() + grownBytes > capacityBytes) throw systemError('ENOSPC', 'write', path);
        data.change({ kind: 'write', position, bytes });
        await use('write');
        return bytes.length;
      },
      sync: async () => {
        await use('sync');
        const covered = data.changeCount;
        await options.syncDelay?.();
        await use('sync');
        data.sync(covered);
      },
      truncate: async (sizeBytes) => {
        await use('truncate');
        data.change({ kind: 'truncate', sizeBytes });
      },
      sizeBytes: async () => {
        await use('sizeBytes');
        return data.sizeBytes;
      },
      close: async () => {
        open = false;
      },
    };
  };

  return {
    open: async (path, mode) => {
      await enter('open', path);
      return openFile(path, find(path, 'open'), mode === 'readWrite');
    },
    create: async (path) => {
      await enter('create', path);
      const { folderPath, name } = split(path);
      const folder = folderOf(folderPath, 'create');
      if (folder.names.has(name)) throw systemError('EEXIST', 'create', path);
      const data = new SimulatedFileData();
      changeNames(folder, [{ name, data }]);
      return openFile(path, data, true);
    },
    rename: async (from, to) => {
      await enter('rename', from);
      const data = find(from, 'rename');
      const source = split(from);
      const target = split(to);
      if (source.folderPath !== target.folderPath) throw systemError('EXDEV', 'rename', from);
      changeNames(folderOf(source.folderPath, 'rename'), [{ name: source.name, data: undefined }, { name: target.name, data }]);
    },
    unlink: async (path) => {
      await enter('unlink', path);
      find(path, 'unlink');
      const { folderPath, name } = split(path);
      changeNames(folderOf(folderPath, 'unlink'), [{ name, data: undefined }]);
    },
    makeDirectory: async (path) => {
      await enter('makeDirectory', path);
      if (!folders.has(path)) folders.set(path, { names: new Map(), durable: new Map(), unsynced: [] });
    },
    readDirectory: async (path) => {
      await enter('readDirectory', path);
      return [...folderOf(path, 'readDirectory').names.keys()].sort();
    },
    syncDirectory: async (path) => {
      await enter('syncDirectory', path);
      const folder = folderOf(path, 'syncDirectory');
      for (const changes of folder.unsynced) applyTo(folder.durable, changes);
      folder.unsynced = [];
    },
    freeSpace: async (path) => {
      await enter('freeSpace', path);
      return { freeBytes: Math.max(0, capacityBytes - usedBytes()), totalBytes: capacityBytes };
    },
    cutPower: () => {
      powerOn = false;
    },
    restorePower: (random) => {
      for (const folder of folders.values()) {
        const kept = Math.floor(random() * (folder.unsynced.length + 1));
        for (const changes of folder.unsynced.slice(0, kept)) applyTo(folder.durable, changes);
        folder.unsynced = [];
        folder.names = new Map(folder.durable);
        for (const data of new Set(folder.names.values())) if (data.isAheadOfDisk) data.cutPower(random);
      }
      bootCount++;
      powerOn = true;
    },
    loseUnsynced: (path) => find(path, 'loseUnsynced').loseUnsynced(),
    rot: (path, position, mask = 1) => find(path, 'rot').rot(position, (byte) => byte ^ mask),
    peek: (path) => {
      const data = find(path, 'peek');
      const bytes = new Uint8Array(data.sizeBytes);
      data.read(bytes, 0);
      return bytes;
    },
    paths: () => [...folders].flatMap(([path, folder]) => [...folder.names.keys()].map((name) => `${path}/${name}`)).sort(),
  };
};
