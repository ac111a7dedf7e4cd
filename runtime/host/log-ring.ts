/** The youngest log lines, as many as fit, found by their sequence numbers. */
import type { LogLine } from '../contract/control/logs.ts';
import { MIB } from '../contract/units.ts';

/** Some hours of a quiet cluster, five seconds of one that writes 10,000 lines a second; about 15 MB with lines of the usual length. */
export const LINES_KEPT = 50_000;
/** Long lines make it fewer: what is kept never has more characters than this, counted as the lines came. */
export const CHARS_KEPT = 32 * MIB;

export interface LogRing {
  /** Adds the line of the next sequence number; `chars` is the length of its text. */
  add(line: LogLine, chars: number): void;
  /** The lines with `after` < sequence < `before`, youngest first. */
  youngestFirst(after: number, before: number): Generator<LogLine, void>;
}

export const createLogRing = (): LogRing => {
  const lines: (LogLine | undefined)[] = [];
  const lengths: number[] = [];
  let oldest = 1;
  let next = 1;
  let charCount = 0;

  const slot = (sequence: number): number => (sequence - 1) % LINES_KEPT;
  const forgetOldest = (): void => {
    charCount -= lengths[slot(oldest)]!;
    lines[slot(oldest)] = undefined;
    oldest += 1;
  };

  return {
    add(line, chars) {
      if (next - oldest >= LINES_KEPT) forgetOldest();
      lines[slot(next)] = line;
      lengths[slot(next)] = chars;
      charCount += chars;
      next += 1;
      while (charCount > CHARS_KEPT && oldest < next - 1) forgetOldest();
    },
    *youngestFirst(after, before) {
      const end = Math.max(oldest, after + 1);
      for (let sequence = Math.min(next, before) - 1; sequence >= end; sequence -= 1) yield lines[slot(sequence)]!;
    },
  };
};
