/**
 * Memory for reads, under one budget for the whole store. Slabs of one size are lent out and come back; when the budget is used up, reads
 * wait in the order they came. One read takes all its slabs at once, so two reads can never wait for each other.
 */
import { KIB } from '../../../contract/units.ts';

/** Eight slabs carry a usual chunk of 2 MiB, and a slow reader gives memory back piece by piece. A multiple of the checksum block. */
export const SLAB_BYTES = 256 * KIB;

/** Reads up to this size get memory of their own, at its exact size: a slab would waste most of itself. */
const SMALL_BYTES_MAX = 64 * KIB;

export interface BufferLease {
  readonly buffers: readonly Buffer[];
  releaseAt(index: number): void;
  release(): void;
}

interface Waiter {
  bytes: number;
  resolve: (lease: BufferLease) => void;
}

export class BufferPool {
  readonly #budgetBytes: number;
  readonly #idleSlabs: Buffer[] = [];
  readonly #waiters: Waiter[] = [];
  bytesInUse = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** Buffers of at least `bytes` together; each but the last is a full slab. */
  acquire(bytes: number): Promise<BufferLease> {
    const rounded = bytes <= SMALL_BYTES_MAX ? bytes : Math.ceil(bytes / SLAB_BYTES) * SLAB_BYTES;
    if (this.#waiters.length === 0 && this.bytesInUse + rounded <= this.#budgetBytes) return Promise.resolve(this.#lend(rounded));
    return new Promise((resolve) => this.#waiters.push({ bytes: rounded, resolve }));
  }

  #lend(bytes: number): BufferLease {
    this.bytesInUse += bytes;
    const buffers: Buffer[] = [];
    if (bytes <= SMALL_BYTES_MAX) buffers.push(Buffer.allocUnsafe(bytes));
    else for (let lent = 0; lent < bytes; lent += SLAB_BYTES) buffers.push(this.#idleSlabs.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES));
    const isHeld = buffers.map(() => true);
    const releaseAt = (index: number): void => {
      if (!isHeld[index]) return;
      isHeld[index] = false;
      this.#takeBack(buffers[index]!);
    };
    return { buffers, releaseAt, release: () => buffers.forEach((_, index) => releaseAt(index)) };
  }

  #takeBack(buffer: Buffer): void {
    this.bytesInUse -= buffer.length;
    if (buffer.length === SLAB_BYTES) this.#idleSlabs.push(buffer);
    while (this.#waiters.length > 0 && this.bytesInUse + this.#waiters[0]!.bytes <= this.#budgetBytes) {
      const waiter = this.#waiters.shift()!;
      waiter.resolve(this.#lend(waiter.bytes));
    }
    // Idle slabs beyond half the budget go back to the system once nobody waits: a burst must not stay in memory for ever.
    while (this.#waiters.length === 0 && this.#idleSlabs.length * SLAB_BYTES > this.#budgetBytes / 2) this.#idleSlabs.pop();
  }
}
