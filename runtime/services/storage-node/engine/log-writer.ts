/**
 * The one writer of the active superblock. What arrives while a group is under way waits and becomes the next group:
 *
 *   commit ─► queue ─► writev ─► fdatasync ─► index ─► answers        group g + 1 starts only here
 *                         │           └─ failed: writing ends for good, the node must be restarted
 *                         └─ ENOSPC: undone, chunks refused, acceptor records retried from the reserve
 *
 * Nothing reaches the index before its sync, so readers never see what a power cut could take back.
 */
import { VStackError } from '../../../contract/errors.ts';
import { MIB } from '../../../contract/units.ts';
import type { StoreContext } from './context.ts';
import { FLAG_TOMBSTONE } from './entry-table.ts';
import { encodeGroup } from './group.ts';
import { Lane } from './lane.ts';
import { DATA_START, KIND_SEAL, KIND_TOMBSTONE, SHA256_BYTES, recordBytesOf } from './layout.ts';
import type { RecordDraft } from './record.ts';
import { createSuperblock, writeFully, writeSeal } from './superblock.ts';
import type { Superblock } from './superblock.ts';

/** A group this large keeps the disk busy for long enough that a larger one gains nothing. */
const GROUP_BYTES_MAX = 16 * MIB;
const GROUP_RECORDS_MAX = 4096;
/** Taken from the reserve at once when an acceptor record finds the disk full. */
const RESERVE_STEP_BYTES = MIB;

const NO_SHA = new Uint8Array(SHA256_BYTES);

/** A record of which only place and sequence are missing. */
export type PreparedWrite = Omit<RecordDraft, 'sequence'>;

interface PendingCommit {
  writes: readonly PreparedWrite[];
  recordBytes: number;
  /** Chunks and fragments are refused on a full disk; acceptor records and deletes may use the reserve. */
  mayUseReserve: boolean;
  resolve: () => void;
  reject: (error: VStackError) => void;
}

const isNoSpace = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as { code?: string }).code ?? '');
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class LogWriter {
  readonly #context: StoreContext;
  readonly #lane = new Lane();
  readonly #onRolled: (closed: Superblock) => void;
  #active: Superblock;
  #queue: PendingCommit[] = [];
  #isDraining = false;
  #cancelIdleSeal: () => void = () => undefined;
  /** Why writing has ended; undefined while it has not. */
  failure: string | undefined;

  constructor(context: StoreContext, active: Superblock, onRolled: (closed: Superblock) => void) {
    this.#context = context;
    this.#active = active;
    this.#onRolled = onRolled;
  }

  get active(): Superblock {
    return this.#active;
  }

  commit(writes: readonly PreparedWrite[], mayUseReserve: boolean): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.#readOnly());
    const recordBytes = writes.reduce((sum, write) => sum + recordBytesOf(write.key.length, write.payload.length), 0);
    return new Promise((resolve, reject) => {
      this.#queue.push({ writes, recordBytes, mayUseReserve, resolve, reject });
      if (this.#isDraining) return;
      this.#isDraining = true;
      this.#cancelIdleSeal();
      void this.#lane.run(() => this.#drain());
    });
  }

  /** Seals what is written, now. */
  seal(): Promise<void> {
    return this.#lane.run(() => this.#sealIdle());
  }

  /** Closes the active superblock and begins another, so that the old one can be compacted. */
  roll(): Promise<void> {
    return this.#lane.run(async () => {
      if (this.failure === undefined && this.#active.endBytes > DATA_START) await this.#rollOrEnd();
    });
  }

  /** Writes what is queued, seals for good. The files stay open. */
  async close(): Promise<void> {
    this.#cancelIdleSeal();
    await this.#lane.run(async () => {
      await this.#drain();
      this.#cancelIdleSeal();
      if (this.failure === undefined) await this.#orEnd(() => this.#sealFully());
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#writeGroup(this.#takeBatch());
    this.#isDraining = false;
    if (this.failure !== undefined || !this.#hasUnsealedData()) return;
    this.#cancelIdleSeal = this.#context.clock.after(this.#context.settings.idleSealMs, () => {
      if (!this.#isDraining) void this.seal();
    });
  }

  #takeBatch(): PendingCommit[] {
    const groupBytesMax = Math.min(GROUP_BYTES_MAX, this.#context.settings.superblockBytes / 4);
    let bytes = 0;
    let records = 0;
    let count = 0;
    for (const pending of this.#queue) {
      bytes += pending.recordBytes;
      records += pending.writes.length;
      if (count > 0 && (bytes > groupBytesMax || records > GROUP_RECORDS_MAX)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #writeGroup(batch: readonly PendingCommit[]): Promise<void> {
    if (this.failure !== undefined) return batch.forEach((pending) => pending.reject(this.#readOnly()));
    try {
      const groupBytes = batch.reduce((sum, pending) => sum + pending.recordBytes, 0);
      const isOverSize = this.#active.endBytes + groupBytes > this.#context.settings.superblockBytes;
      if (isOverSize && this.#active.endBytes > DATA_START) await this.#roll();
      const drafts = batch.flatMap((pending) => pending.writes.map((write) => ({ ...write, sequence: this.#context.nextSequence++ })));
      const positions = await this.#writeDurably(drafts);
      this.#index(drafts, positions);
      for (const pending of batch) pending.resolve();
    } catch (error) {
      await this.#handleFailedGroup(batch, error);
    }
  }

  /** One writev, one fdatasync. */
  async #writeDurably(drafts: readonly RecordDraft[]): Promise<number[]> {
    const active = this.#active;
    const { settings, nextSequence, space } = this.#context;
    const group = active.lastGroup + 1;
    const { buffers, totalBytes, positions } = encodeGroup(drafts, active.endBytes, group, active.crcSeed);
    await writeFully(active.file, buffers, active.endBytes);
    // A busy log has no idle moment to be sealed in, so the seal over the groups before this one rides on this one's sync.
    const isSealDue = active.endBytes - active.seal.sealedUpTo > settings.sealBytesMax;
    const seal = isSealDue ? await writeSeal(active, { sealedUpTo: active.endBytes, lastGroup: active.lastGroup, nextSequence }) : active.seal;
    await this.#sync(active);
    active.seal = seal;
    active.endBytes += totalBytes;
    active.dataEndBytes = active.endBytes;
    active.lastGroup = group;
    space.note(totalBytes);
    await space.measureIfOld().catch(() => {
      // The figure stays old until the disk answers again; the group itself is safe.
    });
    return positions;
  }

  #index(drafts: readonly RecordDraft[], positions: readonly number[]): void {
    const { index } = this.#context;
    const { slot, keyHashes } = this.#active;
    drafts.forEach((draft, at) => {
      const { key, subjectKind, sequence, payload } = draft;
      const flags = draft.kind === KIND_TOMBSTONE ? subjectKind | FLAG_TOMBSTONE : subjectKind;
      const hash = index.hashOf(subjectKind, key, 0, key.length);
      keyHashes.push(hash);
      const value = { sequence, slot, position: positions[at]!, payloadBytes: payload.length, flags };
      index.apply(key, 0, key.length, value, draft.sha256 ?? NO_SHA, 0, hash);
    });
  }

  async #handleFailedGroup(batch: readonly PendingCommit[], error: unknown): Promise<void> {
    if (!isNoSpace(error) || error instanceof SyncFailed || !(await this.#undoGroup())) {
      this.#end(error);
      return batch.forEach((pending) => pending.reject(this.#readOnly()));
    }
    const { space } = this.#context;
    space.noteOutOfSpace();
    const essential = batch.filter((pending) => pending.mayUseReserve);
    const refused = batch.filter((pending) => !pending.mayUseReserve);
    const canRetry = essential.length < batch.length || (await this.#releaseReserve());
    if (canRetry) this.#queue.unshift(...essential);
    else refused.push(...essential);
    for (const pending of refused) {
      pending.reject(new VStackError('disk_full', `The disk under ${this.#context.dir} has no room left. Free some, or add a node.`, { cause: error }));
    }
  }

  /** Takes back what a write left before the disk was full; the next group begins at the same place. */
  async #undoGroup(): Promise<boolean> {
    try {
      await this.#active.file.truncate(this.#active.endBytes);
      await this.#active.file.sync();
      return true;
    } catch {
      // Remains of an unfinished group followed by another would look like rot, so nothing more may be written.
      return false;
    }
  }

  async #releaseReserve(): Promise<boolean> {
    try {
      return (await this.#context.space.acceptorReserve.release(RESERVE_STEP_BYTES)) > 0;
    } catch {
      // The reserve is out of reach; the caller answers that the disk is full.
      return false;
    }
  }

  async #rollOrEnd(): Promise<void> {
    await this.#orEnd(() => this.#roll());
  }

  async #roll(): Promise<void> {
    const { disk, dir, uuid, superblocks, space } = this.#context;
    const closed = this.#active;
    await this.#sealFully();
    const created = await createSuperblock(disk, dir, uuid, superblocks.nextGeneration());
    try {
      await created.publish();
    } catch (error) {
      // Its name may or may not have become durable; empty, it is harmless either way. But a failed sync ends writing.
      await created.discard();
      throw isNoSpace(error) ? error : new SyncFailed(error);
    }
    superblocks.add(created.superblock);
    space.note(created.superblock.endBytes);
    this.#active = created.superblock;
    this.#onRolled(closed);
  }

  /**
   * The seal of a pause: a sector that says "everything before here was synced", and a record after it which proves the same should
   * the sector rot. Both ride on one sync; whichever of them a power cut takes, the other tells no lie.
   */
  async #sealIdle(): Promise<void> {
    if (this.failure !== undefined || !this.#hasUnsealedData()) return;
    await this.#orEnd(async () => {
      const active = this.#active;
      const { space } = this.#context;
      const sequence = this.#context.nextSequence++;
      const draft: RecordDraft = {
        kind: KIND_SEAL, subjectKind: KIND_SEAL, key: Buffer.alloc(0), payload: new Uint8Array(0), blockCrcs: [], sha256: undefined, sequence,
      };
      const group = active.lastGroup + 1;
      const { buffers, totalBytes } = encodeGroup([draft], active.endBytes, group, active.crcSeed);
      let recordBytes = totalBytes;
      try {
        await writeFully(active.file, buffers, active.endBytes);
      } catch (error) {
        if (!isNoSpace(error) || !(await this.#undoGroup())) throw error;
        recordBytes = 0; // The sector alone needs no new room.
      }
      const sealed = { sealedUpTo: active.endBytes, lastGroup: active.lastGroup, nextSequence: this.#context.nextSequence };
      const seal = await writeSeal(active, sealed);
      await this.#sync(active);
      active.seal = seal;
      active.endBytes += recordBytes;
      if (recordBytes > 0) active.lastGroup = group;
      space.note(recordBytes);
    });
  }

  /** The last seal of a file or a run: both sectors say the same, so one of them may rot. */
  async #sealFully(): Promise<void> {
    const active = this.#active;
    if (!this.#hasUnsealedData()) return;
    for (let sector = 0; sector < 2; sector++) {
      const { endBytes: sealedUpTo, lastGroup } = active;
      const seal = await writeSeal(active, { sealedUpTo, lastGroup, nextSequence: this.#context.nextSequence });
      await this.#sync(active);
      active.seal = seal;
    }
  }

  #hasUnsealedData(): boolean {
    return this.#active.dataEndBytes > this.#active.seal.sealedUpTo;
  }

  async #sync(superblock: Superblock): Promise<void> {
    try {
      await superblock.file.sync();
    } catch (error) {
      throw new SyncFailed(error);
    }
  }

  async #orEnd(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#end(error);
    }
  }

  /** After a failed sync nobody knows what is on the disk, and asking again would be answered with a lie; only a restart helps. */
  #end(error: unknown): void {
    this.failure ??= textOf(error);
    this.#cancelIdleSeal();
    this.#context.emit({ kind: 'write-failed', error: this.failure });
  }

  #readOnly(): VStackError {
    return new VStackError('read_only', `The store in ${this.#context.dir} takes no writes since this failure: ${this.failure}. Restart the node.`);
  }
}

/** A sync failed, whatever its code: what it should have saved may be gone. */
class SyncFailed extends Error {
  constructor(cause: unknown) {
    super(textOf(cause), { cause });
  }
}
