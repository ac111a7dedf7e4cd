/** One timer for all links: it rings when the first of them has something due, and lets all act that do. */
import type { Clock } from '../../platform/clock.ts';

/**
 * Timers ring at whole milliseconds, so half of one early is as near as late. What is due within it happens now, and its links are told the
 * time they asked for.
 */
const EARLY_MS = 0.5;

export interface Sleeper {
  /** Monotonic milliseconds; Infinity: nothing is due. */
  wakeMs(): number;
  wake(nowMs: number): void;
}

export interface Waker {
  add(sleeper: Sleeper): void;
  remove(sleeper: Sleeper): void;
  /** A sleeper has something due at this time, perhaps earlier than before. */
  schedule(wakeMs: number): void;
  stop(): void;
}

export const createWaker = (clock: Clock): Waker => {
  const sleepers = new Set<Sleeper>();
  let armedForMs = Infinity;
  let cancel = (): void => {};
  let isRinging = false;

  const arm = (wakeMs: number): void => {
    cancel();
    armedForMs = wakeMs;
    cancel = clock.after(Math.max(1, Math.round(wakeMs - clock.nowMs())), ring);
  };

  const ring = (): void => {
    armedForMs = Infinity;
    isRinging = true;
    const nowMs = clock.nowMs();
    for (const sleeper of sleepers) {
      const wakeMs = sleeper.wakeMs();
      if (wakeMs <= nowMs + EARLY_MS) sleeper.wake(Math.max(nowMs, wakeMs));
    }
    isRinging = false;
    let nextMs = Infinity;
    for (const sleeper of sleepers) nextMs = Math.min(nextMs, sleeper.wakeMs());
    if (nextMs < armedForMs) arm(nextMs);
  };

  return {
    add: (sleeper) => void sleepers.add(sleeper),
    remove: (sleeper) => void sleepers.delete(sleeper),
    schedule(wakeMs) {
      // A timer that rings too early looks again; only one that would ring too late is set anew. While it rings, it is set for all at the end.
      if (wakeMs < armedForMs && !isRinging) arm(wakeMs);
    },
    stop() {
      cancel();
      armedForMs = -Infinity;
    },
  };
};
