/**
 * One record, encoded and decoded. Offsets of the fixed header (96 bytes):
 *
 *    0  4  magic "VREC"                       48  4  index within the group
 *    4  4  CRC-32 of bytes 8–headerBytes      52  4  records in the group
 *    8  1  format version                     56 32  SHA-256 of the payload (zero without one)
 *    9  1  kind                               88  1  tombstone: kind of the deleted key; else the kind again
 *   10  2  key bytes                          89  7  0
 *   12  4  header bytes                       96  …  key, then one CRC-32 per 64 KiB of payload, then zeros
 *   16  4  payload bytes
 *   20  4  block bytes (65,536)             footer (24 bytes), after the payload and its padding:
 *   24  8  offset of this record              0  4  magic "VEND"
 *   32  8  sequence                           4  4  CRC-32 of the padding and of bytes 8–23
 *   40  8  group                              8  8  sequence
 *                                            16  8  group
 *
 * The header CRC starts from the file's identity and the footer's from the header CRC, so no part can be taken for another's.
 */
import { crc32 } from '../../../platform/checksum.ts';
import {
  BLOCK_BYTES, FOOTER_BYTES, FORMAT_VERSION, KEY_BYTES_MAX, KIND_CHUNK, KIND_SEAL, KIND_TOMBSTONE, PAYLOAD_BYTES_MAX, RECORD_FIXED_BYTES,
  align8, blockCountOf, headerBytesOf, readU64, recordBytesOf, writeU64,
} from './layout.ts';

const RECORD_MAGIC = 0x43455256; // "VREC"
const FOOTER_MAGIC = 0x444e4556; // "VEND"
const CRC_OFFSET = 4;
const COVERED_FROM = 8;
export const SHA256_OFFSET = 56;

/** What a record says, before it has a place. `blockCrcs` and `sha256` are made from the payload by whoever has it first. */
export interface RecordDraft {
  kind: number;
  /** Equals `kind` but for tombstones. */
  subjectKind: number;
  key: Buffer;
  sequence: number;
  payload: Uint8Array;
  blockCrcs: readonly number[];
  sha256: Uint8Array | undefined;
}

export interface RecordPlace {
  position: number;
  group: number;
  indexInGroup: number;
  recordsInGroup: number;
}

export interface RecordHeader extends RecordPlace {
  kind: number;
  subjectKind: number;
  keyBytes: number;
  headerBytes: number;
  payloadBytes: number;
  recordBytes: number;
  sequence: number;
  headerCrc: number;
}

export const blockCrcsOf = (payload: Uint8Array): number[] => {
  if (payload.length <= BLOCK_BYTES) return payload.length === 0 ? [] : [crc32(payload)];
  return Array.from({ length: blockCountOf(payload.length) }, (_, block) =>
    crc32(payload.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)),
  );
};

/** Writes the header at the start of `into` and returns its CRC. `into` must be zeroed and exactly as long as the header. */
export const encodeHeader = (into: Buffer, draft: RecordDraft, place: RecordPlace, crcSeed: number): number => {
  into.writeUInt32LE(RECORD_MAGIC, 0);
  into[8] = FORMAT_VERSION;
  into[9] = draft.kind;
  into.writeUInt16LE(draft.key.length, 10);
  into.writeUInt32LE(into.length, 12);
  into.writeUInt32LE(draft.payload.length, 16);
  into.writeUInt32LE(BLOCK_BYTES, 20);
  writeU64(into, place.position, 24);
  writeU64(into, draft.sequence, 32);
  writeU64(into, place.group, 40);
  into.writeUInt32LE(place.indexInGroup, 48);
  into.writeUInt32LE(place.recordsInGroup, 52);
  if (draft.sha256) into.set(draft.sha256, SHA256_OFFSET);
  into[88] = draft.subjectKind;
  into.set(draft.key, RECORD_FIXED_BYTES);
  const crcStart = RECORD_FIXED_BYTES + draft.key.length;
  for (let block = 0; block < draft.blockCrcs.length; block++) into.writeUInt32LE(draft.blockCrcs[block]!, crcStart + 4 * block);
  const crc = crc32(into.subarray(COVERED_FROM), crcSeed);
  into.writeUInt32LE(crc, CRC_OFFSET);
  return crc;
};

/** Writes padding and footer at the start of `into`, which must be zeroed and exactly as long as both. */
export const encodeFooter = (into: Buffer, sequence: number, group: number, headerCrc: number): void => {
  const start = into.length - FOOTER_BYTES;
  into.writeUInt32LE(FOOTER_MAGIC, start);
  writeU64(into, sequence, start + 8);
  writeU64(into, group, start + 16);
  into.writeUInt32LE(footerCrc(into, headerCrc), start + 4);
};

const footerCrc = (paddingAndFooter: Buffer, headerCrc: number): number => {
  const start = paddingAndFooter.length - FOOTER_BYTES;
  return crc32(paddingAndFooter.subarray(start + 8), crc32(paddingAndFooter.subarray(0, start), headerCrc));
};

/** Bytes from the end of the payload to the end of the record. */
export const tailBytesOf = (payloadBytes: number): number => align8(payloadBytes) - payloadBytes + FOOTER_BYTES;

/** The header at `offset` of a window onto the file, or undefined when none is there. The window must hold all of it. */
export const decodeHeader = (window: Buffer, offset: number, position: number, crcSeed: number): RecordHeader | undefined => {
  if (offset + RECORD_FIXED_BYTES > window.length || window.readUInt32LE(offset) !== RECORD_MAGIC) return undefined;
  const kind = window[offset + 9]!;
  const keyBytes = window.readUInt16LE(offset + 10);
  const headerBytes = window.readUInt32LE(offset + 12);
  const payloadBytes = window.readUInt32LE(offset + 16);
  // Lengths are checked before they are used: until the CRC has been compared they may be anything.
  if (keyBytes > KEY_BYTES_MAX || payloadBytes > PAYLOAD_BYTES_MAX || headerBytes !== headerBytesOf(keyBytes, payloadBytes)) return undefined;
  if (offset + headerBytes > window.length) return undefined;
  const headerCrc = window.readUInt32LE(offset + CRC_OFFSET);
  if (headerCrc !== crc32(window.subarray(offset + COVERED_FROM, offset + headerBytes), crcSeed)) return undefined;
  if (readU64(window, offset + 24) !== position || window[offset + 8] !== FORMAT_VERSION) return undefined;
  if (kind < KIND_CHUNK || kind > KIND_SEAL || window.readUInt32LE(offset + 20) !== BLOCK_BYTES) return undefined;
  return {
    kind,
    subjectKind: window[offset + 88]!,
    keyBytes,
    headerBytes,
    payloadBytes,
    recordBytes: recordBytesOf(keyBytes, payloadBytes),
    sequence: readU64(window, offset + 32),
    group: readU64(window, offset + 40),
    indexInGroup: window.readUInt32LE(offset + 48),
    recordsInGroup: window.readUInt32LE(offset + 52),
    position,
    headerCrc,
  };
};

export const isFooterSound = (paddingAndFooter: Buffer, header: Pick<RecordHeader, 'headerCrc' | 'sequence' | 'group'>): boolean => {
  const start = paddingAndFooter.length - FOOTER_BYTES;
  return (
    paddingAndFooter.readUInt32LE(start) === FOOTER_MAGIC &&
    paddingAndFooter.readUInt32LE(start + 4) === footerCrc(paddingAndFooter, header.headerCrc) &&
    readU64(paddingAndFooter, start + 8) === header.sequence &&
    readU64(paddingAndFooter, start + 16) === header.group
  );
};

/** CRC of one 64 KiB block as the header at `offset` tells it. */
export const blockCrcAt = (window: Buffer, offset: number, keyBytes: number, block: number): number =>
  window.readUInt32LE(offset + RECORD_FIXED_BYTES + keyBytes + 4 * block);

/** Why a record that lies wholly in the window is damaged; undefined when it is sound. */
export const findRecordDamage = (window: Buffer, offset: number, header: RecordHeader): string | undefined => {
  const payloadStart = offset + header.headerBytes;
  const payloadEnd = payloadStart + header.payloadBytes;
  for (let block = 0, start = payloadStart; start < payloadEnd; block++, start += BLOCK_BYTES) {
    const crc = crc32(window.subarray(start, Math.min(start + BLOCK_BYTES, payloadEnd)));
    if (crc !== blockCrcAt(window, offset, header.keyBytes, block)) return `the CRC of payload block ${block} does not match`;
  }
  return isFooterSound(window.subarray(payloadEnd, offset + header.recordBytes), header) ? undefined : 'the commit footer is damaged';
};

export const isTombstone = (kind: number): boolean => kind === KIND_TOMBSTONE;
