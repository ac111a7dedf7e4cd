/**
 * A global limit on bytes in memory. Whoever wants some waits its turn, first come first served, so that overload becomes waiting
 * and never growth. A request larger than the whole budget counts as the whole budget: it is served, alone.
 */
import type { Clock } from '../../platform/clock.ts';

export interface ByteBudget {
  /**
   * Resolves with true once the bytes are the caller's, or with false after `waitMs` (default: never), so that the caller can find
   * another way when those who hold the budget are slow. Rejects with the signal's reason.
   */
  acquire(bytes: number, options?: { waitMs?: number; signal?: AbortSignal }): Promise<boolean>;
  /** Takes the bytes if nobody would have to wait for them. */
  tryAcquire(bytes: number): boolean;
  release(bytes: number): void;
  readonly usedBytes: number;
  readonly waitingCount: number;
}

interface Waiter {
  bytes: number;
  settle(granted: boolean): void;
}

export const createByteBudget = (bytesMax: number, clock: Pick<Clock, 'after'>): ByteBudget => {
  const waiters = new Set<Waiter>();
  let usedBytes = 0;

  const share = (bytes: number): number => Math.min(bytes, bytesMax);
  const fits = (bytes: number): boolean => usedBytes + share(bytes) <= bytesMax;

  const serve = (): void => {
    for (const waiter of waiters) {
      if (!fits(waiter.bytes)) return;
      usedBytes += share(waiter.bytes);
      waiter.settle(true);
    }
  };

  const wait = (bytes: number, waitMs: number | undefined, signal: AbortSignal | undefined): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiters.delete(waiter);
        cancelTimer?.();
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        bytes,
        settle(granted) {
          leave();
          resolve(granted);
        },
      };
      const giveUp = (settle: () => void) => (): void => {
        leave();
        serve(); // Whoever stood behind may be small enough.
        settle();
      };
      const onAbort = giveUp(() => reject(signal!.reason as Error));
      const cancelTimer = waitMs === undefined ? undefined : clock.after(waitMs, giveUp(() => resolve(false)));
      signal?.addEventListener('abort', onAbort, { once: true });
      waiters.add(waiter);
    });

  return {
    async acquire(bytes, { waitMs, signal } = {}) {
      signal?.throwIfAborted();
      if (this.tryAcquire(bytes)) return true;
      return wait(bytes, waitMs, signal);
    },
    tryAcquire(bytes) {
      if (waiters.size > 0 || !fits(bytes)) return false;
      usedBytes += share(bytes);
      return true;
    },
    release(bytes) {
      usedBytes -= share(bytes);
      serve();
    },
    get usedBytes() {
      return usedBytes;
    },
    get waitingCount() {
      return waiters.size;
    },
  };
};
