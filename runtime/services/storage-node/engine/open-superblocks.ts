/** Finds the superblocks of a folder and reads who they are. */
import { VStackError } from '../../../contract/errors.ts';
import type { Disk } from '../../../platform/disk/disk.ts';
import { DATA_START, FORMAT_VERSION, parseSuperblockName } from './layout.ts';
import type { LostSuperblock } from './quarantine.ts';
import { decodeSectors, emptySeal } from './superblock-header.ts';
import { openedSuperblock } from './superblock.ts';
import type { Superblock } from './superblock.ts';
import type { StoreEvent } from './types.ts';

export interface OpenedSuperblock {
  superblock: Superblock;
  sizeBytes: number;
  damagedSectors: readonly number[];
}

export interface FoundSuperblocks {
  /** In order of generation; all of one store. */
  opened: OpenedSuperblock[];
  lost: LostSuperblock[];
  /** The highest number in any name, so that none is used twice. */
  generationMax: number;
}

/** Refuses files of a newer format. Files of another store are left alone and reported: the oldest superblock says which store this is. */
export const openSuperblocks = async (disk: Disk, dir: string, names: readonly string[], emit: (event: StoreEvent) => void): Promise<FoundSuperblocks> => {
  const generations = names.map(parseSuperblockName).filter((generation) => generation !== undefined);
  const found: FoundSuperblocks = { opened: [], lost: [], generationMax: Math.max(0, ...generations) };
  try {
    for (const name of names) {
      const generation = parseSuperblockName(name);
      if (generation !== undefined) await openOne(disk, `${dir}/${name}`, generation, found, emit);
    }
    found.opened.sort((a, b) => a.superblock.identity.generation - b.superblock.identity.generation);
    return found;
  } catch (error) {
    await closeAll(found);
    throw error;
  }
};

export const closeAll = async (found: FoundSuperblocks): Promise<void> => {
  for (const { superblock } of found.opened) await superblock.file.close();
};

const openOne = async (disk: Disk, path: string, generation: number, found: FoundSuperblocks, emit: (event: StoreEvent) => void): Promise<void> => {
  const file = await disk.open(path, 'readWrite');
  let isKept = false;
  try {
    const sizeBytes = await file.sizeBytes();
    const sectors = Buffer.alloc(DATA_START);
    await file.read([sectors], 0);
    const decoded = decodeSectors(sectors);
    if (!decoded) {
      found.lost.push({ superblockId: generation, lengthBytes: sizeBytes });
      return;
    }
    if (decoded.version > FORMAT_VERSION) {
      throw new VStackError('not_supported', `${path} has format version ${decoded.version}; this program knows up to ${FORMAT_VERSION}. Use a newer one.`);
    }
    const uuid = found.opened[0]?.superblock.identity.uuid ?? decoded.identity.uuid;
    if (decoded.identity.uuid !== uuid || decoded.identity.generation !== generation) {
      const reason = `it belongs to store ${decoded.identity.uuid} as number ${decoded.identity.generation}, this is store ${uuid}`;
      emit({ kind: 'foreign-superblock', path, reason });
      return;
    }
    const seal = decoded.seal ?? emptySeal(1);
    const superblock = openedSuperblock({ identity: decoded.identity, path, file, endBytes: sizeBytes, seal });
    found.opened.push({ superblock, sizeBytes, damagedSectors: decoded.damagedSectors });
    isKept = true;
  } finally {
    if (!isKept) await file.close();
  }
};
