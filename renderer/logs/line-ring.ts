/**
 * The youngest log entries. Each has an ordinal that counts up from 0 and never changes, so whoever points at entries by ordinal
 * (a filter, the line in focus) is not disturbed when the oldest give way.
 */
import type { LogEntry } from './entry.ts';

export interface LineSource {
  /** Ordinal of the oldest entry kept. */
  readonly first: number;
  /** Ordinal after the youngest entry. */
  readonly end: number;
  /** Only for ordinals from `first` to before `end`. */
  at(ordinal: number): LogEntry;
}

export interface LineRing extends LineSource {
  append(entries: readonly LogEntry[]): void;
  /** The entries as they are now; later ones do not show in it. */
  freeze(): LineSource;
  /** Forgets all entries; ordinals go on. */
  clear(): void;
}

export const createLineRing = (capacity: number): LineRing => {
  const slots: LogEntry[] = [];
  let first = 0;
  let end = 0;
  return {
    get first() {
      return first;
    },
    get end() {
      return end;
    },
    at: (ordinal) => slots[ordinal % capacity]!,
    append: (entries) => {
      for (const entry of entries) slots[end++ % capacity] = entry;
      first = Math.max(first, end - capacity);
    },
    freeze: () => {
      const frozen = { first, end };
      const copy = slots.slice();
      return { ...frozen, at: (ordinal) => copy[ordinal % capacity]! };
    },
    clear: () => {
      // A slot belongs to an ordinal, so they are not emptied; what lies before `first` is never read.
      first = end;
    },
  };
};
