/** Time that jumps: from one thing that is due to the next, in order, however long lies between them. */
import type { Clock } from '../../../platform/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets the next thing happen. False: nothing is due any more. */
  step(): boolean;
}

interface Timer {
  dueMs: number;
  /** Of two that are due at the same time, the one that was set first comes first. */
  order: number;
  callback: (() => void) | null;
}

const isBefore = (a: Timer, b: Timer): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

export const createVirtualClock = (startWallMs = 0): VirtualClock => {
  /** A binary heap; a cancelled timer stays until its turn. */
  const heap: Timer[] = [];
  let nowMs = 0;
  let orderNext = 0;

  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  const push = (timer: Timer): void => {
    let at = heap.push(timer) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(heap[at]!, heap[parent]!); parent = (at - 1) >> 1) {
      swap(at, parent);
      at = parent;
    }
  };
  const pop = (): Timer | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right;
      if (least === at) return first;
      swap(at, least);
      at = least;
    }
  };

  return {
    nowMs: () => nowMs,
    wallMs: () => startWallMs + nowMs,
    after(delayMs, callback) {
      const timer: Timer = { dueMs: nowMs + Math.max(0, delayMs), order: orderNext++, callback };
      push(timer);
      return () => {
        timer.callback = null;
      };
    },
    step() {
      for (let timer = pop(); timer !== undefined; timer = pop()) {
        const { callback } = timer;
        if (callback === null) continue;
        nowMs = timer.dueMs;
        callback();
        return true;
      }
      return false;
    },
  };
};
