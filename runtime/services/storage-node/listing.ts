/**
 * Pages through keys in order. The index has none, so a listing sorts all keys once, when its first page is asked for, and keeps them while
 * pages are being asked for. Keys written meanwhile may be left out, as in any listing of a store that is in use.
 */
import { MINUTE_MS } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';

/** A million keys take about 60 MB while they are kept. */
const KEPT_MS = MINUTE_MS;

export interface KeyListing {
  /** The first `limit` keys with `prefix` after `after`, and where to go on. */
  page(query: { prefix: string; after: string; limit: number }): { keys: string[]; next: string | null };
  close(): void;
}

export const createKeyListing = (allKeys: () => Iterable<string>, clock: Pick<Clock, 'after'>): KeyListing => {
  let sorted: string[] | undefined;
  let cancelForget: (() => void) | undefined;

  const keysFor = (after: string): string[] => {
    if (!sorted || after === '') sorted = [...allKeys()].sort();
    cancelForget?.();
    cancelForget = clock.after(KEPT_MS, () => (sorted = undefined));
    return sorted;
  };

  return {
    page({ prefix, after, limit }) {
      const all = keysFor(after);
      const keys: string[] = [];
      for (let index = firstAfter(all, after > prefix ? after : prefix, after > prefix); index < all.length; index += 1) {
        const key = all[index]!;
        if (!key.startsWith(prefix)) break;
        if (keys.length === limit) return { keys, next: keys.at(-1)! };
        keys.push(key);
      }
      return { keys, next: null };
    },
    close() {
      cancelForget?.();
      sorted = undefined;
    },
  };
};

/** The first index whose key is ≥ `bound`, or > `bound` when it is to be left out. */
const firstAfter = (sorted: readonly string[], bound: string, isExclusive: boolean): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = sorted[middle]!;
    if (key < bound || (isExclusive && key === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
};
