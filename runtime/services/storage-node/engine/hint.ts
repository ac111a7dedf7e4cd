/**
 * A hint saves the start from reading a superblock: it lists what the index knew of it, up to `coveredBytes`. It is a cache: when it is
 * missing, damaged or of another file, the superblock itself is scanned.
 *
 *   header (128 bytes)                       slice header (16 bytes)          row (64 bytes + key, to a multiple of 8)
 *    0  8  "VSTKHINT"                         0  4  CRC-32 of what follows     0  8  sequence (float64)
 *    8  4  CRC-32 of bytes 12–127             4  4  kind of slice              8  4  key hash
 *   12  4  format version                     8  4  body bytes                12  4  position / 8
 *   16 24  UUID, generation                  12  4  rows                      16  4  payload bytes
 *   40  8  salt                                                               20  2  key bytes
 *   48  8  coveredBytes                      slices: rows, key hashes (u32    22  1  flags
 *   56  8  last group                        each), damaged regions (JSON)    23  1  0
 *   64  8  next sequence                                                      24 32  SHA-256
 *   72  8  length of this file                                                56  …  key
 *   80  4  slices                             Rows are sorted by the top byte of their hash, so that loading them
 *   84  4  rows                               fills one shard of the hash table after another, within the CPU's cache.
 */
import { z } from 'zod';
import { crc32 } from '../../../platform/checksum.ts';
import type { Disk, DiskFile } from '../../../platform/disk/disk.ts';
import { FORMAT_VERSION, UNFINISHED_SUFFIX, align8, hintName, readU64, writeU64 } from './layout.ts';
import { SHARD_COUNT, shardOf } from './hash-shards.ts';
import type { RecordIndex } from './record-index.ts';
import type { SuperblockIdentity } from './superblock-header.ts';
import type { DamagedRegion, Superblock } from './superblock.ts';
import { writeFully } from './superblock.ts';

const MAGIC = 'VSTKHINT';
const HEADER_BYTES = 128;
const SLICE_HEADER_BYTES = 16;
const ROW_FIXED_BYTES = 56;
const SLICE_ROWS = 1;
const SLICE_HASHES = 2;
const SLICE_DAMAGE = 3;
/** Rows of one slice: small enough to be built between two requests. */
const ROWS_PER_SLICE = 4096;
const HASHES_PER_SLICE = 65_536;
const ENTRIES_PER_BREATH = 65_536;
/** Holds the largest slice: 4096 rows with the longest keys are 1.5 MB, and damage lists are short. */
const READ_BYTES = 4 * 1024 * 1024;

const DamagedRegions = z.array(z.object({ positionBytes: z.number(), lengthBytes: z.number(), reason: z.string() }));

const rowBytesOf = (keyBytes: number): number => align8(ROW_FIXED_BYTES + keyBytes);

const encodeSlice = (kind: number, rows: number, body: Buffer): Buffer => {
  const slice = Buffer.allocUnsafe(SLICE_HEADER_BYTES + body.length);
  slice.writeUInt32LE(kind, 4);
  slice.writeUInt32LE(body.length, 8);
  slice.writeUInt32LE(rows, 12);
  slice.set(body, SLICE_HEADER_BYTES);
  slice.writeUInt32LE(crc32(slice.subarray(4)), 0);
  return slice;
};

const encodeRows = (index: RecordIndex, ids: readonly number[]): Buffer => {
  const { entries } = index;
  const body = Buffer.alloc(ids.reduce((sum, id) => sum + rowBytesOf(entries.keyBytes(id)), 0));
  let at = 0;
  for (const id of ids) {
    body.writeDoubleLE(entries.sequence(id), at);
    body.writeUInt32LE(entries.hash(id), at + 8);
    body.writeUInt32LE(entries.position(id) / 8, at + 12);
    body.writeUInt32LE(entries.payloadBytes(id), at + 16);
    body.writeUInt16LE(entries.keyBytes(id), at + 20);
    body[at + 22] = entries.flags(id);
    body.set(entries.sha256(id), at + 24);
    body.set(index.keyOf(id), at + ROW_FIXED_BYTES);
    at += rowBytesOf(entries.keyBytes(id));
  }
  return body;
};

/** Writes the hint of a superblock up to what is sealed. Yields between slices; the index may change meanwhile, as every row stays true. */
export const writeHint = async (
  disk: Disk, dir: string, index: RecordIndex, superblock: Superblock, nextSequence: number, breathe: () => Promise<void>,
): Promise<void> => {
  const { sealedUpTo: coveredBytes, lastGroup } = superblock.seal;
  const damage = [...superblock.damagedRegions];
  const hashes = superblock.keyHashes.items().slice();
  const path = `${dir}/${hintName(superblock.identity.generation)}`;
  const file = await createAfresh(disk, path + UNFINISHED_SUFFIX);
  try {
    let at = HEADER_BYTES;
    let sliceCount = 0;
    const append = async (slice: Buffer): Promise<void> => {
      await writeFully(file, [slice], at);
      at += slice.length;
      sliceCount++;
      await breathe();
    };
    let rowCount = 0;
    const ids = (await entriesByShard(index, superblock, coveredBytes, breathe)).flat();
    for (let start = 0; start < ids.length; start += ROWS_PER_SLICE) {
      // Entries that were deleted or replaced since they were listed belong elsewhere now.
      const current = ids.slice(start, start + ROWS_PER_SLICE).filter((id) => isCovered(index, id, superblock, coveredBytes));
      rowCount += current.length;
      await append(encodeSlice(SLICE_ROWS, current.length, encodeRows(index, current)));
    }
    for (let start = 0; start < hashes.length; start += HASHES_PER_SLICE) {
      const part = hashes.slice(start, start + HASHES_PER_SLICE);
      await append(encodeSlice(SLICE_HASHES, part.length, Buffer.from(part.buffer)));
    }
    if (damage.length > 0) await append(encodeSlice(SLICE_DAMAGE, damage.length, Buffer.from(JSON.stringify(damage))));
    await writeFully(file, [encodeHeader(superblock.identity, { coveredBytes, lastGroup, nextSequence, fileBytes: at, sliceCount, rowCount })], 0);
    await file.sync();
  } catch (error) {
    await disk.unlink(path + UNFINISHED_SUFFIX).catch(() => {
      // The next attempt, or the next start, removes it.
    });
    throw error;
  } finally {
    await file.close();
  }
  await disk.rename(path + UNFINISHED_SUFFIX, path);
  await disk.syncDirectory(dir);
  superblock.hintedBytes = coveredBytes;
  superblock.hintStale = false;
};

const isCovered = ({ entries }: RecordIndex, id: number, superblock: Superblock, coveredBytes: number): boolean =>
  entries.flags(id) !== 0 && entries.slot(id) === superblock.slot && entries.position(id) < coveredBytes;

const entriesByShard = async (index: RecordIndex, superblock: Superblock, coveredBytes: number, breathe: () => Promise<void>): Promise<number[][]> => {
  const shards: number[][] = Array.from({ length: SHARD_COUNT }, () => []);
  for (let id = 0; id < index.entries.end; id++) {
    if (isCovered(index, id, superblock, coveredBytes)) shards[shardOf(index.entries.hash(id))]!.push(id);
    if (id % ENTRIES_PER_BREATH === ENTRIES_PER_BREATH - 1) await breathe();
  }
  return shards;
};

/** An attempt that failed halfway may have left its file. */
const createAfresh = async (disk: Disk, path: string): Promise<DiskFile> => {
  await disk.unlink(path).catch(() => {
    // Usually there is none.
  });
  return disk.create(path);
};

interface HintHeader {
  coveredBytes: number;
  lastGroup: number;
  nextSequence: number;
  fileBytes: number;
  sliceCount: number;
  rowCount: number;
}

const encodeHeader = (identity: SuperblockIdentity, header: HintHeader): Buffer => {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(FORMAT_VERSION, 12);
  bytes.write(identity.uuid, 16, 'hex');
  writeU64(bytes, identity.generation, 32);
  bytes.write(identity.salt, 40, 'hex');
  writeU64(bytes, header.coveredBytes, 48);
  writeU64(bytes, header.lastGroup, 56);
  writeU64(bytes, header.nextSequence, 64);
  writeU64(bytes, header.fileBytes, 72);
  bytes.writeUInt32LE(header.sliceCount, 80);
  bytes.writeUInt32LE(header.rowCount, 84);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
};

const decodeHeader = (bytes: Buffer, identity: SuperblockIdentity): HintHeader => {
  const isSound = bytes.toString('latin1', 0, 8) === MAGIC && bytes.readUInt32LE(8) === crc32(bytes.subarray(12));
  if (!isSound) throw new HintUnusable('its header is damaged');
  if (bytes.readUInt32LE(12) !== FORMAT_VERSION) throw new HintUnusable(`it has version ${bytes.readUInt32LE(12)}`);
  const isOurs =
    bytes.toString('hex', 16, 32) === identity.uuid && readU64(bytes, 32) === identity.generation && bytes.toString('hex', 40, 48) === identity.salt;
  if (!isOurs) throw new HintUnusable('it belongs to another superblock');
  return {
    coveredBytes: readU64(bytes, 48),
    lastGroup: readU64(bytes, 56),
    nextSequence: readU64(bytes, 64),
    fileBytes: readU64(bytes, 72),
    sliceCount: bytes.readUInt32LE(80),
    rowCount: bytes.readUInt32LE(84),
  };
};

/** The hint cannot be used; the message says why. */
export class HintUnusable extends Error {}

/**
 * Loads a hint into the index. Throws HintUnusable, or the disk's error; what was loaded until then is true and may stay.
 * `onQuarantined` is told of entries that were known to be damaged.
 */
export const loadHint = async (
  file: DiskFile, index: RecordIndex, superblock: Superblock, superblockBytes: number, onQuarantined: (id: number) => void,
): Promise<{ lastGroup: number; nextSequence: number }> => {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  if ((await file.read([bytes], 0)) !== HEADER_BYTES) throw new HintUnusable('it is too short');
  const header = decodeHeader(bytes, superblock.identity);
  if (header.coveredBytes > superblockBytes) throw new HintUnusable('it covers more than the superblock holds');
  if (header.fileBytes !== (await file.sizeBytes())) throw new HintUnusable('its length is wrong');
  index.reserve(header.rowCount);
  const damagedRegions: DamagedRegion[] = [];
  for await (const { kind, rows, body } of readSlices(file, header)) {
    if (kind === SLICE_ROWS) applyRows(body, rows, index, superblock.slot, onQuarantined);
    if (kind === SLICE_HASHES) for (let row = 0; row < rows; row++) superblock.keyHashes.push(body.readUInt32LE(4 * row));
    if (kind === SLICE_DAMAGE) damagedRegions.push(...DamagedRegions.parse(JSON.parse(body.toString())));
  }
  superblock.damagedRegions = damagedRegions;
  superblock.hintedBytes = header.coveredBytes;
  return header;
};

interface Slice {
  kind: number;
  rows: number;
  body: Buffer;
}

/** Reads ahead: while one slice is applied, the next is on its way. A body is valid until the slice after the next is asked for. */
async function* readSlices(file: DiskFile, header: HintHeader): AsyncGenerator<Slice> {
  const windows = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)];
  let turn = 0;
  let at = HEADER_BYTES;
  const readAt = (position: number): Promise<Buffer> => {
    const window = windows[turn++ % 2]!;
    return file.read([window], position).then((bytesRead) => window.subarray(0, bytesRead));
  };
  let coming = readAt(at);
  for (let slice = 0; slice < header.sliceCount; ) {
    const window = await coming;
    const whole = wholeSlices(window);
    if (whole.length === 0) throw new HintUnusable('a slice is missing or damaged');
    at += whole.reduce((sum, { body }) => sum + SLICE_HEADER_BYTES + body.length, 0);
    slice += whole.length;
    coming = readAt(at);
    // Whoever stops early must not leave a rejection behind that nobody hears.
    coming.catch(() => undefined);
    yield* whole;
  }
  if (at !== header.fileBytes) throw new HintUnusable('its length is wrong');
  await coming;
}

/** The slices that lie wholly in the window, each verified. */
const wholeSlices = (window: Buffer): Slice[] => {
  const slices: Slice[] = [];
  for (let at = 0; at + SLICE_HEADER_BYTES <= window.length; ) {
    const end = at + SLICE_HEADER_BYTES + window.readUInt32LE(at + 8);
    if (end > window.length) break;
    if (crc32(window.subarray(at + 4, end)) !== window.readUInt32LE(at)) throw new HintUnusable('a slice is damaged');
    slices.push({ kind: window.readUInt32LE(at + 4), rows: window.readUInt32LE(at + 12), body: window.subarray(at + SLICE_HEADER_BYTES, end) });
    at = end;
  }
  return slices;
};

const QUARANTINED_ROW = 0b1_0000;

const applyRows = (body: Buffer, rows: number, index: RecordIndex, slot: number, onQuarantined: (id: number) => void): void => {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const value = { sequence: 0, slot, position: 0, payloadBytes: 0, flags: 0 };
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const keyBytes = view.getUint16(at + 20, true);
    value.sequence = view.getFloat64(at, true);
    value.position = view.getUint32(at + 12, true) * 8;
    value.payloadBytes = view.getUint32(at + 16, true);
    value.flags = view.getUint8(at + 22);
    const id = index.apply(body, at + ROW_FIXED_BYTES, keyBytes, value, body, at + 24, view.getUint32(at + 8, true));
    if (id >= 0 && (value.flags & QUARANTINED_ROW) !== 0) onQuarantined(id);
    at += rowBytesOf(keyBytes);
  }
};

