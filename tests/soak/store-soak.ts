/**
 * The life of a store under power cuts and failing syncs: random work, a cut at a random call, a restart, and a model that checks every
 * answer. Everything random comes from the seed, and time stands still unless the run moves it, so a seed replays its run.
 */
import { createManualClock } from '../../runtime/platform/clock.ts';
import { createFaultyDisk } from '../../runtime/platform/disk/faulty-disk.ts';
import type { Fault } from '../../runtime/platform/disk/faulty-disk.ts';
import { createSimulatedDisk } from '../../runtime/platform/disk/simulated-disk.ts';
import { seededRandom } from '../../runtime/platform/random.ts';
import type { Random } from '../../runtime/platform/random.ts';
import { openStore } from '../../runtime/services/storage-node/engine/open-store.ts';
import type { RecordKind, Store, StoreEvent, StoreSettings, StoreWrite } from '../../runtime/services/storage-node/engine/types.ts';
import { StoreModel, payloadOf } from './store-model.ts';

export interface StoreSoakOptions {
  /** Lives, each ended by a power cut. */
  powerCuts: number;
  seed: number;
  /** Share of the lives in which a sync fails first and the node is restarted over the same page cache. @default 0.25 */
  failedSyncShare?: number;
}

export interface StoreSoakReport {
  seed: number;
  powerCuts: number;
  failedSyncs: number;
  acknowledgedCommits: number;
  unacknowledgedCommits: number;
  tornTails: number;
  savedTails: number;
  compactions: number;
  cutWhileOpening: number;
}

const DIR = '/store';
/** Small numbers, so that a short life meets rolls, seals, hints and merges. */
const SETTINGS: Partial<StoreSettings> = {
  superblockBytes: 160 * 1024,
  sealBytesMax: 48 * 1024,
  acceptorReserveBytes: 8192,
  compactionReserveBytes: 16_384,
  freeBytesMin: 1024 * 1024,
  compactionIntervalMs: 0,
  scrubBytesPerSecond: 0,
};
const KEY_COUNT = 24;
const PAIR_COUNT = 6;
const CALLS_PER_LIFE_MAX = 220;
const STEPS_PER_LIFE_MAX = 60;
/** A power cut during the start after a power cut, this often at most in a row. */
const OPENINGS_MAX = 40;

/** Throws at the first lie, naming the seed and the life. */
export const soakStore = async (options: StoreSoakOptions): Promise<StoreSoakReport> => {
  const soak = new Soak(options);
  for (let life = 0; life < options.powerCuts; life++) {
    try {
      await soak.liveOnce();
    } catch (error) {
      throw new Error(`store soak, seed ${options.seed}, life ${life}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  return soak.report;
};

class Soak {
  readonly report: StoreSoakReport;
  readonly #random: Random;
  readonly #failedSyncShare: number;
  readonly #clock = createManualClock();
  readonly #simulated = createSimulatedDisk({ capacityBytes: 1024 ** 3, syncDelay: () => this.#pause(this.#below(4)) });
  readonly #model = new StoreModel();
  readonly #disk = createFaultyDisk(this.#simulated, {
    decide: (call) => this.#decide(call.operation),
    onSyncLost: (path) => this.#simulated.loseUnsynced(path),
  });
  #callsLeft = Infinity;
  #syncsLeft = Infinity;
  readonly #underWay: Promise<void>[] = [];
  #nonce = 0;
  #lifeCount = 0;

  constructor({ seed, failedSyncShare = 0.25 }: StoreSoakOptions) {
    this.#random = seededRandom(seed);
    this.#failedSyncShare = failedSyncShare;
    this.report = {
      seed, powerCuts: 0, failedSyncs: 0, acknowledgedCommits: 0, unacknowledgedCommits: 0, tornTails: 0, savedTails: 0, compactions: 0, cutWhileOpening: 0,
    };
  }

  async liveOnce(): Promise<void> {
    let store = await this.#openAndCheck();
    if (this.#random() < this.#failedSyncShare) {
      this.#syncsLeft = this.#below(12);
      await this.#work(store, this.#below(STEPS_PER_LIFE_MAX));
      await store.seal();
      this.#syncsLeft = Infinity;
      if (!store.health().writable) this.report.failedSyncs++;
      await this.#die(store);
      store = await this.#openAndCheck();
    }
    this.#callsLeft = this.#below(CALLS_PER_LIFE_MAX);
    await this.#work(store, this.#below(STEPS_PER_LIFE_MAX));
    if (this.#random() < 0.2) await store.close().catch(() => undefined);
    this.#cutNow();
    await this.#die(store);
    this.report.powerCuts++;
    this.#restorePower();
  }

  /** A process that lost its power does nothing more; ours is still running and must find the disk dead until it has noticed. */
  async #die(store: Store | undefined): Promise<void> {
    await store?.close().catch(() => undefined);
    await Promise.all(this.#underWay.splice(0));
  }

  #restorePower(): void {
    this.#lifeCount++;
    this.#callsLeft = Infinity;
    this.#simulated.restorePower(this.#random);
  }

  /** Answers that come after the power went are answers to nobody. */
  #lifeCheck(): () => boolean {
    const life = this.#lifeCount;
    return () => life === this.#lifeCount && this.#callsLeft > 0;
  }

  /** Opens the store; now and then the power goes while it opens. */
  async #openAndCheck(): Promise<Store> {
    for (let opening = 0; opening < OPENINGS_MAX; opening++) {
      const isCut = this.#random() < 0.3;
      if (isCut) this.#callsLeft = this.#below(40);
      let store: Store | undefined;
      try {
        store = await openStore({ disk: this.#disk, dir: DIR, settings: SETTINGS, clock: this.#clock, onEvent: (event) => this.#note(event) });
        await this.#model.check(store);
        if (store.quarantined().length > 0) throw new Error(`damage after a mere power cut: ${JSON.stringify(store.quarantined())}`);
        this.#callsLeft = Infinity;
        return store;
      } catch (error) {
        if (this.#callsLeft > 0) throw error;
        this.#cutNow();
        await this.#die(store);
        this.report.cutWhileOpening++;
        this.#restorePower();
      }
    }
    throw new Error(`the store did not open in ${OPENINGS_MAX} attempts`);
  }

  async #work(store: Store, steps: number): Promise<void> {
    const underWay = this.#underWay;
    for (let step = 0; step < steps && this.#callsLeft > 0; step++) {
      const dice = this.#random();
      if (dice < 0.7) underWay.push(this.#commit(store));
      else if (dice < 0.8) await Promise.all(underWay);
      else if (dice < 0.88) this.#clock.advance(25);
      else if (dice < 0.92) underWay.push(quietly(store.seal()));
      else if (dice < 0.95) underWay.push(quietly(store.compact({ all: this.#random() < 0.5 })));
      else await this.#pause(this.#below(8));
      if (this.#random() < 0.3) underWay.push(this.#read(store));
    }
    // The power does not wait for answers.
    if (this.#random() < 0.5) await Promise.all(underWay);
  }

  async #read(store: Store): Promise<void> {
    const { kind, key } = this.#randomKey();
    const isAlive = this.#lifeCheck();
    try {
      const bytes = await store.readSmall(kind, key);
      if (bytes && isAlive()) this.#model.observe(kind, key, bytes);
    } catch (error) {
      if (isAlive()) throw error;
    }
  }

  #randomKey(): { kind: RecordKind; key: string } {
    const index = this.#below(KEY_COUNT);
    if (index < PAIR_COUNT) return { kind: 'chunk', key: `pair-${index}` };
    return { kind: index % 2 === 0 ? 'chunk' : 'fragment', key: `key-${index}` };
  }

  async #pause(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve));
  }

  async #commit(store: Store): Promise<void> {
    const writes = this.#randomWrites();
    const acknowledge = this.#model.attempt(writes);
    const isAlive = this.#lifeCheck();
    try {
      await store.commit(writes);
      // A commit that was in flight when the power went cannot have been answered to anyone.
      if (isAlive()) {
        acknowledge();
        this.report.acknowledgedCommits++;
      }
    } catch {
      this.report.unacknowledgedCommits++;
    }
  }

  #randomWrites(): StoreWrite[] {
    const { kind, key } = this.#randomKey();
    const name = `n${this.#nonce++}`;
    const sizeBytes = this.#random() < 0.1 ? 50_000 + this.#below(60_000) : 16 + this.#below(3000);
    if (key.startsWith('pair-')) {
      this.#model.addPair(key);
      if (this.#random() < 0.15) return [{ kind: 'chunk', key, deleted: true }, { kind: 'acceptor', key, deleted: true }];
      const bytes = payloadOf(name, sizeBytes);
      return [{ kind: 'chunk', key, bytes }, { kind: 'acceptor', key, bytes }];
    }
    return this.#random() < 0.2 ? [{ kind, key, deleted: true }] : [{ kind, key, bytes: payloadOf(name, sizeBytes) }];
  }

  #decide(operation: string): Fault | undefined {
    if (this.#callsLeft !== Infinity && this.#callsLeft-- <= 0) {
      const isFirst = this.#callsLeft === -1;
      this.#callsLeft = -2;
      // A write that is under way when the power goes may leave any part of itself; every later call finds the disk dead.
      if (isFirst && operation === 'write') return { kind: 'torn', share: this.#random() < 0.5 ? 1 : this.#random(), code: 'EIO' };
      this.#simulated.cutPower();
      return { kind: 'error', code: 'EIO' };
    }
    if (operation === 'sync' && this.#syncsLeft !== Infinity && this.#syncsLeft-- <= 0) {
      this.#syncsLeft = Infinity;
      return { kind: 'syncLost' };
    }
    return undefined;
  }

  #cutNow(): void {
    this.#callsLeft = -2;
    this.#simulated.cutPower();
  }

  #note(event: StoreEvent): void {
    if (event.kind === 'torn-tail-cut') this.report.tornTails++;
    if (event.kind === 'opened' && event.tailBytes > 0) this.report.savedTails++;
    if (event.kind === 'compacted') this.report.compactions++;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

const quietly = async (work: Promise<unknown>): Promise<void> => {
  await work.catch(() => {
    // Compaction and seals may fail when the disk does; what counts is what the store shows afterwards.
  });
};
