/**
 * The invariants, fed with what really lies on simulated disks and what is really sent. It keeps the first violation of a schedule.
 * One observer per generation (core/chunkpaxos/invariants.ts) judges votes and promises; what concerns disks and rows is judged here.
 */
import type { Value } from '../../contract/paxos.ts';
import type { AcceptorState } from '../../core/chunkpaxos/acceptor.ts';
import { holdsPiece } from '../../core/chunkpaxos/held.ts';
import {
  createObserver, observeAccept, observeAckSent, observeDecision, observeLost, observePromise, observePromiseSent, observeVote,
} from '../../core/chunkpaxos/invariants.ts';
import type { InstanceObserver, Invariant } from '../../core/chunkpaxos/invariants.ts';
import type { Ledger } from '../../core/chunkpaxos/learner.ts';
import type { Accept, Reply } from '../../core/chunkpaxos/messages.ts';
import { q1Of, q2Of, storeIndexOf } from '../../core/chunkpaxos/quorum.ts';
import { holdsPieceFor, sameValue } from '../../core/chunkpaxos/value.ts';
import { GENERATIONS_MAX } from './fixtures.ts';
import type { SimStore } from './store.ts';

export class Checker {
  violation: Invariant | null = null;
  detail = '';
  private readonly observers: (InstanceObserver | null)[] = new Array<InstanceObserver | null>(GENERATIONS_MAX).fill(null);
  /** Disks whose pieces of a generation are gone, as a mask: Recoverable allows for them. */
  private readonly lostDisks: number[] = new Array<number>(GENERATIONS_MAX).fill(0);

  reset(): void {
    this.violation = null;
    this.detail = '';
    this.observers.fill(null);
    this.lostDisks.fill(0);
  }

  fail(invariant: Invariant, detail: string): void {
    if (this.violation) return;
    this.violation = invariant;
    this.detail = detail;
  }

  observer(generation: number, shape: { k: number; m: number }): InstanceObserver {
    return (this.observers[generation] ??= createObserver(shape.k + shape.m, q1Of(shape), q2Of(shape)));
  }

  /** The generation's observer, or null while nothing happened in it. */
  known(generation: number): InstanceObserver | null {
    return this.observers[generation] ?? null;
  }

  acceptSent(message: Accept): void {
    const observer = this.observer(message.grant.generation, message.grant);
    const broken = observeAccept(observer, message.ballot, message.value);
    if (broken) this.fail(broken, 'an ACCEPT was sent');
  }

  /** A record reached the disk of `store`; `before` is the one it replaces. */
  recordDurable(store: SimStore, record: AcceptorState, before: AcceptorState | null): void {
    const { grant } = record;
    const index = storeIndexOf(grant, store.uuid);
    const observer = this.observer(grant.generation, grant);
    if (before?.promised !== record.promised) this.promiseOnDisk(observer, index, record);
    const { accepted } = record;
    if (!accepted || before?.accepted === accepted) return;
    // A store that forgot its record may still vote for what is chosen: that changes nothing, and it is not counted.
    if (index >= 0 && observer.lost & (1 << index) && observer.chosen && sameValue(observer.chosen, accepted.value)) return;
    const wasChosen = observer.chosen;
    const broken = observeVote(observer, index, accepted.ballot, accepted.value);
    if (broken) this.fail(broken, `a vote became durable on store ${store.index}`);
    else if (accepted.value.kind === 'PLACED' && store.disks[grant.generation]!.isBad) this.fail('Validity', `store ${store.index} voted for bytes it does not hold`);
    if (!wasChosen && observer.chosen) this.chosenNow = true;
  }

  /** Set when a vote chose a value; the world looks at Recoverable then. */
  chosenNow = false;

  private promiseOnDisk(observer: InstanceObserver, index: number, record: AcceptorState): void {
    if (index >= 0 && observer.lost & (1 << index)) {
      // It forgot, knows so and abstains; only its knowledge of the decision may be new on its disk.
      if (record.chosen || record.closed || !record.accepted) return;
    }
    const broken = observePromise(observer, index, record.promised);
    if (broken) this.fail(broken, 'a lower promise is on a disk');
  }

  /** A store answers somebody: whatever it tells must be in the image that a power loss would leave. */
  replySent(store: SimStore, generation: number, message: Reply): void {
    const disk = store.disks[generation]!;
    const { record } = disk;
    const observer = this.observers[generation];
    if (!observer && message.type !== 'NACK') return;
    switch (message.type) {
      case 'PROMISE': {
        const broken = observePromiseSent(observer!, record ? storeIndexOf(record.grant, store.uuid) : store.index, message.ballot);
        if (broken) this.fail(broken, `store ${store.index} sent a PROMISE`);
        if (message.accepted && observeAckSent(observer!, store.index, message.accepted.ballot)) this.fail('DurableBeforeReply', `store ${store.index} told of a vote`);
        return;
      }
      case 'ACK': {
        const index = record ? storeIndexOf(record.grant, store.uuid) : store.index;
        if (index >= 0 && observer!.lost & (1 << index) && observer!.chosen && sameValue(observer!.chosen, message.value)) return;
        const broken = observeAckSent(observer!, index, message.ballot);
        if (broken) this.fail(broken, `store ${store.index} sent an ACK`);
        else if (message.value.kind === 'PLACED' && !holdsPieceFor(disk.pieces, message.value, index) && !holdsPieceFor(disk.dropped, message.value, index)) {
          this.fail('DurableBeforeReply', `store ${store.index} sent an ACK for bytes that are not on its disk`);
        }
        return;
      }
      case 'STAGED':
        if (!holdsPiece(disk.pieces, message.piece) && !holdsPiece(disk.dropped, message.piece)) this.fail('DurableBeforeReply', `store ${store.index} sent STAGED`);
        return;
      case 'CHOSEN':
        if (!record?.chosen) this.fail('DurableBeforeReply', `store ${store.index} sent CHOSEN`);
        return;
      case 'LEARNED':
        if (!record?.chosen && !record?.closed) this.fail('DurableBeforeReply', `store ${store.index} sent LEARNED`);
        return;
      case 'NACK':
        return;
    }
  }

  /** A proposer, or the metadata service, takes this for decided. */
  decided(generation: number, value: Value, by: string): void {
    const observer = this.observers[generation];
    if (!observer || observeDecision(observer, value)) this.fail('CommitImpliesChosen', `${by} took ${value.kind} for decided`);
  }

  ledgerChanged(before: Ledger, after: Ledger): void {
    const { row } = after;
    if (row && row !== before.row) {
      this.decided(row.generation, row.value, 'the metadata service');
      if (row.generation <= before.closedThrough) this.fail('GenerationClosed', `a row of generation ${row.generation} was committed`);
      if (before.row && !hasSameContent(before.row.value, row.value)) this.fail('Stability', 'a row changed its content');
    }
    if (after.aborted.length > before.aborted.length) this.decided(after.aborted[after.aborted.length - 1]!, { kind: 'ABORT' }, 'the metadata service');
  }

  /** The store can never again say what it promised or voted in this generation. */
  storeForgot(generation: number, storeIndex: number, shape: { k: number; m: number }): void {
    if (storeIndex >= 0) observeLost(this.observer(generation, shape), storeIndex);
  }

  diskLost(generation: number, storeIndex: number): void {
    this.lostDisks[generation]! |= 1 << storeIndex;
  }

  /** Recoverable: of a chosen PLACED, at least Q2 stores hold their piece, minus the disks lost since. */
  checkRecoverable(generation: number, stores: readonly SimStore[], ledger: Ledger): void {
    const observer = this.observers[generation];
    const chosen = observer?.chosen;
    // What is closed and no row's is not read any more.
    const isGone = generation <= ledger.closedThrough && ledger.row?.generation !== generation;
    if (!observer || chosen?.kind !== 'PLACED' || isGone) return;
    let holders = 0;
    let lost = 0;
    for (let index = 0; index < observer.storeCount; index += 1) {
      if (holdsPieceFor(stores[index]!.disks[generation]!.pieces, chosen, index)) holders += 1;
      if (this.lostDisks[generation]! & (1 << index)) lost += 1;
    }
    if (holders < observer.q2 - lost) this.fail('Recoverable', `${holders} stores hold their piece, Q2 is ${observer.q2}, ${lost} disks were lost`);
  }
}

const hasSameContent = (a: Value, b: Value): boolean => (a.kind === 'PLACED' && b.kind === 'PLACED' ? a.sha256 === b.sha256 : sameValue(a, b));
