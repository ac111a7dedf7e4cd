/** Collects log lines and hands them over in batches, with a bound: a burst of lines must not grow the child or drown its supervisor. */
import type { Clock } from '../clock.ts';
import { MIB } from '../../contract/units.ts';

/** Ten batches a second look live to a person and cost next to nothing. */
const FLUSH_MS = 100;

/**
 * More than this between two batches is dropped from the stream and counted; the log file has it all. A child that writes 10,000 lines a
 * second fills a twentieth of it, so that a supervisor may be kept waiting for most of two seconds before a line is lost.
 */
export const LINES_MAX = 20_000;
/** Lines may be long: the stream of a child never holds more than this many characters. */
export const CHARS_MAX = 4 * MIB;

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
  let charCount = 0;
  let droppedCount = 0;
  let isSending = false;
  let cancelTimer: (() => void) | undefined;

  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (lines.length === 0 && droppedCount === 0) return;
    const batch = lines;
    const dropped = droppedCount;
    lines = [];
    charCount = 0;
    droppedCount = 0;
    isSending = true;
    send(batch, dropped, () => {
      isSending = false;
      if (lines.length > 0 || droppedCount > 0) cancelTimer ??= clock.after(FLUSH_MS, flush);
    });
  };

  return {
    add(line) {
      if (lines.length >= LINES_MAX || charCount + line.length > CHARS_MAX) droppedCount += 1;
      else {
        lines.push(line);
        charCount += line.length;
      }
      if (!isSending) cancelTimer ??= clock.after(FLUSH_MS, flush);
    },
    flush,
  };
};
