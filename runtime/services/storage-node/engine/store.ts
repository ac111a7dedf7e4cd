/** The open store: checks what comes in, and hands it to the writer, the reader or the index. */
import { VStackError } from '../../../contract/errors.ts';
import { sha256 } from '../../../platform/checksum.ts';
import type { StoreContext } from './context.ts';
import { FLAG_QUARANTINED, FLAG_TOMBSTONE, FLAG_USED } from './entry-table.ts';
import { KIND_ACCEPTOR, KIND_TOMBSTONE, PAYLOAD_BYTES_MAX, kindNumberOf, recordBytesOf } from './layout.ts';
import type { LogWriter, PreparedWrite } from './log-writer.ts';
import type { Maintenance } from './maintenance.ts';
import { readRecord, statOf } from './reader.ts';
import { blockCrcsOf } from './record.ts';
import { validateKey } from './record-index.ts';
import type {
  ByteRange, Damage, RecordKind, Store, StoreDelete, StoreHealth, StorePut, StoreRead, StoreStat, StoreWrite,
} from './types.ts';

const NOTHING = new Uint8Array(0);

export class OpenStore implements Store {
  readonly uuid: string;
  readonly #context: StoreContext;
  readonly #writer: LogWriter;
  readonly #maintenance: Maintenance;
  #closing: Promise<void> | undefined;

  constructor(context: StoreContext, writer: LogWriter, maintenance: Maintenance) {
    this.uuid = context.uuid;
    this.#context = context;
    this.#writer = writer;
    this.#maintenance = maintenance;
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    this.#assertOpen();
    if (writes.length === 0) return;
    const prepared = writes.map((write) => ('deleted' in write ? prepareDelete(write) : preparePut(write)));
    const isEssential = (write: PreparedWrite): boolean => write.kind === KIND_ACCEPTOR || write.kind === KIND_TOMBSTONE;
    const mayUseReserve = prepared.every(isEssential);
    if (!mayUseReserve && this.#writer.failure === undefined) {
      this.#context.space.admit(prepared.reduce((sum, write) => sum + recordBytesOf(write.key.length, write.payload.length), 0));
    }
    await this.#writer.commit(prepared, mayUseReserve);
  }

  delete(kind: RecordKind, key: string): Promise<void> {
    return this.commit([{ kind, key, deleted: true }]);
  }

  async read(kind: RecordKind, key: string, range?: ByteRange): Promise<StoreRead> {
    this.#assertOpen();
    return readRecord(this.#context, kind, key, range);
  }

  async readSmall(kind: RecordKind, key: string): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    const id = this.#context.index.locate(kindNumberOf(kind), key);
    if (id === -1 || this.#context.index.entries.has(id, FLAG_TOMBSTONE)) return undefined;
    const read = await readRecord(this.#context, kind, key);
    try {
      return Buffer.concat(read.pieces);
    } finally {
      read.release();
    }
  }

  stat(kind: RecordKind, key: string): StoreStat | undefined {
    const id = this.#context.index.locate(kindNumberOf(kind), key);
    return id !== -1 && this.#context.index.isReadable(id) ? statOf(this.#context, id, kind, key) : undefined;
  }

  isQuarantined(kind: RecordKind, key: string): boolean {
    const id = this.#context.index.locate(kindNumberOf(kind), key);
    return id !== -1 && this.#context.index.entries.has(id, FLAG_QUARANTINED) && !this.#context.index.entries.has(id, FLAG_TOMBSTONE);
  }

  *keys(kind: RecordKind, prefix = ''): IterableIterator<string> {
    const { index } = this.#context;
    const kindNumber = kindNumberOf(kind);
    const prefixBytes = Buffer.from(prefix, 'utf8');
    for (let id = 0; id < index.entries.end; id++) {
      if ((index.entries.flags(id) & (FLAG_USED | FLAG_TOMBSTONE | FLAG_QUARANTINED)) !== FLAG_USED || index.entries.kind(id) !== kindNumber) continue;
      const key = index.keyOf(id);
      if (key.length >= prefixBytes.length && key.subarray(0, prefixBytes.length).equals(prefixBytes)) yield key.toString('utf8');
    }
  }

  quarantined(): Damage[] {
    return this.#context.quarantine.list();
  }

  async acknowledgeDamage(superblockId: number, positionBytes: number): Promise<void> {
    const superblock = this.#context.superblocks.list().find((candidate) => candidate.identity.generation === superblockId);
    if (!superblock) throw new VStackError('not_found', `The store holds no readable superblock ${superblockId}.`);
    superblock.damagedRegions = superblock.damagedRegions.filter((region) => region.positionBytes !== positionBytes);
    superblock.hintStale = true;
    await this.#maintenance.writeAllHints();
  }

  health(): StoreHealth {
    const { index, space, superblocks, quarantine, buffers, readErrorCount } = this.#context;
    const all = superblocks.list();
    return {
      writable: this.#writer.failure === undefined && this.#closing === undefined,
      failure: this.#writer.failure,
      full: space.isFull,
      diskUsagePercent: space.usagePercent,
      usedBytes: space.usedBytes,
      capacityBytes: space.capacityBytes,
      liveBytes: all.reduce((sum, superblock) => sum + index.usageOf(superblock.slot).liveBytes, 0),
      chunkCount: index.chunkCount,
      recordCount: index.recordCount,
      superblockCount: all.length,
      damageCount: quarantine.count,
      readErrorCount,
      indexBytes: index.bytes + all.reduce((sum, superblock) => sum + superblock.keyHashes.bytes, 0),
      bufferBytesInUse: buffers.bytesInUse,
    };
  }

  seal(): Promise<void> {
    return this.#writer.seal();
  }

  async compact(options: { all?: boolean } = {}): Promise<number> {
    this.#assertOpen();
    if (this.#writer.failure !== undefined) throw new VStackError('read_only', `A store whose writing has ended is not compacted: ${this.#writer.failure}`);
    return this.#maintenance.compact(options.all ?? false);
  }

  async scrub(): Promise<Damage[]> {
    this.#assertOpen();
    return this.#maintenance.scrub();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#maintenance.stop();
    await this.#writer.close();
    if (this.#writer.failure === undefined) await this.#maintenance.writeAllHints();
    await this.#context.space.close();
    for (const superblock of this.#context.superblocks.list()) {
      // A read under way closes the file when it is done: a descriptor number given back too early could become another file's.
      superblock.isRemoved = true;
      if (superblock.pinCount === 0) await superblock.file.close();
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new VStackError('unavailable', `The store in ${this.#context.dir} is closed.`);
  }
}

/** Checksums are made when a write arrives, so that they overlap with the sync of the group before it. */
const preparePut = (write: StorePut): PreparedWrite => {
  if (write.bytes.length > PAYLOAD_BYTES_MAX) {
    throw new VStackError('payload_too_large', `A record holds at most ${PAYLOAD_BYTES_MAX} bytes, ${write.key} has ${write.bytes.length}.`);
  }
  const kind = kindNumberOf(write.kind);
  return {
    kind,
    subjectKind: kind,
    key: validateKey(write.key),
    payload: write.bytes,
    blockCrcs: blockCrcsOf(write.bytes),
    sha256: write.sha256 === undefined ? sha256(write.bytes) : Buffer.from(write.sha256, 'hex'),
  };
};

const prepareDelete = (write: StoreDelete): PreparedWrite => ({
  kind: KIND_TOMBSTONE,
  subjectKind: kindNumberOf(write.kind),
  key: validateKey(write.key),
  payload: NOTHING,
  blockCrcs: [],
  sha256: undefined,
});
