/** Verified reads. What fails is read once more, since a bus or a cache may err where the disk does not; then it is quarantined. */
import { VStackError } from '../../../contract/errors.ts';
import { crc32 } from '../../../platform/checksum.ts';
import type { BufferLease } from './buffer-pool.ts';
import type { StoreContext } from './context.ts';
import { FLAG_QUARANTINED, FLAG_TOMBSTONE } from './entry-table.ts';
import { BLOCK_BYTES, RECORD_FIXED_BYTES, headerBytesOf, kindNumberOf } from './layout.ts';
import { blockCrcAt, decodeHeader, findRecordDamage } from './record.ts';
import type { RecordHeader } from './record.ts';
import type { Superblock } from './superblock.ts';
import type { ByteRange, RecordKind, StoreRead, StoreStat } from './types.ts';

/** Compaction may move a record between the look into the index and the read; more often than this it cannot be. */
const MOVES_MAX = 5;
const READS_BEFORE_ROT = 2;

/** What the index said about a record, kept while the read is under way. */
export interface Location {
  id: number;
  superblock: Superblock;
  position: number;
  sequence: number;
  key: Buffer;
  payloadBytes: number;
}

export const locationOf = ({ index, superblocks }: StoreContext, id: number): Location => ({
  id,
  superblock: superblocks.at(index.entries.slot(id)),
  position: index.entries.position(id),
  sequence: index.entries.sequence(id),
  key: Buffer.from(index.keyOf(id)),
  payloadBytes: index.entries.has(id, FLAG_TOMBSTONE) ? 0 : index.entries.payloadBytes(id),
});

/** True while the index still means exactly this record at this place. */
export const isCurrent = ({ index, superblocks }: StoreContext, at: Location): boolean =>
  index.entries.flags(at.id) !== 0 &&
  index.entries.sequence(at.id) === at.sequence &&
  index.entries.position(at.id) === at.position &&
  superblocks.at(index.entries.slot(at.id)) === at.superblock;

/** Keeps a superblock's file open while `work` reads from it, also if compaction removes it meanwhile. */
export const pinned = async <T>(superblock: Superblock, work: () => Promise<T>): Promise<T> => {
  superblock.pinCount++;
  try {
    return await work();
  } finally {
    superblock.pinCount--;
    if (superblock.isRemoved && superblock.pinCount === 0) await superblock.file.close();
  }
};

/** The entry of a readable record; throws `not_found` or `corrupt`. */
const findReadable = (context: StoreContext, kind: RecordKind, key: string): number => {
  const id = context.index.locate(kindNumberOf(kind), key);
  if (id === -1 || context.index.entries.has(id, FLAG_TOMBSTONE)) throw new VStackError('not_found', `The store holds no ${kind} named ${key}.`);
  if (context.index.entries.has(id, FLAG_QUARANTINED)) throw corrupt(kind, key);
  return id;
};

const corrupt = (kind: RecordKind, key: string): VStackError =>
  new VStackError('corrupt', `The ${kind} ${key} is damaged on this store's disk. Read it from another node; writing the right bytes here heals it.`);

export const statOf = (context: StoreContext, id: number, kind: RecordKind, key: string): StoreStat => {
  const { entries } = context.index;
  return {
    kind,
    key,
    sizeBytes: entries.payloadBytes(id),
    sha256: entries.sha256(id).toString('hex'),
    superblockId: context.superblocks.at(entries.slot(id)).identity.generation,
    sequence: entries.sequence(id),
  };
};

export const readRecord = async (context: StoreContext, kind: RecordKind, key: string, range?: ByteRange): Promise<StoreRead> => {
  for (let attempt = 0; attempt < MOVES_MAX; attempt++) {
    const id = findReadable(context, kind, key);
    const at = locationOf(context, id);
    const stat = statOf(context, id, kind, key);
    const { start, end } = checkedRange(range, at.payloadBytes);
    const read = await pinned(at.superblock, () => readVerified(context, at, stat, start, end));
    if (read !== undefined) return read;
    if (!isCurrent(context, at)) continue;
    context.quarantine.add(id, 'a read failed its checksums');
    throw corrupt(kind, key);
  }
  throw new VStackError('unavailable', `The ${kind} ${key} kept moving while it was read. Try again.`);
};

const checkedRange = (range: ByteRange | undefined, payloadBytes: number): ByteRange => {
  if (range === undefined) return { start: 0, end: payloadBytes };
  const isSound = Number.isInteger(range.start) && Number.isInteger(range.end) && range.start >= 0 && range.start < range.end && range.end <= payloadBytes;
  if (isSound) return range;
  throw new VStackError('range_not_satisfiable', `A range within 0–${payloadBytes} was expected, got ${range.start}–${range.end}.`);
};

/** Undefined when the bytes fail their checksums twice. */
const readVerified = async (context: StoreContext, at: Location, stat: StoreStat, start: number, end: number): Promise<StoreRead | undefined> => {
  const span = spanOf(start, end, at.payloadBytes);
  const lease = await context.buffers.acquire(span.endBytes - span.startBytes);
  try {
    for (let attempt = 0; attempt < READS_BEFORE_ROT; attempt++) {
      if (await readSpan(context, at, span, lease)) return toRead(stat, start, end, span.startBytes, lease);
    }
  } catch (error) {
    lease.release();
    throw error;
  }
  lease.release();
  return undefined;
};

/** The whole blocks that a range touches. */
interface Span {
  firstBlock: number;
  startBytes: number;
  endBytes: number;
}

const spanOf = (start: number, end: number, payloadBytes: number): Span => {
  const firstBlock = Math.floor(start / BLOCK_BYTES);
  const endBytes = Math.min(payloadBytes, Math.ceil(end / BLOCK_BYTES) * BLOCK_BYTES);
  return { firstBlock, startBytes: firstBlock * BLOCK_BYTES, endBytes };
};

const readSpan = async (context: StoreContext, at: Location, span: Span, lease: BufferLease): Promise<boolean> => {
  const { file, crcSeed } = at.superblock;
  const headerBuffer = Buffer.allocUnsafe(headerBytesOf(at.key.length, at.payloadBytes));
  const spanBuffers = trimmed(lease.buffers, span.endBytes - span.startBytes);
  const spanBytes = span.endBytes - span.startBytes;
  try {
    if (span.firstBlock === 0) {
      // Header and payload lie side by side: one call reads both.
      const bytesRead = await file.read([headerBuffer, ...spanBuffers], at.position);
      if (bytesRead !== headerBuffer.length + spanBytes) return false;
    } else {
      const payloadStart = at.position + headerBuffer.length + span.startBytes;
      const [headerRead, spanRead] = await Promise.all([file.read([headerBuffer], at.position), file.read(spanBuffers, payloadStart)]);
      if (headerRead !== headerBuffer.length || spanRead !== spanBytes) return false;
    }
  } catch (error) {
    throw readError(context, at, error);
  }
  const header = decodeHeader(headerBuffer, 0, at.position, crcSeed);
  return header !== undefined && isSameRecord(headerBuffer, header, at) && areBlocksSound(headerBuffer, header, span, spanBuffers);
};

const isSameRecord = (buffer: Buffer, header: RecordHeader, at: Location): boolean =>
  header.sequence === at.sequence && header.payloadBytes === at.payloadBytes && at.key.equals(buffer.subarray(RECORD_FIXED_BYTES, RECORD_FIXED_BYTES + header.keyBytes));

/** Slabs are multiples of a block, so no block spans two of them. */
const areBlocksSound = (headerBuffer: Buffer, header: RecordHeader, span: Span, buffers: readonly Buffer[]): boolean => {
  let block = span.firstBlock;
  for (const buffer of buffers) {
    for (let start = 0; start < buffer.length; start += BLOCK_BYTES, block++) {
      const crc = crc32(buffer.subarray(start, Math.min(start + BLOCK_BYTES, buffer.length)));
      if (crc !== blockCrcAt(headerBuffer, 0, header.keyBytes, block)) return false;
    }
  }
  return true;
};

/** The buffers cut to `bytes` in total. */
const trimmed = (buffers: readonly Buffer[], bytes: number): Buffer[] => {
  let left = bytes;
  return buffers.map((buffer) => {
    const part = buffer.subarray(0, Math.min(buffer.length, left));
    left -= part.length;
    return part;
  });
};

const toRead = (stat: StoreStat, start: number, end: number, spanStart: number, lease: BufferLease): StoreRead => {
  let offset = spanStart;
  const pieces = lease.buffers.map((buffer) => {
    const from = Math.max(0, start - offset);
    const to = Math.min(buffer.length, Math.max(from, end - offset));
    offset += buffer.length;
    return buffer.subarray(from, to);
  });
  return { ...stat, start, end, pieces, releasePiece: (index) => lease.releaseAt(index), release: () => lease.release() };
};

/** An unreadable sector is not proof of rot: it may be the cable. The record is not quarantined, the caller is told to look elsewhere. */
const readError = (context: StoreContext, at: Location, cause: unknown): VStackError => {
  context.readErrorCount++;
  const error = cause instanceof Error ? cause.message : String(cause);
  context.emit({ kind: 'read-error', path: at.superblock.path, error });
  return new VStackError('unavailable', `The disk failed to read ${at.superblock.path}: ${error}. Read it from another node.`, { cause });
};

/** A whole record, verified to its footer; undefined when it is damaged. For scrub, compaction and the copy of a tail. */
export const readWholeRecord = async (context: StoreContext, at: Location): Promise<{ bytes: Buffer; header: RecordHeader } | undefined> => {
  const recordBytes = context.index.recordBytes(at.id);
  for (let attempt = 0; attempt < READS_BEFORE_ROT; attempt++) {
    const bytes = Buffer.allocUnsafe(recordBytes);
    let bytesRead: number;
    try {
      bytesRead = await at.superblock.file.read([bytes], at.position);
    } catch (error) {
      throw readError(context, at, error);
    }
    if (bytesRead !== recordBytes) continue;
    const header = decodeHeader(bytes, 0, at.position, at.superblock.crcSeed);
    if (header && isSameRecord(bytes, header, at) && findRecordDamage(bytes, 0, header) === undefined) return { bytes, header };
  }
  return undefined;
};
