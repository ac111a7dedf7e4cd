/**
 * Sizes and numbers of the storage format; docs/storage-format.md tells the same byte by byte. Every integer is little-endian.
 *
 *   superblock := header sector, seal sector, seal sector, record*
 *   record     := fixed header, key, payload CRCs, padding, payload, padding, footer      (each part aligned to 8 bytes)
 */
import { CHUNK_BYTES_MAX, KIB } from '../../../contract/units.ts';
import type { RecordKind } from './types.ts';

export const FORMAT_VERSION = 1;

/** A sector is written and torn as one by no promise of any disk, but it is the unit that alternates. */
export const SECTOR_BYTES = 4096;
export const DATA_START = 3 * SECTOR_BYTES;

/** Range reads verify whole blocks: small enough to make a short range cheap, large enough to keep the checksums at 0.006 %. */
export const BLOCK_BYTES = 64 * KIB;

export const RECORD_FIXED_BYTES = 96;
export const FOOTER_BYTES = 24;
export const SHA256_BYTES = 32;
export const KEY_BYTES_MAX = 300;
export const PAYLOAD_BYTES_MAX = CHUNK_BYTES_MAX;

/** Kinds as they are written. */
export const KIND_CHUNK = 1;
export const KIND_FRAGMENT = 2;
export const KIND_ACCEPTOR = 3;
export const KIND_TOMBSTONE = 4;
export const KIND_SEAL = 5;

const kindNumbers = { chunk: KIND_CHUNK, fragment: KIND_FRAGMENT, acceptor: KIND_ACCEPTOR } as const;
const kindNames: Record<number, RecordKind> = { [KIND_CHUNK]: 'chunk', [KIND_FRAGMENT]: 'fragment', [KIND_ACCEPTOR]: 'acceptor' };

export const kindNumberOf = (kind: RecordKind): number => kindNumbers[kind];
export const kindNameOf = (kindNumber: number): RecordKind | undefined => kindNames[kindNumber];

// Parts of a record stay far below 2^31, and these run a million times while a store opens: integer arithmetic instead of floats.
export const align8 = (bytes: number): number => (bytes + 7) & ~7;
export const blockCountOf = (payloadBytes: number): number => (payloadBytes + BLOCK_BYTES - 1) >>> 16;
export const headerBytesOf = (keyBytes: number, payloadBytes: number): number =>
  align8(RECORD_FIXED_BYTES + keyBytes + 4 * blockCountOf(payloadBytes));
export const recordBytesOf = (keyBytes: number, payloadBytes: number): number =>
  headerBytesOf(keyBytes, payloadBytes) + align8(payloadBytes) + FOOTER_BYTES;

/** The longest record that the format allows; a scan that has this much in its window can decide about any record. */
export const RECORD_BYTES_MAX = recordBytesOf(KEY_BYTES_MAX, PAYLOAD_BYTES_MAX);

const TWO_32 = 2 ** 32;

/** Offsets, sequences and groups stay far below 2^53, so a plain number holds a u64 exactly and costs no allocation. */
export const writeU64 = (into: Buffer, value: number, offset: number): void => {
  into.writeUInt32LE(value % TWO_32, offset);
  into.writeUInt32LE(Math.floor(value / TWO_32), offset + 4);
};
export const readU64 = (from: Buffer, offset: number): number => from.readUInt32LE(offset) + from.readUInt32LE(offset + 4) * TWO_32;

/** A Buffer over the same memory, for its integer readers. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const GENERATION_DIGITS = 8;
const SUPERBLOCK_NAME = /^([0-9]{8,})\.superblock$/;

export const superblockName = (generation: number): string => `${String(generation).padStart(GENERATION_DIGITS, '0')}.superblock`;
export const hintName = (generation: number): string => `${String(generation).padStart(GENERATION_DIGITS, '0')}.hint`;
/** A file under this suffix was never finished, and nothing that was acknowledged depends on it. */
export const UNFINISHED_SUFFIX = '.new';

export const parseSuperblockName = (name: string): number | undefined => {
  const match = SUPERBLOCK_NAME.exec(name);
  return match ? Number(match[1]) : undefined;
};
