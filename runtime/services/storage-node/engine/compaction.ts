/**
 * Gives back the room of dead records: live ones are copied into a new superblock, which is durable before the old file goes.
 *
 *   choose ─► copy ─► sync, rename, sync folder ─► move the index ─► unlink hint, unlink file, sync folder
 *
 * A crash before the rename leaves an unfinished file, a crash after it two copies of the same records; both are sorted out by the next
 * start. A tombstone is left out only when no other superblock holds any record of its key, live or dead: else the key would come back.
 */
import { VStackError } from '../../../contract/errors.ts';
import type { StoreContext } from './context.ts';
import { CopyTarget } from './copy-target.ts';
import { FLAG_TOMBSTONE, FLAG_USED } from './entry-table.ts';
import { writeHint } from './hint.ts';
import { breathe } from './lane.ts';
import { DATA_START, hintName } from './layout.ts';
import { locationOf, pinned, readWholeRecord } from './reader.ts';
import type { Superblock } from './superblock.ts';

/** Superblocks below this share of the full size are merged, since every restart may leave a small one. */
const SMALL_SHARE = 1 / 8;
const SMALL_COUNT_MIN = 4;
/** Tombstones are looked at again when they make up this share of a file. */
const TOMBSTONE_SHARE_MIN = 1 / 4;
const ENTRIES_PER_SLICE = 65_536;

export class Compactor {
  readonly #context: StoreContext;
  readonly #activeOf: () => Superblock;
  /** Removed from the store, but the disk refused to remove the file: it may come back at the next start, so its keys still count. */
  #lingering: Superblock[] = [];
  /** Removal count of the table when a superblock's tombstones were last looked at. */
  readonly #checkedAt = new WeakMap<Superblock, number>();
  #isStopped = false;

  constructor(context: StoreContext, activeOf: () => Superblock) {
    this.#context = context;
    this.#activeOf = activeOf;
  }

  /** Ends a run under way at its next record; what it has copied so far is thrown away. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Compacts what is worth it, one output after another. Resolves with the bytes given back. */
  async run(all: boolean): Promise<number> {
    let freedBytes = 0;
    const tried = new Set<Superblock>();
    await this.#retryLingering();
    for (;;) {
      const victims = this.#choose(all, tried);
      if (victims.length === 0) return freedBytes;
      for (const victim of victims) tried.add(victim);
      const output = await this.#compact(victims);
      // What has just been written is as good as it gets; looking at it again would never end.
      if (output.into) tried.add(output.into);
      freedBytes += output.freedBytes;
      await this.#context.space.measure();
    }
  }

  #choose(all: boolean, tried: ReadonlySet<Superblock>): Superblock[] {
    const { superblocks, index, quarantine, settings } = this.#context;
    const isIdle = (superblock: Superblock): boolean => superblock !== this.#activeOf() && !tried.has(superblock) && !quarantine.isTouched(superblock);
    const idle = superblocks.list().filter(isIdle);
    const worst = idle
      .map((superblock) => ({ superblock, garbageShare: this.#garbageShare(superblock) }))
      .filter(({ superblock, garbageShare }) => {
        const usage = index.usageOf(superblock.slot);
        const hasManyTombstones =
          usage.tombstoneBytes > superblock.endBytes * TOMBSTONE_SHARE_MIN && this.#checkedAt.get(superblock) !== superblocks.removalCount;
        if (all) return garbageShare > 0 || (usage.tombstoneBytes > 0 && this.#checkedAt.get(superblock) !== superblocks.removalCount);
        return garbageShare * 100 >= settings.garbagePercentMin || hasManyTombstones;
      })
      .filter(({ superblock }) => this.#hasRoomFor(index.usageOf(superblock.slot).liveBytes))
      .sort((a, b) => b.garbageShare - a.garbageShare)[0];
    if (worst) return [worst.superblock];
    const isSmall = (superblock: Superblock): boolean => superblock.endBytes < settings.superblockBytes * SMALL_SHARE;
    const small = idle.filter(isSmall).slice(0, 1 / SMALL_SHARE);
    if (small.length < SMALL_COUNT_MIN) return [];
    return this.#hasRoomFor(small.reduce((sum, superblock) => sum + index.usageOf(superblock.slot).liveBytes, 0)) ? small : [];
  }

  #garbageShare(superblock: Superblock): number {
    const dataBytes = superblock.endBytes - DATA_START;
    return dataBytes <= 0 ? 1 : (dataBytes - this.#context.index.usageOf(superblock.slot).liveBytes) / dataBytes;
  }

  #hasRoomFor(liveBytes: number): boolean {
    const { space } = this.#context;
    return liveBytes + DATA_START <= space.freeBytes + space.compactionReserve.bytes;
  }

  async #compact(victims: readonly Superblock[]): Promise<{ freedBytes: number; into: Superblock | undefined }> {
    const { index, superblocks, emit } = this.#context;
    const oldBytes = victims.reduce((sum, victim) => sum + victim.endBytes, 0);
    const ids = await this.#entriesOf(victims);
    const superfluous = this.#superfluousTombstones(ids);
    for (const victim of victims) this.#checkedAt.set(victim, superblocks.removalCount);
    const kept = ids.filter((id) => !superfluous.has(id));
    const into = kept.length > 0 ? await this.#copy(kept, new Set(victims.map((victim) => victim.slot))) : undefined;
    for (const [id, { slot, position }] of superfluous) {
      const isUnchanged = index.entries.has(id, FLAG_USED) && index.entries.slot(id) === slot && index.entries.position(id) === position;
      if (isUnchanged && index.entries.has(id, FLAG_TOMBSTONE)) index.remove(id);
    }
    for (const victim of victims) await this.#retire(victim);
    if (into) {
      this.#checkedAt.set(into, superblocks.removalCount);
      await this.#writeHint(into);
    }
    const freedBytes = oldBytes - (into?.endBytes ?? 0);
    emit({ kind: 'compacted', superblockIds: victims.map((victim) => victim.identity.generation), into: into?.identity.generation, freedBytes });
    return { freedBytes, into };
  }

  /** Entries that point into the victims, in file order so that the copy reads forward. */
  async #entriesOf(victims: readonly Superblock[]): Promise<number[]> {
    const { entries } = this.#context.index;
    const slots = new Set(victims.map((victim) => victim.slot));
    const ids: number[] = [];
    for (let id = 0; id < entries.end; id++) {
      if (entries.has(id, FLAG_USED) && slots.has(entries.slot(id))) ids.push(id);
      if (id % ENTRIES_PER_SLICE === ENTRIES_PER_SLICE - 1) await breathe();
    }
    return ids.sort((a, b) => entries.slot(a) - entries.slot(b) || entries.position(a) - entries.position(b));
  }

  /** Tombstones whose key occurs in no file but their own. Hashes may collide, which only keeps a tombstone for longer. */
  #superfluousTombstones(ids: readonly number[]): Map<number, { slot: number; position: number }> {
    const { index, superblocks, quarantine } = this.#context;
    const superfluous = new Map<number, { slot: number; position: number }>();
    // Damage of unknown keys may hide an older copy of any of them.
    if (quarantine.hasUnknownKeys) return superfluous;
    const tombstones = ids.filter((id) => index.entries.has(id, FLAG_TOMBSTONE));
    if (tombstones.length === 0) return superfluous;
    const slotsByHash = new Map<number, number[]>();
    const wanted = new Set(tombstones.map((id) => index.entries.hash(id)));
    for (const superblock of [...superblocks.list(), ...this.#lingering]) {
      const slot = superblock.isRemoved ? -1 : superblock.slot;
      for (const hash of superblock.keyHashes.items()) {
        if (!wanted.has(hash)) continue;
        const slots = slotsByHash.get(hash);
        if (!slots) slotsByHash.set(hash, [slot]);
        else if (!slots.includes(slot)) slots.push(slot);
      }
    }
    for (const id of tombstones) {
      const slot = index.entries.slot(id);
      const isElsewhere = (slotsByHash.get(index.entries.hash(id)) ?? []).some((other) => other !== slot);
      if (!isElsewhere) superfluous.set(id, { slot, position: index.entries.position(id) });
    }
    return superfluous;
  }

  async #copy(ids: readonly number[], slots: ReadonlySet<number>): Promise<Superblock> {
    const { index, space } = this.#context;
    const neededBytes = ids.reduce((sum, id) => sum + index.recordBytes(id), DATA_START);
    if (neededBytes > space.freeBytes) await space.compactionReserve.release(neededBytes);
    const target = await CopyTarget.create(this.#context);
    try {
      for (const id of ids) {
        if (this.#isStopped) throw new VStackError('unavailable', 'The store is closing; compaction goes on after the next start.');
        // Deleted or replaced since the list was made: dead, and the newer record lies elsewhere.
        if (!index.entries.has(id, FLAG_USED) || !slots.has(index.entries.slot(id))) continue;
        const at = locationOf(this.#context, id);
        const whole = await pinned(at.superblock, () => readWholeRecord(this.#context, at));
        if (whole) await target.add(at, whole.bytes, whole.header);
        else {
          this.#context.quarantine.add(id, 'compaction found it damaged');
          throw new VStackError('corrupt', `Compaction of ${at.superblock.path} stopped at a damaged record. It will be compacted once that is healed.`);
        }
      }
      return await target.finish();
    } catch (error) {
      await target.discard();
      throw error;
    }
  }

  /** Nothing points into the victim any more: it goes, for the store at once and on the disk durably. */
  async #retire(victim: Superblock): Promise<void> {
    const { index, superblocks, space } = this.#context;
    if (index.usageOf(victim.slot).recordCount > 0) return;
    superblocks.remove(victim);
    space.note(-victim.endBytes);
    if (victim.pinCount === 0) await victim.file.close();
    this.#lingering.push(victim);
    await this.#retryLingering();
  }

  async #retryLingering(): Promise<void> {
    const { disk, dir } = this.#context;
    const names = await disk.readDirectory(dir);
    const unlink = async (path: string): Promise<void> => {
      if (names.includes(path.slice(dir.length + 1))) await disk.unlink(path);
    };
    for (const victim of this.#lingering) {
      await unlink(`${dir}/${hintName(victim.identity.generation)}`);
      await unlink(victim.path);
    }
    if (this.#lingering.length === 0) return;
    await disk.syncDirectory(dir);
    this.#lingering = [];
  }

  async #writeHint(superblock: Superblock): Promise<void> {
    const { disk, dir, index, nextSequence } = this.#context;
    await writeHint(disk, dir, index, superblock, nextSequence, breathe);
  }
}
