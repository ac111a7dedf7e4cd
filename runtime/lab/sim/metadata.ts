/** The metadata service around the learner: a ledger in memory, the same on disk one sync later, and answers that wait for it. */
import type { Grant } from '../../contract/paxos.ts';
import { judgeCertificate } from '../../core/chunkpaxos/certificate.ts';
import { EMPTY_LEDGER, stepLearner } from '../../core/chunkpaxos/learner.ts';
import type { Ledger, LearnerEffect } from '../../core/chunkpaxos/learner.ts';
import { planRecovery } from '../../core/chunkpaxos/recovery.ts';
import { sameValue } from '../../core/chunkpaxos/value.ts';
import { GENERATIONS_MAX, grantOf } from './fixtures.ts';
import { METADATA, PROPOSERS } from './messages.ts';
import type { MetadataRequest, SimMessage } from './messages.ts';
import type { World } from './world.ts';

interface Waiting {
  to: number;
  generation: number;
  message: SimMessage;
}

export class SimMetadata {
  alive = true;
  ledger: Ledger = EMPTY_LEDGER;
  durable: Ledger = EMPTY_LEDGER;
  private grants: readonly Grant[] = [];
  private durableGrants: readonly Grant[] = [];
  private outbox: Waiting[] = [];

  reset(): void {
    this.alive = true;
    this.ledger = EMPTY_LEDGER;
    this.durable = EMPTY_LEDGER;
    this.grants = [];
    this.durableGrants = [];
    this.outbox.length = 0;
  }

  get isPending(): boolean {
    return this.ledger !== this.durable;
  }

  grantOf(generation: number): Grant | undefined {
    return this.grants[generation] ?? this.durableGrants[generation];
  }

  receive(world: World, from: number, generation: number, message: MetadataRequest): void {
    switch (message.type) {
      case 'ISSUE':
        if (message.after + 1 >= GENERATIONS_MAX) return this.say(world, from, generation, { type: 'REFUSED', reason: 'exhausted' }, false);
        return this.perform(world, from, generation, stepLearner(this.ledger, message, world.rules));
      case 'COMMIT': {
        const { grant, ballot, value, acks } = message;
        const certificate = { grant, ballot, value, acks: acks.map(({ store_uuid }) => ({ store_uuid, mac: '' })) };
        const verdict = judgeCertificate(certificate, world.rules);
        if (verdict !== 'valid') return this.say(world, from, generation, { type: 'REFUSED', reason: verdict }, false);
        return this.perform(world, from, generation, stepLearner(this.ledger, { type: 'COMMIT', generation, value }, world.rules));
      }
      case 'RECOVER':
        return this.recover(world, from, generation);
    }
  }

  private perform(world: World, from: number, asked: number, effects: readonly LearnerEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'persist':
          world.checker.ledgerChanged(this.ledger, effect.ledger);
          if (effect.ledger.row !== this.ledger.row || effect.ledger.aborted !== this.ledger.aborted) {
            world.coverage.commits += 1;
            world.trace?.event('commit', METADATA, asked, effect.ledger);
          }
          if (effect.ledger.issued > this.ledger.issued) this.issue(world, from, effect.ledger.issued);
          this.ledger = effect.ledger;
          break;
        case 'grant':
          this.say(world, from, effect.generation, { type: 'GRANTED', grant: this.grants[effect.generation]! }, effect.afterPersist);
          break;
        case 'committed':
          this.say(world, from, effect.generation, { type: 'COMMITTED', value: effect.value }, effect.afterPersist);
          break;
        case 'learn': {
          const grant = this.grants[effect.generation]!;
          const message = { type: 'LEARN' as const, grant, value: effect.value, closed_through: effect.closedThrough };
          for (let store = 0; store < grant.stores.length; store += 1) this.say(world, store, effect.generation, message, effect.afterPersist);
          break;
        }
        case 'refuse':
          if (effect.reason === 'generation_closed') world.coverage.closedRefusals += 1;
          this.say(world, from, asked, { type: 'REFUSED', reason: effect.reason }, false);
      }
    }
  }

  private issue(world: World, from: number, generation: number): void {
    if (generation > 0) world.coverage.generationChanges += 1;
    this.grants = [...this.grants, grantOf(world.options.shape, generation, from - PROPOSERS, world.stores.map((store) => store.uuid), world.wipesTotal)];
  }

  private recover(world: World, from: number, generation: number): void {
    const plan = planRecovery(this.ledger, generation);
    if (plan.kind === 'run') return world.startRecovery(generation);
    const { row } = this.ledger;
    const value = plan.kind === 'close' ? null : row?.generation === generation ? row.value : ({ kind: 'ABORT' } as const);
    this.say(world, from, generation, { type: 'LEARN', grant: this.grants[generation]!, value }, true);
  }

  private say(world: World, to: number, generation: number, message: SimMessage, afterPersist: boolean): void {
    if (afterPersist && this.isPending) this.outbox.push({ to, generation, message });
    else this.send(world, to, generation, message);
  }

  private send(world: World, to: number, generation: number, message: SimMessage): void {
    if (message.type === 'COMMITTED' || message.type === 'LEARN') this.checkDurable(world, generation, message);
    world.send(to, METADATA, generation, message);
  }

  /** What it tells of a decision must be in the row that a power loss would leave. */
  private checkDurable(world: World, generation: number, { value }: Extract<SimMessage, { type: 'COMMITTED' | 'LEARN' }>): void {
    const { row, aborted } = this.durable;
    const isDurable = !value || (value.kind === 'ABORT' ? aborted.includes(generation) : row !== null && sameValue(row.value, value));
    if (!isDurable && !(row && row.generation > generation)) world.checker.fail('DurableBeforeReply', 'the metadata service told of a row that is not durable');
  }

  sync(world: World): void {
    this.durable = this.ledger;
    this.durableGrants = this.grants;
    for (const { to, generation, message } of this.outbox) this.send(world, to, generation, message);
    this.outbox.length = 0;
  }

  /** A transaction is on disk as a whole or not at all. */
  crash(world: World): void {
    world.coverage.metadataCrashes += 1;
    world.trace?.event('crash', METADATA, 0, null);
    if (this.isPending && world.draws.draw(2) === 1) {
      this.durable = this.ledger;
      this.durableGrants = this.grants;
    }
    this.alive = false;
    this.outbox.length = 0;
    this.ledger = this.durable;
    this.grants = this.durableGrants;
  }
}
