/** One timer per name; setting it again replaces the one before. */
import type { Clock } from '../../../platform/clock.ts';

export interface Timers {
  set(name: string, delayMs: number, callback: () => void): void;
  cancel(name: string): void;
  close(): void;
  readonly count: number;
}

export const createTimers = (clock: Pick<Clock, 'after'>): Timers => {
  const cancels = new Map<string, () => void>();
  return {
    set(name, delayMs, callback) {
      cancels.get(name)?.();
      cancels.set(
        name,
        clock.after(delayMs, () => {
          cancels.delete(name);
          callback();
        }),
      );
    },
    cancel(name) {
      cancels.get(name)?.();
      cancels.delete(name);
    },
    close() {
      for (const cancel of cancels.values()) cancel();
      cancels.clear();
    },
    get count() {
      return cancels.size;
    },
  };
};
