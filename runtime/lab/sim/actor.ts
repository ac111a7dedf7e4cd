/**
 * A proposer's process around the core: it asks for a grant, runs the proposer, commits what was decided, and tries the next generation when
 * there is no quorum or its bytes lost. A recovery is one without bytes of its own, started by the metadata service.
 */
import type { Grant, PlacedValue, Value } from '../../contract/paxos.ts';
import type { ProposerEffect } from '../../core/chunkpaxos/effects.ts';
import type { ProposerLimits } from '../../core/chunkpaxos/limits.ts';
import type { ProposerInput } from '../../core/chunkpaxos/messages.ts';
import { createProposer, stepProposer } from '../../core/chunkpaxos/proposer.ts';
import type { Proposer } from '../../core/chunkpaxos/proposer.ts';
import { sameValue } from '../../core/chunkpaxos/value.ts';
import { GENERATIONS_MAX, PROPOSER_IDS } from './fixtures.ts';
import { METADATA, PROPOSERS } from './messages.ts';
import type { MetadataReply, MetadataRequest } from './messages.ts';
import type { World } from './world.ts';

/** Few ballots and repeats: in a schedule of 60 steps a proposer that gives up shows more than one that waits. */
const PATIENT: ProposerLimits = { replyTimeoutMs: 1, resendsMax: 1, backOffMs: 1, backOffMsMax: 1, ballotsMax: 4, fillsMax: 1 };
/** Goes to the next ballot while answers of the last are still on their way. */
const HASTY: ProposerLimits = { ...PATIENT, resendsMax: 0, ballotsMax: 6 };

type ActorState = 'asking' | 'running' | 'committing' | 'over';

export class Actor {
  readonly serial: number;
  readonly own: PlacedValue | null;
  state: ActorState = 'asking';
  alive = true;
  generation = -1;
  core: Proposer | null = null;
  /** The core's timer runs; the actor's own runs while it waits for the metadata service. */
  isTimerArmed = false;
  isRetryArmed = false;
  /** What to ask the metadata service (again). */
  private ask: MetadataRequest | null = null;
  /** Proposers run so far: an answer that comes twice may start a second one for the same instance. */
  private runCount = 0;

  constructor(serial: number, own: PlacedValue | null) {
    this.serial = serial;
    this.own = own;
  }

  get address(): number {
    return PROPOSERS + this.serial;
  }

  /** Asks for the generation after `after`. */
  askForGrant(world: World, after: number): void {
    this.state = 'asking';
    this.core = null;
    this.isTimerArmed = false;
    if (!this.own || after + 1 >= GENERATIONS_MAX) return this.end();
    this.sendAsk(world, { type: 'ISSUE', after, sha256: this.own.sha256 });
  }

  private sendAsk(world: World, ask: MetadataRequest): void {
    this.ask = ask;
    this.isRetryArmed = true;
    world.send(METADATA, this.address, this.generation, ask);
  }

  start(world: World, grant: Grant, proposerId = PROPOSER_IDS[this.serial]!): void {
    this.state = 'running';
    this.isRetryArmed = false;
    this.generation = grant.generation;
    const runId = this.runCount === 0 ? proposerId : `${proposerId}-${this.runCount}`;
    this.runCount += 1;
    const seed = world.draws.draw(1 << 16) + 1;
    const promisesWanted = world.options.widens ? world.shape.k + world.shape.m : 0;
    this.core = createProposer({ grant, proposerId, runId, own: this.own, hasBytes: this.own !== null, promisesWanted, seed, limits: world.options.isHasty ? HASTY : PATIENT, rules: world.rules });
    this.step(world, { type: 'START' });
  }

  step(world: World, input: ProposerInput, msgId = 0): void {
    const core = this.core!;
    const effects = stepProposer(core, input);
    world.trace?.input(this.address, this.generation, msgId, input, core);
    for (let index = 0; index < effects.length; index += 1) this.perform(world, core, effects[index]!);
  }

  private perform(world: World, core: Proposer, effect: ProposerEffect): void {
    switch (effect.kind) {
      case 'send':
        if (effect.message.type === 'ACCEPT') world.checker.acceptSent(effect.message);
        world.send(effect.to, this.address, this.generation, effect.message);
        return;
      case 'setTimer':
        this.isTimerArmed = true;
        return;
      case 'fetch':
        world.send(this.address, this.address, this.generation, { type: 'FETCH', value: effect.value });
        return;
      case 'emit':
        if (effect.event === 'adopt') world.coverage.adoptions += 1;
        else if (effect.event === 'free') world.coverage.freeChoices += 1;
        else world.coverage.preemptions += 1;
        return;
      case 'decide':
        world.checker.decided(this.generation, effect.value, `proposer ${this.serial}`);
        if (effect.learned) world.coverage.learned += 1;
        else if (effect.ballot.round === 0) world.coverage.fastChosen += 1;
        else world.coverage.classicChosen += 1;
        if (effect.learned) return this.settle(world, effect.value);
        this.state = 'committing';
        return this.sendAsk(world, { type: 'COMMIT', grant: core.config.grant, ballot: effect.ballot, value: effect.value, acks: core.acks.slice() });
      case 'finish':
        this.isTimerArmed = false;
        return;
      case 'giveUp':
        return this.askForGrant(world, this.generation);
    }
  }

  receive(world: World, generation: number, message: ProposerInput | MetadataReply, msgId: number): void {
    switch (message.type) {
      case 'GRANTED':
        if (this.state === 'asking') this.start(world, message.grant);
        return;
      case 'COMMITTED':
        if (this.state === 'committing' && generation === this.generation) this.settle(world, message.value);
        return;
      case 'REFUSED':
        if (this.state === 'committing' || this.state === 'asking') {
          this.isRetryArmed = false;
          // Too slow for this generation: its bytes may still be wanted in the next.
          if (message.reason === 'generation_closed') this.askForGrant(world, this.generation);
          else this.end();
        }
        return;
      default:
        if (this.core && generation === this.generation) this.step(world, message, msgId);
    }
  }

  /** The instance is decided and known to be. Whoever lost to ABORT may try again; whoever lost to other bytes is told so. */
  private settle(world: World, value: Value): void {
    this.isRetryArmed = false;
    this.state = 'over';
    if (value.kind === 'ABORT') {
      world.coverage.aborts += 1;
      this.askForGrant(world, this.generation);
    } else if (this.own && !sameValue(value, this.own) && world.options.impatience > 0) this.askForGrant(world, this.generation);
  }

  private end(): void {
    this.state = 'over';
    this.isRetryArmed = false;
  }

  onTimer(world: World): void {
    this.isTimerArmed = false;
    this.step(world, { type: 'TIMER' });
  }

  onRetry(world: World): void {
    if (this.ask) world.send(METADATA, this.address, this.generation, this.ask);
  }

  die(): void {
    this.alive = false;
    this.isTimerArmed = false;
    this.isRetryArmed = false;
  }
}
