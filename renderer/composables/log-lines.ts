/** The log lines one view shows: those its filter lets through, live or held still. */
import { computed, type ComputedRef, onScopeDispose, shallowRef, type ShallowRef, watch } from 'vue';
import type { LogEntry } from '../logs/entry.ts';
import { compileSearch, createJudge, type LogFilter, type Search } from '../logs/filter.ts';
import { createLineIndex } from '../logs/line-index.ts';
import type { LineSource } from '../logs/line-ring.ts';
import { useLogStore } from '../stores/logs.ts';

/** Of a frame of 16 ms, so that scrolling stays smooth while 50,000 lines are searched. */
const SCAN_MS_MAX = 8;

export interface LogLines {
  /** Changes whenever what is shown may have changed; what follows is read anew then. */
  version: Readonly<ShallowRef<number>>;
  count: ComputedRef<number>;
  foundCount: ComputedRef<number>;
  /** Whether older lines are still being looked through. */
  isScanning: ComputedRef<boolean>;
  search: ComputedRef<Search>;
  entryAt(position: number): LogEntry;
  ordinalAt(position: number): number;
  /** Position of the first line shown that is at least this old; −1 when there is none. */
  positionOf(ordinal: number): number;
  /** The ordinal of the next line the search finds, from one on and around the end; −1 when it finds none. */
  foundFrom(ordinal: number, direction: 1 | -1): number;
  /** The place of a line among those found, from 1; 0 when it is none of them. */
  foundNumberOf(ordinal: number): number;
  isHeld: Readonly<ShallowRef<boolean>>;
  /** Lines the filter lets through that came since it is held. */
  waitingCount: Readonly<ShallowRef<number>>;
  /** Stands still; nothing that is shown gives way. */
  hold(): void;
  /** Goes on with the youngest lines. */
  release(): void;
  /** Empties this view. Returns what brings the lines back. */
  clear(): () => void;
  /** All that is shown, oldest first. */
  entries(): LogEntry[];
}

export const useLogLines = (filter: () => LogFilter): LogLines => {
  const store = useLogStore();
  const index = createLineIndex();
  const version = shallowRef(0);
  const isHeld = shallowRef(false);
  const waitingCount = shallowRef(0);
  const search = computed(() => compileSearch(filter().search));
  let source: LineSource = store.ring;
  let judge = createJudge(filter(), search.value);
  let clearedTo = 0;
  let countedTo = 0;
  let frame = 0;

  const scan = (): void => {
    const startMs = performance.now();
    index.scan(() => performance.now() - startMs > SCAN_MS_MAX);
    version.value += 1;
    frame = index.isComplete ? 0 : requestAnimationFrame(scan);
  };
  const restart = (): void => {
    cancelAnimationFrame(frame);
    judge = createJudge(filter(), search.value);
    index.reset(source, judge, clearedTo);
    scan();
  };
  /** Counting goes through the filter too: "312 new lines" of which none is shown would be a lie. */
  const countWaiting = (): void => {
    let waiting = waitingCount.value;
    for (countedTo = Math.max(countedTo, store.ring.first); countedTo < store.ring.end; countedTo++) {
      if (judge(store.ring.at(countedTo)) !== 'hidden') waiting += 1;
    }
    waitingCount.value = waiting;
  };

  watch(() => store.version, () => {
    if (isHeld.value) return countWaiting();
    index.follow();
    if (!index.isComplete && frame === 0) return scan();
    version.value += 1;
  });
  watch(filter, () => {
    restart();
    if (!isHeld.value) return;
    // What waits is counted by the new filter, from where the view stands still.
    waitingCount.value = 0;
    countedTo = source.end;
    countWaiting();
  });
  onScopeDispose(store.follow());
  onScopeDispose(() => cancelAnimationFrame(frame));
  restart();

  const read = <T>(pick: () => T): ComputedRef<T> => computed(() => (version.value, pick()));
  const { shown, found } = index;
  return {
    version,
    count: read(() => shown.count),
    foundCount: read(() => found.count),
    isScanning: read(() => !index.isComplete),
    search,
    entryAt: (position) => source.at(shown.at(position)),
    ordinalAt: (position) => shown.at(position),
    positionOf: (ordinal) => {
      const position = shown.positionOf(ordinal);
      return position < shown.count ? position : -1;
    },
    foundFrom: (ordinal, direction) => {
      if (found.count === 0) return -1;
      const next = direction > 0 ? found.positionOf(ordinal + 1) : found.positionOf(ordinal) - 1;
      return found.at((next + found.count) % found.count);
    },
    foundNumberOf: (ordinal) => {
      const position = found.positionOf(ordinal);
      return position < found.count && found.at(position) === ordinal ? position + 1 : 0;
    },
    isHeld,
    waitingCount,
    hold: () => {
      if (isHeld.value) return;
      source = store.ring.freeze();
      index.rebase(source);
      countedTo = source.end;
      waitingCount.value = 0;
      isHeld.value = true;
    },
    release: () => {
      if (!isHeld.value) return;
      source = store.ring;
      isHeld.value = false;
      waitingCount.value = 0;
      restart();
    },
    clear: () => {
      const before = clearedTo;
      clearedTo = source.end;
      restart();
      return () => {
        clearedTo = before;
        restart();
      };
    },
    entries: () => Array.from({ length: shown.count }, (_, position) => source.at(shown.at(position))),
  };
};
