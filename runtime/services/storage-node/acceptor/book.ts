/**
 * The durable states of all chunks: read from the log when needed, the most recently used kept in memory, written one task per chunk at
 * a time. What a task changed is visible to others only once it is durable; a failed write forgets the cached record, so that the
 * next task starts from the log again.
 */
import { VStackError } from '../../../contract/errors.ts';
import { createBoundedMap } from '../bounded-map.ts';
import { createSerial } from '../serial.ts';
import type { Store, StoreWrite } from '../engine/types.ts';
import { decodeRecord, emptyRecord, encodeRecord, type ChunkRecord } from './record.ts';

/** A record with a grant of three stores takes about 3 KiB in memory. */
const CACHED_RECORDS_MAX = 4096;

export interface BookEntry {
  readonly chunkId: string;
  /** As it is in the log. A task that changes it replaces it by `save`. */
  record: ChunkRecord;
  /** The record in the log is damaged: what it said is forgotten until a new one is written. */
  readonly isDamaged: boolean;
}

export interface ChunkBook {
  /** The chunk's durable record; an empty one for an unknown chunk. Only for reading. */
  look(chunkId: string): Promise<BookEntry>;
  /** The same without waiting, when that is possible. */
  peek(chunkId: string): BookEntry | undefined;
  /** Runs a task that may change the chunk, after those before it. */
  change<T>(chunkId: string, task: (entry: BookEntry) => Promise<T>): Promise<T>;
  /** Within a task: writes the new record, and `bytes` before it, as one group. */
  save(entry: BookEntry, record: ChunkRecord, bytes?: readonly StoreWrite[]): Promise<void>;
  /** Within a task: removes the record, in one group with `writes`. */
  drop(entry: BookEntry, writes?: readonly StoreWrite[]): Promise<void>;
  /** Past the cache, for walks over all chunks. */
  readFromLog(chunkId: string): Promise<BookEntry>;
}

export const createChunkBook = (store: Store): ChunkBook => {
  const cache = createBoundedMap<BookEntry>(CACHED_RECORDS_MAX);
  const serial = createSerial();

  const readFromLog = async (chunkId: string): Promise<BookEntry> => {
    if (!store.stat('acceptor', chunkId)) return { chunkId, record: emptyRecord(), isDamaged: store.isQuarantined('acceptor', chunkId) };
    try {
      const bytes = await store.readSmall('acceptor', chunkId);
      return { chunkId, record: bytes ? decodeRecord(chunkId, bytes) : emptyRecord(), isDamaged: false };
    } catch (error) {
      if (!(error instanceof VStackError) || error.code !== 'corrupt') throw error;
      return { chunkId, record: emptyRecord(), isDamaged: true };
    }
  };

  const peek = (chunkId: string): BookEntry | undefined => {
    const cached = cache.get(chunkId);
    if (cached) return cached;
    if (store.stat('acceptor', chunkId) || store.isQuarantined('acceptor', chunkId)) return undefined;
    return { chunkId, record: emptyRecord(), isDamaged: false };
  };

  const commit = async (entry: BookEntry, writes: readonly StoreWrite[], record: ChunkRecord): Promise<void> => {
    cache.delete(entry.chunkId);
    await store.commit(writes);
    entry.record = record;
    if (record.states.size > 0) cache.set(entry.chunkId, { chunkId: entry.chunkId, record, isDamaged: false });
    else cache.delete(entry.chunkId);
  };

  const look = async (chunkId: string): Promise<BookEntry> => {
    const known = peek(chunkId);
    if (known) return known;
    const { sequence } = store.stat('acceptor', chunkId) ?? {};
    const entry = await readFromLog(chunkId);
    // A write that became durable during the read must not be hidden by what was read before it.
    if (!entry.isDamaged && store.stat('acceptor', chunkId)?.sequence === sequence && !cache.get(chunkId)) cache.set(chunkId, entry);
    return cache.get(chunkId) ?? entry;
  };

  return {
    look,
    peek,
    change: (chunkId, task) => serial.run(chunkId, async () => task({ ...(await look(chunkId)) })),
    save: (entry, record, bytes = []) => commit(entry, [...bytes, { kind: 'acceptor', key: entry.chunkId, bytes: encodeRecord(record) }], record),
    drop: (entry, writes = []) => commit(entry, [...writes, { kind: 'acceptor', key: entry.chunkId, deleted: true }], emptyRecord()),
    readFromLog,
  };
};
