/**
 * Takes bodies in, hashing them as they arrive.
 *
 *   memory for the whole body at hand ──yes──▶ filled in memory ──complete──▶ ready
 *            │ no, after WAIT_MS                     │ slower than FAST_MS
 *            └──────────────▶ spool file ◀───────────┘
 *                                 │ complete, then waits for memory ──▶ read back ──▶ ready
 *
 * Memory is held either by bodies that arrive within FAST_MS or by complete ones, so it always comes free again soon, and nobody has
 * to be refused.
 */
import { VStackError } from '../../../contract/errors.ts';
import { KIB } from '../../../contract/units.ts';
import type { Clock } from '../../../platform/clock.ts';
import { createSha256 } from '../../../platform/crypto.ts';
import type { BufferPool } from '../buffer-pool.ts';
import type { ByteBudget } from '../../shared/byte-budget.ts';
import type { Spool, SpoolFile } from './spool.ts';

/** 8 MiB within a second is 64 Mbit/s; whatever is slower loses nothing by a detour over the page cache. */
const FAST_MS = 1000;
/** How long a body waits for memory before it goes to the spool. */
const WAIT_MS = 250;
/** Small pieces are gathered before they go to the spool, so that a byte at a time does not become a write at a time. */
const STAGING_BYTES = 8 * KIB;

/** A whole body. Whoever received it must `release` it. */
export interface Intake {
  bytes: Uint8Array;
  sha256: string;
  release(): void;
}

/** What all bodies of a node share. */
export interface IntakeResources {
  budget: ByteBudget;
  pool: BufferPool;
  spool: Spool;
  clock: Pick<Clock, 'after'>;
}

/** Gathers what trickles in and appends it to the spool in larger pieces. */
const createStaging = (file: SpoolFile) => {
  let staged: Uint8Array | undefined;
  let stagedBytes = 0;
  const flush = async (): Promise<void> => {
    if (stagedBytes > 0) await file.write(staged!.subarray(0, stagedBytes));
    stagedBytes = 0;
  };
  return {
    flush,
    async add(piece: Uint8Array): Promise<void> {
      if (stagedBytes + piece.length > STAGING_BYTES) await flush();
      if (piece.length > STAGING_BYTES) return file.write(piece);
      staged ??= new Uint8Array(STAGING_BYTES);
      staged.set(piece, stagedBytes);
      stagedBytes += piece.length;
    },
  };
};

/** Reads `sizeBytes` from the pieces. Rejects with what the pieces reject with, with `truncated_body`, or with `disk_full` from the spool. */
export const takeIn = async (
  pieces: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  { budget, pool, spool, clock }: IntakeResources,
  signal?: AbortSignal,
): Promise<Intake> => {
  const hash = createSha256();
  let memory: Uint8Array | undefined;
  let file: SpoolFile | undefined;
  let staging: ReturnType<typeof createStaging> | undefined;
  let moving: Promise<void> | undefined;
  let filledBytes = 0;

  const useMemory = (): void => {
    memory = pool.take(sizeBytes);
  };
  const dropMemory = (): void => {
    if (!memory) return;
    pool.give(memory);
    budget.release(sizeBytes);
    memory = undefined;
  };
  const useSpool = async (): Promise<void> => {
    file = await spool.open();
    staging = createStaging(file);
    if (memory) await file.write(memory.subarray(0, filledBytes));
    dropMemory();
  };

  // The timer fires also while nothing arrives, so that a sender that stands still holds no memory either.
  let cancelTimer: (() => void) | undefined;
  const moveWhenSlow = (): void => {
    cancelTimer = clock.after(FAST_MS, () => {
      moving = useSpool();
      moving.catch(() => {}); // Whoever awaits it next has the failure.
    });
  };

  try {
    if (await budget.acquire(sizeBytes, { waitMs: WAIT_MS, ...(signal && { signal }) })) {
      useMemory();
      moveWhenSlow();
    } else {
      await useSpool();
    }
    for await (const piece of pieces) {
      if (filledBytes + piece.length > sizeBytes) {
        throw new VStackError('bad_request', `The body is longer than the ${sizeBytes} bytes it should have.`);
      }
      hash.update(piece);
      await moving;
      if (memory) memory.set(piece, filledBytes);
      else await staging!.add(piece);
      filledBytes += piece.length;
    }
    cancelTimer?.();
    await moving;
    if (filledBytes < sizeBytes) throw new VStackError('truncated_body', `The body ended after ${filledBytes} of ${sizeBytes} bytes.`);
    if (!memory) {
      await staging!.flush();
      await budget.acquire(sizeBytes, signal && { signal });
      useMemory();
      await file!.read(memory!.subarray(0, sizeBytes));
    }
    return { bytes: memory!.subarray(0, sizeBytes), sha256: hash.digestHex(), release: dropMemory };
  } catch (error) {
    cancelTimer?.();
    await moving?.catch(() => {}); // It writes from the memory that is given back now.
    dropMemory();
    if (signal?.aborted) throw new VStackError('truncated_body', `The sender went away after ${filledBytes} of ${sizeBytes} bytes.`, { cause: error });
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new VStackError('disk_full', 'There is no room for the body. Free space on the disk, or raise the capacity.', { cause: error });
  } finally {
    await file?.remove();
  }
};
