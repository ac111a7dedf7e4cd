/** What a log view shows: lines as the host tells them, and in their place a word about those it left out. */
import type { LogLevel, LogLine } from '../../runtime/contract/control/logs.ts';

/** Lines that never reached this page. */
export interface LogGap {
  gapCount: number;
  /** When it was noticed, in Unix milliseconds. */
  atMs: number;
}

export type LogEntry = LogLine | LogGap;

export const isGap = (entry: LogEntry): entry is LogGap => 'gapCount' in entry;

/** From the least to the most urgent. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export const levelRanks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Puts gaps where sequence numbers are missing. `lastSequence` is that of the line before, null when there was none; `droppedCount` may
 * count more than the numbers show, because a process drops lines before they are numbered: those stand in front.
 */
export const withGaps = (lines: readonly LogLine[], droppedCount: number, lastSequence: number | null, nowMs: number): LogEntry[] => {
  const entries: LogEntry[] = [];
  let previous = lastSequence;
  let missingCount = 0;
  for (const line of lines) {
    const gapCount = previous === null ? 0 : line.sequence - previous - 1;
    if (gapCount > 0) {
      missingCount += gapCount;
      entries.push({ gapCount, atMs: line.atMs });
    }
    entries.push(line);
    previous = line.sequence;
  }
  const unnumberedCount = droppedCount - missingCount;
  if (unnumberedCount > 0) entries.unshift({ gapCount: unnumberedCount, atMs: lines[0]?.atMs ?? nowMs });
  return entries;
};
