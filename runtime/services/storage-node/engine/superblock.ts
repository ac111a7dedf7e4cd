/** One superblock file that is open, and the table of all of them. */
import type { Disk, DiskFile } from '../../../platform/disk/disk.ts';
import { randomHex } from '../../../platform/crypto.ts';
import { DATA_START, SECTOR_BYTES, UNFINISHED_SUFFIX, superblockName } from './layout.ts';
import { crcSeedOf, emptySeal, encodeHeaderSector, encodeSealSector, sealSectorOffset } from './superblock-header.ts';
import type { Seal, SuperblockIdentity } from './superblock-header.ts';
import { U32List } from './u32-list.ts';

/** A damaged stretch whose keys are unknown. */
export interface DamagedRegion {
  positionBytes: number;
  lengthBytes: number;
  reason: string;
}

export interface Superblock {
  /** Index in the table; what entries of the index point with. */
  slot: number;
  readonly identity: SuperblockIdentity;
  readonly crcSeed: number;
  readonly path: string;
  readonly file: DiskFile;
  /** Where the next group goes. Everything before it is on stable storage. */
  endBytes: number;
  /** End of the last group that holds data: after it there are seal records at most. */
  dataEndBytes: number;
  lastGroup: number;
  seal: Seal;
  /** Hash of the key of every record in the file, dead ones too: a tombstone must outlive all older copies of its key. */
  readonly keyHashes: U32List;
  damagedRegions: DamagedRegion[];
  /** What the hint on disk covers; 0 without one. */
  hintedBytes: number;
  /** True when quarantine or damage changed since the hint was written. */
  hintStale: boolean;
  /** Readers at work: the file stays open for them after its removal. */
  pinCount: number;
  isRemoved: boolean;
}

export const openedSuperblock = (fields: Pick<Superblock, 'identity' | 'path' | 'file' | 'endBytes' | 'seal'>): Superblock => ({
  ...fields,
  slot: -1,
  crcSeed: crcSeedOf(fields.identity),
  dataEndBytes: fields.endBytes,
  lastGroup: fields.seal.lastGroup,
  keyHashes: new U32List(),
  damagedRegions: [],
  hintedBytes: 0,
  hintStale: false,
  pinCount: 0,
  isRemoved: false,
});

/** Writes everything or throws. A short write without an error is one too: the disk broke its promise. */
export const writeFully = async (file: DiskFile, buffers: readonly Uint8Array[], position: number): Promise<void> => {
  const wantedBytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  const writtenBytes = await file.write(buffers, position);
  if (writtenBytes !== wantedBytes) throw new Error(`The disk took ${writtenBytes} of ${wantedBytes} bytes for ${file.path}.`);
};

export interface NewSuperblock {
  superblock: Superblock;
  /** Makes content, name and folder durable, in this order; before it a crash leaves only a file that the next start removes. */
  publish(): Promise<void>;
  discard(): Promise<void>;
}

/** Begins a superblock under an unfinished name, so that a file with the real name is always whole. */
export const createSuperblock = async (disk: Disk, dir: string, uuid: string, generation: number): Promise<NewSuperblock> => {
  const identity: SuperblockIdentity = { uuid, generation, salt: randomHex(8) };
  const path = `${dir}/${superblockName(generation)}`;
  const unfinishedPath = path + UNFINISHED_SUFFIX;
  const file = await disk.create(unfinishedPath);
  const discard = async (): Promise<void> => {
    await file.close();
    await disk.unlink(unfinishedPath).catch(() => {
      // The next start removes unfinished files; this one only gives the room back sooner.
    });
  };
  const superblock = openedSuperblock({ identity, path, file, endBytes: DATA_START, seal: emptySeal(1) });
  try {
    const sectors = [encodeHeaderSector(identity), encodeSealSector(identity, emptySeal(0)), encodeSealSector(identity, emptySeal(1))];
    await writeFully(file, sectors, 0);
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    superblock,
    publish: async () => {
      await file.sync();
      await disk.rename(unfinishedPath, path);
      await disk.syncDirectory(dir);
    },
    discard,
  };
};

/** Writes the next seal into its sector. It may say only what has been synced before; it counts after the next sync. */
export const writeSeal = async (superblock: Superblock, next: Omit<Seal, 'sealNumber'>): Promise<Seal> => {
  const seal = { ...next, sealNumber: superblock.seal.sealNumber + 1 };
  await writeFully(superblock.file, [encodeSealSector(superblock.identity, seal)], sealSectorOffset(seal.sealNumber));
  return seal;
};

/** Rewrites damaged sectors from what the sound ones say. */
export const healSectors = async (superblock: Superblock, damagedSectors: readonly number[]): Promise<void> => {
  for (const sector of damagedSectors) {
    if (sector === 0) {
      await writeFully(superblock.file, [encodeHeaderSector(superblock.identity)], 0);
      continue;
    }
    // The damaged sector becomes the older of the two, so the sound one stays in force until both are.
    const older = { ...superblock.seal, sealNumber: sector - 1 === superblock.seal.sealNumber % 2 ? superblock.seal.sealNumber : Math.max(0, superblock.seal.sealNumber - 1) };
    await writeFully(superblock.file, [encodeSealSector(superblock.identity, older)], sector * SECTOR_BYTES);
  }
  await superblock.file.sync();
};

/** Slots are reused, so that an index entry needs two bytes to name a file. */
const SLOTS_MAX = 0xffff;

export class SuperblockTable {
  readonly #slots: (Superblock | undefined)[] = [];
  #generationMax = 0;
  /** Grows when a superblock goes away: only then can tombstones elsewhere have become superfluous. */
  removalCount = 0;

  add(superblock: Superblock): void {
    const free = this.#slots.indexOf(undefined);
    superblock.slot = free === -1 ? this.#slots.length : free;
    if (superblock.slot >= SLOTS_MAX) throw new Error(`A store holds at most ${SLOTS_MAX} superblocks. Raise superblockBytes.`);
    this.#slots[superblock.slot] = superblock;
    this.noteGeneration(superblock.identity.generation);
  }

  remove(superblock: Superblock): void {
    superblock.isRemoved = true;
    this.#slots[superblock.slot] = undefined;
    this.removalCount++;
  }

  at(slot: number): Superblock {
    return this.#slots[slot]!;
  }

  /** In order of generation. */
  list(): Superblock[] {
    return this.#slots.filter((superblock) => superblock !== undefined).sort((a, b) => a.identity.generation - b.identity.generation);
  }

  /** Never hands out a number twice, also when its file was discarded. */
  nextGeneration(): number {
    return ++this.#generationMax;
  }

  noteGeneration(generation: number): void {
    this.#generationMax = Math.max(this.#generationMax, generation);
  }
}
