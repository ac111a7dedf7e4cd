/**
 * One schedule: stores, metadata service, proposers and the network between them, moved step by step by drawn choices. A step is one
 * thing that happens: a message arrives (or is lost, or twice), a sync ends, a timer fires, a fault strikes.
 */
import type { Reply } from '../../core/chunkpaxos/messages.ts';
import type { Rules } from '../../core/chunkpaxos/rules.ts';
import { sameValue } from '../../core/chunkpaxos/value.ts';
import { Actor } from './actor.ts';
import { arrive } from './arrive.ts';
import { Checker } from './checker.ts';
import { createCoverage } from './coverage.ts';
import { Draws } from './draws.ts';
import { strikeFault } from './faults.ts';
import { GENERATIONS_MAX, PROPOSERS_MAX, STORES_MAX, VALUES } from './fixtures.ts';
import { checkLiveness } from './liveness.ts';
import { METADATA } from './messages.ts';
import type { Envelope, SimMessage } from './messages.ts';
import { SimMetadata } from './metadata.ts';
import { rulesOf } from './mutants.ts';
import type { MutantName, ShellRules } from './mutants.ts';
import { createOptions, drawOptions, SHAPES } from './options.ts';
import type { Shape } from './options.ts';
import { SimStore } from './store.ts';
import { fireTimer, hasTimer } from './timers.ts';
import type { TraceRecorder } from './trace.ts';

/** Of the steps on which a delayed message could arrive at last, one in so many lets it. */
const RELEASE_ONE_IN = 16;

/** Of the steps on which an uploader still could begin, one in so many does. */
const START_ONE_IN = 6;

export class World {
  readonly draws = new Draws(0);
  readonly options = createOptions();
  readonly checker = new Checker();
  readonly coverage = createCoverage();
  readonly metadata = new SimMetadata();
  readonly rules: Rules;
  readonly shell: ShellRules;
  trace: TraceRecorder | null = null;
  stores: SimStore[] = [];
  actors: Actor[] = [];
  net: Envelope[] = [];
  delayed: Envelope[] = [];
  shape: Shape = SHAPES[0]!;
  steps = 0;
  wipesTotal = 0;
  startsLeft = 0;
  /** The faults have ended. */
  isHealing = false;
  /** The proposer's timer that fired last (timers.ts); −1 before the first. */
  lastActorTimer = -1;
  private faultRate = 0;
  private nextId = 1;
  private readonly storePool = Array.from({ length: STORES_MAX }, (_, index) => new SimStore(index));
  private readonly storesByShape = SHAPES.map(({ k, m }) => this.storePool.slice(0, k + m));

  constructor(mutant: MutantName | null = null) {
    ({ rules: this.rules, shell: this.shell } = rulesOf(mutant));
  }

  /** Runs one schedule to its end or to its first violation. A `script` of draws replaces the seed; `records` keeps the draws made. */
  run(seed: number, script: readonly number[] | null = null, records = false): void {
    const { draws, options, checker } = this;
    draws.reseed(seed);
    if (script) draws.play(script);
    if (records) draws.record();
    drawOptions(options, draws);
    this.reset();
    this.startUploader();
    while (this.steps < options.stepsMax && checker.violation === null) if (!this.step()) break;
    if (options.checksLiveness && checker.violation === null) checkLiveness(this);
    if (checker.violation) this.trace?.event('violation', METADATA, 0, { invariant: checker.violation, detail: checker.detail });
    this.coverage.schedules += 1;
    this.coverage.steps += this.steps;
    if (this.shape.k > 1) this.coverage.erasureSchedules += 1;
  }

  private reset(): void {
    const { options } = this;
    this.shape = SHAPES[options.shape]!;
    this.stores = this.storesByShape[options.shape]!;
    for (let index = 0; index < this.stores.length; index += 1) this.stores[index]!.reset();
    this.metadata.reset();
    this.checker.reset();
    this.actors.length = 0;
    this.net.length = 0;
    this.delayed.length = 0;
    this.steps = 0;
    this.nextId = 1;
    this.wipesTotal = 0;
    this.isHealing = false;
    this.lastActorTimer = -1;
    this.startsLeft = options.proposerCount;
    this.faultRate =
      options.crash + options.wipe + options.damage + options.proposerDeath + options.metadataCrash + options.foreignVote + options.litter + options.impatience;
  }

  /** False when nothing is left to happen. */
  step(): boolean {
    const { draws, options, net, stores } = this;
    this.steps += 1;
    if (this.faultRate > 0) {
      const struck = draws.draw(1000);
      if (struck >= 1000 - this.faultRate) {
        strikeFault(this, 1000 - struck);
        return true;
      }
    }
    if (this.startsLeft > 0 && draws.draw(START_ONE_IN) === START_ONE_IN - 1) {
      this.startUploader();
      return true;
    }
    if (this.delayed.length > 0 && draws.draw(RELEASE_ONE_IN) === RELEASE_ONE_IN - 1) this.release();
    if (options.earlyTimer > 0 && draws.chance(options.earlyTimer) && hasTimer(this)) {
      this.coverage.earlyTimers += 1;
      fireTimer(this);
      return true;
    }
    let readyCount = net.length;
    for (let index = 0; index < stores.length; index += 1) if (stores[index]!.alive && stores[index]!.pending.length > 0) readyCount += 1;
    if (this.metadata.alive && this.metadata.isPending) readyCount += 1;
    if (readyCount === 0) return this.stepIdle();
    const chosen = draws.draw(readyCount);
    if (chosen < net.length) this.deliver(chosen);
    else this.sync(chosen - net.length);
    return true;
  }

  /** Nothing is on its way: somebody comes back, begins, or runs out of patience. */
  private stepIdle(): boolean {
    const { draws } = this;
    for (const store of this.stores) {
      if (store.alive) continue;
      store.restart(this);
      return true;
    }
    if (!this.metadata.alive) {
      this.metadata.alive = true;
      return true;
    }
    if (this.startsLeft > 0) {
      this.startUploader();
      return true;
    }
    if (this.delayed.length > 0 && draws.draw(2) === 0) {
      this.release();
      return true;
    }
    if (hasTimer(this)) {
      fireTimer(this);
      return true;
    }
    if (this.delayed.length > 0) {
      this.release();
      return true;
    }
    return this.move();
  }

  private release(): void {
    const { delayed, draws, net } = this;
    const position = draws.draw(delayed.length);
    net.push(delayed[position]!);
    delayed[position] = delayed[delayed.length - 1]!;
    delayed.length -= 1;
  }

  /** Committed bytes move to a new generation: its proposer brings the same bytes, and the row follows. */
  private move(): boolean {
    const { row } = this.metadata.durable;
    const { options, draws } = this;
    if (!row || row.value.kind !== 'PLACED' || !draws.chance(options.move)) return false;
    if (this.metadata.ledger.issued + 1 >= GENERATIONS_MAX || this.actors.length >= PROPOSERS_MAX) return false;
    const { value } = row;
    this.coverage.moves += 1;
    const actor = new Actor(this.actors.length, VALUES[options.shape]!.find((other) => sameValue(other, value))!);
    this.actors.push(actor);
    actor.askForGrant(this, this.metadata.ledger.issued);
    return true;
  }

  startUploader(): void {
    this.startsLeft -= 1;
    if (this.actors.length >= PROPOSERS_MAX) return;
    const serial = this.actors.length;
    // Two uploads of the same file bring the same bytes.
    const brings = serial > 0 && this.draws.draw(8) === 7 ? 0 : serial;
    const actor = new Actor(serial, VALUES[this.options.shape]![brings]!);
    this.actors.push(actor);
    actor.askForGrant(this, -1);
  }

  startRecovery(generation: number): void {
    if (this.actors.length >= PROPOSERS_MAX) return;
    for (const actor of this.actors) if (actor.alive && !actor.own && actor.generation === generation && actor.state !== 'over') return;
    this.coverage.recoveries += 1;
    const actor = new Actor(this.actors.length, null);
    this.actors.push(actor);
    actor.start(this, this.metadata.grantOf(generation)!);
  }

  askRecovery(store: SimStore, generation: number): void {
    this.send(METADATA, store.index, generation, { type: 'RECOVER' });
  }

  send(to: number, from: number, generation: number, message: SimMessage): void {
    const { options, draws } = this;
    const hasBytes = (message.type === 'ACCEPT' || message.type === 'STAGE') && message.piece !== null;
    const isBad = hasBytes && options.corruption > 0 && draws.chance(options.corruption);
    if (isBad) this.coverage.corruptions += 1;
    this.coverage.sent += 1;
    const envelope: Envelope = { to, from, generation, message, isBad, id: this.trace ? this.nextId++ : 0 };
    this.trace?.message('send', from, envelope);
    if (options.delay > 0 && draws.chance(options.delay)) {
      this.coverage.delayed += 1;
      this.delayed.push(envelope);
      this.trace?.message('delay', to, envelope);
    } else this.net.push(envelope);
  }

  sendReply(store: SimStore, to: number, generation: number, message: Reply): void {
    this.checker.replySent(store, generation, message);
    this.send(to, store.index, generation, message);
  }

  private deliver(position: number): void {
    const { net, options, draws } = this;
    const envelope = net[position]!;
    const isLost = options.loss > 0 && draws.chance(options.loss);
    if (!isLost && options.duplication > 0 && draws.chance(options.duplication)) {
      this.coverage.duplicated += 1;
      this.trace?.message('duplicate', envelope.to, envelope);
    } else {
      net[position] = net[net.length - 1]!;
      net.length -= 1;
    }
    if (isLost) {
      this.coverage.lost += 1;
      this.trace?.message('drop', envelope.to, envelope);
    } else arrive(this, envelope);
  }

  private sync(position: number): void {
    let left = position;
    for (const store of this.stores) {
      if (!store.alive || store.pending.length === 0) continue;
      if (left === 0) return store.sync(this);
      left -= 1;
    }
    this.metadata.sync(this);
  }

  /** From here on nothing goes wrong any more, and whoever is down comes back. */
  endFaults(): void {
    const { options } = this;
    this.isHealing = true;
    this.faultRate = 0;
    for (const rate of ['loss', 'duplication', 'delay', 'earlyTimer', 'crash', 'syncFailure', 'corruption', 'impatience', 'move'] as const) options[rate] = 0;
  }

  onChosen(generation: number): void {
    this.checker.chosenNow = false;
    this.checkRecoverable(generation);
    this.trace?.event('chosen', METADATA, generation, this.checker.known(generation)?.chosen ?? null);
  }

  checkRecoverable(generation: number): void {
    this.checker.checkRecoverable(generation, this.stores, this.metadata.ledger);
  }
}
