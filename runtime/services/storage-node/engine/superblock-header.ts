/**
 * The first three sectors of a superblock. Sector 0 never changes. Seal number n is written to sector 1 + n % 2, so a torn write of one
 * seal leaves the one before it whole. Each sector repeats the identity, so any one of them is enough to read the file.
 *
 *   offset  width  header sector            seal sector
 *        0      8  "VSTACKSB"               "VSTKSEAL"
 *        8      4  CRC-32 of bytes 12–4095  the same
 *       12      4  format version           the same
 *       16     16  store UUID               the same
 *       32      8  generation               the same
 *       40      8  salt                     the same
 *       48      8  0                        seal number
 *       56      8  0                        sealedUpTo, a file offset
 *       64      8  0                        last group before sealedUpTo
 *       72      8  0                        next sequence
 */
import { crc32 } from '../../../platform/checksum.ts';
import { DATA_START, FORMAT_VERSION, SECTOR_BYTES, readU64, writeU64 } from './layout.ts';

const HEADER_MAGIC = 'VSTACKSB';
const SEAL_MAGIC = 'VSTKSEAL';
const CRC_OFFSET = 8;
const COVERED_FROM = 12;

/** `salt` is random per file: a record copied from anywhere else, even from a deleted file of the same number, fails its CRC here. */
export interface SuperblockIdentity {
  uuid: string;
  generation: number;
  /** 16 hex digits. */
  salt: string;
}

export interface Seal {
  sealNumber: number;
  /** Everything before this offset was on stable storage when the seal was written. */
  sealedUpTo: number;
  lastGroup: number;
  nextSequence: number;
}

const encodeSector = (magic: string, identity: SuperblockIdentity, fill: (sector: Buffer) => void): Buffer => {
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.write(magic, 0, 'latin1');
  sector.writeUInt32LE(FORMAT_VERSION, 12);
  sector.write(identity.uuid, 16, 'hex');
  writeU64(sector, identity.generation, 32);
  sector.write(identity.salt, 40, 'hex');
  fill(sector);
  sector.writeUInt32LE(crc32(sector.subarray(COVERED_FROM)), CRC_OFFSET);
  return sector;
};

export const encodeHeaderSector = (identity: SuperblockIdentity): Buffer => encodeSector(HEADER_MAGIC, identity, () => undefined);

export const encodeSealSector = (identity: SuperblockIdentity, seal: Seal): Buffer =>
  encodeSector(SEAL_MAGIC, identity, (sector) => {
    writeU64(sector, seal.sealNumber, 48);
    writeU64(sector, seal.sealedUpTo, 56);
    writeU64(sector, seal.lastGroup, 64);
    writeU64(sector, seal.nextSequence, 72);
  });

export const sealSectorOffset = (sealNumber: number): number => SECTOR_BYTES * (1 + (sealNumber % 2));

export const emptySeal = (sealNumber: number): Seal => ({ sealNumber, sealedUpTo: DATA_START, lastGroup: 0, nextSequence: 1 });

const isSound = (sector: Buffer, magic: string): boolean =>
  sector.length === SECTOR_BYTES &&
  sector.toString('latin1', 0, 8) === magic &&
  sector.readUInt32LE(CRC_OFFSET) === crc32(sector.subarray(COVERED_FROM));

const identityOf = (sector: Buffer): SuperblockIdentity => ({
  uuid: sector.toString('hex', 16, 32),
  generation: readU64(sector, 32),
  salt: sector.toString('hex', 40, 48),
});

export interface DecodedSectors {
  identity: SuperblockIdentity;
  version: number;
  /** The newest sound seal. Undefined when both are damaged: then nothing counts as sealed but what a hint or a later group proves. */
  seal: Seal | undefined;
  /** Which sectors failed: 0 the header, 1 and 2 the seals. They can be written anew from what is known. */
  damagedSectors: number[];
}

/** Undefined when no sector is sound. */
export const decodeSectors = (sectors: Buffer): DecodedSectors | undefined => {
  const parts = [0, 1, 2].map((index) => sectors.subarray(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES));
  const sound = parts.map((part, index) => isSound(part, index === 0 ? HEADER_MAGIC : SEAL_MAGIC));
  const anySound = parts.find((_, index) => sound[index]);
  if (!anySound) return undefined;
  const seals = parts
    .filter((_, index) => index > 0 && sound[index])
    .map((part) => ({
      sealNumber: readU64(part, 48),
      sealedUpTo: readU64(part, 56),
      lastGroup: readU64(part, 64),
      nextSequence: readU64(part, 72),
    }))
    .sort((a, b) => b.sealNumber - a.sealNumber);
  return {
    identity: identityOf(anySound),
    version: anySound.readUInt32LE(12),
    seal: seals[0],
    damagedSectors: [0, 1, 2].filter((index) => !sound[index]),
  };
};

/** Start value of every record's header CRC in this file. */
export const crcSeedOf = (identity: SuperblockIdentity): number => {
  const bytes = Buffer.alloc(32);
  bytes.write(identity.uuid, 0, 'hex');
  writeU64(bytes, identity.generation, 16);
  bytes.write(identity.salt, 24, 'hex');
  return crc32(bytes);
};
