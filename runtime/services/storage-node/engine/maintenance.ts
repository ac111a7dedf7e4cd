/**
 * What a store does for itself: hints, reserves, compaction, scrub. None of it is needed for an answer, so it runs one task at a time, with
 * pauses, and its failures are reported and tried again.
 */
import { MIB, SECOND_MS } from '../../../contract/units.ts';
import { Compactor } from './compaction.ts';
import type { StoreContext } from './context.ts';
import { writeHint } from './hint.ts';
import { Lane, breathe } from './lane.ts';
import type { LogWriter } from './log-writer.ts';
import { scrubStore } from './scrub.ts';
import type { Superblock } from './superblock.ts';
import type { Damage } from './types.ts';

/** A hint is written anew once this much is sealed past it, and at least half as much again: so hints cost a bounded share of writing. */
const UNHINTED_BYTES_MAX = 32 * MIB;
const HINT_GROWTH = 0.5;
/** The reserves wait until a launch is over. */
const RESERVE_DELAY_MS = 5 * SECOND_MS;
const HINT_CHECK_MS = 5 * SECOND_MS;
/** The scrub sleeps whenever it has read this much; more often would wake the process for nothing. */
const SCRUB_STEP_BYTES = MIB;

export class Maintenance {
  readonly #context: StoreContext;
  readonly #writer: LogWriter;
  readonly #compactor: Compactor;
  readonly #lane = new Lane();
  readonly #timers = new Map<string, () => void>();
  #isClosed = false;

  constructor(context: StoreContext, writer: LogWriter) {
    this.#context = context;
    this.#writer = writer;
    this.#compactor = new Compactor(context, () => writer.active);
  }

  start(): void {
    const { compactionIntervalMs, scrubBytesPerSecond, scrubPauseMs } = this.#context.settings;
    this.#after('reserves', RESERVE_DELAY_MS, () => this.#context.space.fillReserves());
    this.#every('hints', HINT_CHECK_MS, () => this.#writeDueHints());
    if (compactionIntervalMs > 0) {
      this.#every('compaction', compactionIntervalMs, async () => {
        if (this.#writer.failure !== undefined) return;
        await this.#compactor.run(false);
        await this.#context.space.fillReserves();
      });
    }
    if (scrubBytesPerSecond > 0) this.#after('scrub', scrubPauseMs, () => this.#scrubForever());
  }

  compact(all: boolean): Promise<number> {
    return this.#lane.run(async () => {
      if (all && this.#isGarbageInActive()) await this.#writer.roll();
      return this.#compactor.run(all);
    });
  }

  scrub(): Promise<Damage[]> {
    return scrubStore(this.#context, async () => breathe());
  }

  /** A superblock was closed: its hint can be written once and for all. */
  onRolled(closed: Superblock): void {
    void this.#guarded('hint', () => this.#writeHint(closed));
  }

  /** Ends the timers and waits for the task under way. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    this.#compactor.stop();
    for (const cancel of this.#timers.values()) cancel();
    await this.#lane.run(async () => undefined);
  }

  /** Writes the hints that are missing or out of date. */
  async writeAllHints(): Promise<void> {
    for (const superblock of this.#context.superblocks.list()) {
      const isDue = superblock.hintStale || superblock.hintedBytes < superblock.seal.sealedUpTo;
      if (isDue) await this.#reported('hint', () => this.#writeHint(superblock, breathe));
    }
  }

  async #writeDueHints(): Promise<void> {
    for (const superblock of this.#context.superblocks.list()) {
      const unhintedBytes = superblock.seal.sealedUpTo - superblock.hintedBytes;
      const isDue = superblock.hintStale || unhintedBytes > Math.max(UNHINTED_BYTES_MAX, superblock.hintedBytes * HINT_GROWTH);
      if (isDue) await this.#writeHint(superblock);
    }
  }

  /** In the background a hint is given up when the store closes, which writes it again anyway. */
  async #writeHint(superblock: Superblock, pause = (): Promise<void> => this.#breatheUnlessClosed()): Promise<void> {
    if (superblock.isRemoved) return;
    const { disk, dir, index, nextSequence } = this.#context;
    await writeHint(disk, dir, index, superblock, nextSequence, pause);
  }

  async #breatheUnlessClosed(): Promise<void> {
    if (this.#isClosed) throw new Error('The store is closing.');
    await breathe();
  }

  #isGarbageInActive(): boolean {
    const { active } = this.#writer;
    const usage = this.#context.index.usageOf(active.slot);
    return usage.tombstoneBytes > 0 || usage.liveBytes < active.dataEndBytes;
  }

  async #scrubForever(): Promise<void> {
    const { clock, settings } = this.#context;
    let unpaidBytes = 0;
    try {
      await scrubStore(this.#context, async (bytes) => {
        if (this.#isClosed) throw new ScrubEnded();
        unpaidBytes += bytes;
        if (unpaidBytes < SCRUB_STEP_BYTES) return;
        const pauseMs = (unpaidBytes / settings.scrubBytesPerSecond) * SECOND_MS;
        unpaidBytes = 0;
        await new Promise<void>((resolve, reject) => {
          const cancel = clock.after(pauseMs, resolve);
          this.#timers.set('scrub', () => {
            cancel();
            reject(new ScrubEnded());
          });
        });
      });
    } catch (error) {
      if (!(error instanceof ScrubEnded)) this.#report('scrub', error);
    }
    if (!this.#isClosed) this.#after('scrub', settings.scrubPauseMs, () => this.#scrubForever());
  }

  #after(name: string, delayMs: number, task: () => Promise<void>): void {
    const run = name === 'scrub' ? () => void task() : () => void this.#guarded(name, task);
    this.#timers.set(name, this.#context.clock.after(delayMs, run));
  }

  #every(name: string, intervalMs: number, task: () => Promise<void>): void {
    this.#after(name, intervalMs, async () => {
      await this.#reported(name, task);
      if (!this.#isClosed) this.#every(name, intervalMs, task);
    });
  }

  /** In the lane, unless the store closes first. */
  #guarded(name: string, task: () => Promise<void>): Promise<void> {
    return this.#lane.run(async () => {
      if (!this.#isClosed) await this.#reported(name, task);
    });
  }

  async #reported(name: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#report(name, error);
    }
  }

  #report(task: string, error: unknown): void {
    this.#context.emit({ kind: 'maintenance-failed', task, error: error instanceof Error ? error.message : String(error) });
  }
}

class ScrubEnded extends Error {}
