/** Runs an action soon after it is asked for, and at most once per interval however often it is asked for. */
import type { Clock } from '../platform/clock.ts';

export interface Throttle {
  /** The first request in a quiet time acts at once; the others share the next turn. */
  request(): void;
  /** Acts at once, whatever the interval says; what was waiting for its turn is done with that. */
  now(): void;
  cancel(): void;
}

export const createThrottle = (clock: Clock, intervalMs: number, action: () => void): Throttle => {
  let lastMs = -Infinity;
  let cancelTimer: (() => void) | undefined;
  const act = (): void => {
    cancelTimer = undefined;
    lastMs = clock.nowMs();
    action();
  };
  return {
    request() {
      if (cancelTimer) return;
      const waitMs = lastMs + intervalMs - clock.nowMs();
      if (waitMs <= 0) act();
      else cancelTimer = clock.after(waitMs, act);
    },
    now() {
      cancelTimer?.();
      act();
    },
    cancel() {
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
};
