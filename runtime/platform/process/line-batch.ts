/** Collects log lines and hands them over in batches, with a bound: a burst of lines must not grow the child or drown its supervisor. */
import type { Clock } from '../clock.ts';

/** Ten batches a second look live to a person and cost next to nothing. */
const FLUSH_MS = 100;

/** More lines than this between two batches are dropped from the stream and counted; the log file has them all. */
const LINES_MAX = 500;

export interface LineBatch {
  add(line: string): void;
  /** Sends what is waiting, at once, whether or not the batch before it has left: for the last words of a process. */
  flush(): void;
}

/**
 * `send` delivers a batch and calls back once it left the process; the next batch waits for that, so a receiver that does not read
 * costs at most one batch in flight and one waiting.
 */
export const createLineBatch = (clock: Clock, send: (lines: string[], droppedCount: number, sent: () => void) => void): LineBatch => {
  let lines: string[] = [];
  let droppedCount = 0;
  let isSending = false;
  let cancelTimer: (() => void) | undefined;

  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (lines.length === 0) return;
    const batch = lines;
    const dropped = droppedCount;
    lines = [];
    droppedCount = 0;
    isSending = true;
    send(batch, dropped, () => {
      isSending = false;
      if (lines.length > 0) cancelTimer ??= clock.after(FLUSH_MS, flush);
    });
  };

  return {
    add(line) {
      if (lines.length >= LINES_MAX) droppedCount += 1;
      else lines.push(line);
      if (!isSending) cancelTimer ??= clock.after(FLUSH_MS, flush);
    },
    flush,
  };
};
