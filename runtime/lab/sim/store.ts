/**
 * A storage node around the acceptors, as far as durability goes: what is appended, what is synced, what a crash leaves.
 *
 *   pending   appended, not synced. A crash of the process keeps what was written so far (the page cache), a power loss keeps some prefix
 *   outbox    replies that wait for the sync
 *   disks     synced: what a power loss leaves, per generation
 */
import type { Piece } from '../../contract/paxos.ts';
import { createAcceptor, initialAcceptorState, mustAbstain, stepAcceptor } from '../../core/chunkpaxos/acceptor.ts';
import type { Acceptor, AcceptorState } from '../../core/chunkpaxos/acceptor.ts';
import type { AcceptorEffect } from '../../core/chunkpaxos/effects.ts';
import type { AcceptorInput, AcceptorTimerName, Reply } from '../../core/chunkpaxos/messages.ts';
import { storeIndexOf } from '../../core/chunkpaxos/quorum.ts';
import { GENERATIONS_MAX, storeUuid } from './fixtures.ts';
import type { World } from './world.ts';

export interface GenerationDisk {
  record: AcceptorState | null;
  pieces: Piece[];
  /** Was here and was evicted since: a STAGED on its way told the truth when it was written. */
  dropped: Piece[];
  /** Stored bytes do not match their name (only where nobody verifies them). */
  isBad: boolean;
}

interface Append {
  generation: number;
  effect: Extract<AcceptorEffect, { kind: 'storeBytes' | 'persist' | 'dropBytes' }>;
  isBad: boolean;
}

interface Waiting {
  to: number;
  generation: number;
  message: Reply;
}

export class SimStore {
  readonly index: number;
  uuid: string;
  wipes = 0;
  alive = true;
  readonly disks: GenerationDisk[] = Array.from({ length: GENERATIONS_MAX }, () => ({ record: null, pieces: [], dropped: [], isBad: false }));
  readonly acceptors: (Acceptor | null)[] = new Array<Acceptor | null>(GENERATIONS_MAX).fill(null);
  pending: Append[] = [];
  /** Only where a rule is missing: appended before a crash, in the page cache, and taken for durable. */
  cached: Append[] = [];
  outbox: Waiting[] = [];
  /** After damage: the grant_seq through which the store does not know what it voted. */
  lostThrough = -1;
  /** Generations whose timers run, as masks. */
  recoverArmed = 0;
  collectArmed = 0;
  syncsDone = 0;

  constructor(index: number) {
    this.index = index;
    this.uuid = storeUuid(index);
  }

  reset(): void {
    if (this.wipes > 0) this.uuid = storeUuid(this.index);
    this.wipes = 0;
    this.alive = true;
    for (const disk of this.disks) this.clear(disk);
    this.acceptors.fill(null);
    this.pending.length = 0;
    this.cached.length = 0;
    this.outbox.length = 0;
    this.lostThrough = -1;
    this.recoverArmed = 0;
    this.collectArmed = 0;
    this.syncsDone = 0;
  }

  private clear(disk: GenerationDisk): void {
    if (disk.record) disk.record = null;
    if (disk.pieces.length > 0) disk.pieces = [];
    if (disk.dropped.length > 0) disk.dropped = [];
    disk.isBad = false;
  }

  acceptor(world: World, generation: number): Acceptor {
    return (this.acceptors[generation] ??= this.load(world, generation, this.disks[generation]!.record));
  }

  private load(world: World, generation: number, record: AcceptorState | null): Acceptor {
    const grant = record?.grant ?? world.metadata.grantOf(generation)!;
    const state = record ?? initialAcceptorState(grant);
    const index = storeIndexOf(grant, this.uuid);
    const abstains = mustAbstain(state, index, this.lostThrough);
    return createAcceptor({ grant, storeUuid: this.uuid, state, abstains, rules: world.rules });
  }

  /** Feeds one input that came from `from` (an address; −1: nobody who waits for an answer) and carries out its effects up to the next sync. */
  step(world: World, generation: number, input: AcceptorInput, from: number, isBad: boolean, msgId = 0): void {
    const acceptor = this.acceptor(world, generation);
    const effects = stepAcceptor(acceptor, input);
    world.trace?.input(this.index, generation, msgId, input, acceptor.state);
    for (let index = 0; index < effects.length; index += 1) {
      const effect = effects[index]!;
      switch (effect.kind) {
        case 'storeBytes':
        case 'persist':
        case 'dropBytes':
          if (effect.kind === 'dropBytes') world.coverage.evictions += 1;
          this.pending.push({ generation, effect, isBad: isBad && effect.kind === 'storeBytes' });
          world.trace?.event('persist', this.index, generation, effect);
          break;
        case 'send':
          if (from < 0) break;
          if (effect.afterPersist && this.pending.length > 0) this.outbox.push({ to: from, generation, message: effect.message });
          else world.sendReply(this, from, generation, effect.message);
          break;
        case 'setTimer':
          this.arm(effect.timer, generation);
          break;
        case 'emit':
          if (effect.event === 'recover') world.askRecovery(this, generation);
          break;
      }
    }
  }

  private arm(timer: AcceptorTimerName, generation: number): void {
    if (timer === 'recover') this.recoverArmed |= 1 << generation;
    else this.collectArmed |= 1 << generation;
  }

  /** One group commit: everything appended becomes durable, then what waited for it is sent. */
  sync(world: World): void {
    this.syncsDone += 1;
    if (world.options.syncFailure > 0 && world.draws.chance(world.options.syncFailure)) {
      world.coverage.syncFailures += 1;
      if (world.shell.failedSyncEndsWriting) return this.crash(world, false, this.pending.length);
      // Tried again, the sync reports success, but the pages were dropped from the cache's list of dirty ones.
      this.cached.push(...this.pending);
      this.pending.length = 0;
    } else this.applyAll(world);
    if (world.options.crash > 0 && world.draws.chance(world.options.crash)) {
      if (this.outbox.length > 0) world.coverage.crashesBeforeSend += 1;
      return this.crash(world, world.draws.chance(world.options.powerLoss), 0);
    }
    const { outbox } = this;
    for (let index = 0; index < outbox.length; index += 1) world.sendReply(this, outbox[index]!.to, outbox[index]!.generation, outbox[index]!.message);
    outbox.length = 0;
  }

  private applyAll(world: World): void {
    for (let index = 0; index < this.cached.length; index += 1) this.apply(world, this.cached[index]!);
    for (let index = 0; index < this.pending.length; index += 1) this.apply(world, this.pending[index]!);
    this.cached.length = 0;
    this.pending.length = 0;
  }

  private apply(world: World, { generation, effect, isBad }: Append): void {
    const disk = this.disks[generation]!;
    switch (effect.kind) {
      case 'storeBytes':
        disk.pieces.push(effect.piece);
        if (isBad) disk.isBad = true;
        return;
      case 'persist': {
        const before = disk.record;
        disk.record = effect.record;
        world.checker.recordDurable(this, effect.record, before);
        if (world.checker.chosenNow) world.onChosen(generation);
        return;
      }
      case 'dropBytes':
        disk.pieces = disk.pieces.filter((piece) => piece !== effect.piece);
        disk.dropped.push(effect.piece);
        world.checkRecoverable(generation);
    }
  }

  /** The process ends, or the machine with it. `writtenCount`: how many pending appends had reached the page cache. */
  crash(world: World, losesPower: boolean, writtenCount: number): void {
    world.coverage.crashes += 1;
    if (this.pending.length > 0) world.coverage.crashesBeforeSync += 1;
    world.trace?.event('crash', this.index, 0, { loses_power: losesPower, pending: this.pending.length, written: writtenCount });
    this.pending.length = writtenCount;
    this.alive = false;
    this.outbox.length = 0;
    this.acceptors.fill(null);
    this.recoverArmed = 0;
    this.collectArmed = 0;
    if (losesPower) this.losePower(world);
  }

  /** Of what was appended but not synced, some prefix is on the platter; the torn rest is cut. */
  losePower(world: World): void {
    world.coverage.powerLosses += 1;
    const appends = [...this.cached, ...this.pending];
    this.cached.length = 0;
    this.pending.length = 0;
    const keptCount = world.draws.draw(appends.length + 1);
    for (let index = 0; index < keptCount; index += 1) this.apply(world, appends[index]!);
  }

  /** Start: sync what the page cache still has, read it all back, then answer. */
  restart(world: World): void {
    this.alive = true;
    if (world.shell.startupIsSynced) this.applyAll(world);
    else {
      this.cached.push(...this.pending);
      this.pending.length = 0;
    }
    for (let generation = 0; generation < GENERATIONS_MAX; generation += 1) {
      let { record } = this.disks[generation]!;
      for (const append of this.cached) if (append.generation === generation && append.effect.kind === 'persist') record = append.effect.record;
      if (!record) continue;
      const acceptor = this.load(world, generation, record);
      this.acceptors[generation] = acceptor;
      if (acceptor.abstains) world.checker.storeForgot(generation, acceptor.storeIndex, world.shape);
      if (record.accepted && !record.chosen) this.arm('recover', generation);
      if (record.chosen || record.closed) this.arm('collect', generation);
    }
    world.trace?.event('restart', this.index, 0, {
      store_uuid: this.uuid,
      lost_through: this.lostThrough,
      records: this.acceptors.flatMap((acceptor) => (acceptor ? [acceptor.state] : [])),
    });
  }

  /** The disk is replaced by an empty one: a new store, whatever node it is in. */
  wipe(world: World): void {
    world.coverage.wipes += 1;
    this.forgetAll(world);
    for (let generation = 0; generation < GENERATIONS_MAX; generation += 1) {
      if (this.disks[generation]!.record || this.disks[generation]!.pieces.length > 0) world.checker.diskLost(generation, this.index);
      this.clear(this.disks[generation]!);
    }
    this.pending.length = 0;
    this.cached.length = 0;
    this.lostThrough = -1;
    if (!world.shell.wipedStoreIsNew) return;
    this.wipes += 1;
    this.uuid = storeUuid(this.index, this.wipes);
  }

  /** Rot takes records, nobody can tell whose: the store abstains wherever it may have voted, up to the grant_seq of now. */
  damage(world: World, generation: number): void {
    world.coverage.damages += 1;
    this.lostThrough = world.metadata.durable.issued;
    this.disks[generation]!.record = null;
    if (world.draws.draw(2) === 1) {
      this.disks[generation]!.pieces = [];
      world.checker.diskLost(generation, this.index);
    }
    this.forgetAll(world);
  }

  private forgetAll(world: World): void {
    for (let generation = 0; generation <= world.metadata.durable.issued; generation += 1) {
      const grant = world.metadata.grantOf(generation);
      const record = this.disks[generation]!.record;
      const index = grant ? storeIndexOf(grant, this.uuid) : -1;
      if (this.lostThrough < 0 || mustAbstain(record ?? initialAcceptorState(grant!), index, this.lostThrough)) world.checker.storeForgot(generation, index, world.shape);
    }
  }
}
