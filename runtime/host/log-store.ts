/**
 * The youngest log lines of every process, in memory, and a batched stream of them. The files on disk have everything; this is what a
 * person looks at. A burst costs at most the ring and one batch: the oldest lines of a batch that grew too long are dropped and counted.
 * Lines wait a moment for those that were written before them and come later, since each process tells its own in batches.
 *
 *   child ── ≤ 10 batches/s, IPC ──▶ add ──▶ waiting ── in order ──▶ ring (queries, export)
 *                                                           └─────▶ batch ── ≤ 5/s ──▶ event ──▶ outbox of each client
 */
import type { EventData } from '../contract/control/index.ts';
import type { LogLine } from '../contract/control/logs.ts';
import { MIB } from '../contract/units.ts';
import type { Clock } from '../platform/clock.ts';
import { parseLogLine } from './log-line.ts';
import { queryLines, searchLines, type LogFilter, type LogQuery } from './log-query.ts';
import { createLogRing } from './log-ring.ts';

/** Five batches a second look live and cost next to nothing. */
export const BATCH_MS = 200;

/** A line that was written earlier comes later by up to a child's batch of 100 ms, and by what its start or a busy host adds. */
export const LATE_MS_MAX = 200;

/**
 * More lines than this in one batch are dropped from the stream. It promises 10,000 a second, a tenth of this in each batch; the rest is for
 * a host or a child that was kept waiting for most of two seconds and has to catch up.
 */
export const BATCH_LINES_MAX = 20_000;
/** The same for long lines; one frame to a client is never much larger. */
const BATCH_CHARS_MAX = 4 * MIB;

export interface LogStore {
  /** Takes JSON lines as pino writes them; anything else is kept as plain text. */
  add(source: string, lines: readonly string[], droppedCount?: number): void;
  /** The youngest lines that match, oldest first. */
  query(query: LogQuery): LogLine[];
  /** The same with a regular expression. @throws VStackError bad_request for one that is none, or takes too long */
  search(query: LogQuery & { search: string }): Promise<LogLine[]>;
  /** The youngest lines that match as JSON, one a line, oldest first, at most `charsMax` characters of them. @throws as `search` does */
  exportText(query: LogFilter & { search?: string }, charsMax: number): Promise<string>;
  /** Sends what is waiting, at once, and stops the timer. */
  flush(): void;
}

interface Waiting {
  line: LogLine;
  charCount: number;
  /** Monotonic. */
  cameMs: number;
}

export const createLogStore = (clock: Clock, emit: (data: EventData<'logs:lines'>) => void): LogStore => {
  const ring = createLogRing();
  let nextSequence = 1;
  /** Parsed and not numbered yet, as they came. */
  let waiting: Waiting[] = [];
  let batch: LogLine[] = [];
  let batchChars: number[] = [];
  let batchCharCount = 0;
  let droppedCount = 0;
  let cancelTimer: (() => void) | undefined;

  const trimBatch = (): void => {
    let excess = Math.max(0, batch.length - BATCH_LINES_MAX);
    for (let index = 0; index < excess || (batchCharCount > BATCH_CHARS_MAX && index < batch.length - 1); index += 1) {
      batchCharCount -= batchChars[index]!;
      excess = Math.max(excess, index + 1);
    }
    if (excess === 0) return;
    batch.splice(0, excess);
    batchChars.splice(0, excess);
    droppedCount += excess;
  };

  /** Numbers what waits, in the order in which it was written, up to the youngest line that came at least `heldMs` ago. */
  const release = (heldMs: number): void => {
    const cameByMs = clock.nowMs() - heldMs;
    const dueAtMs = waiting.reduce((due, { line, cameMs }) => (cameMs <= cameByMs ? Math.max(due, line.atMs) : due), -Infinity);
    const due = waiting.filter(({ line }) => line.atMs <= dueAtMs).sort((a, b) => a.line.atMs - b.line.atMs);
    if (due.length === 0) return;
    waiting = waiting.filter(({ line }) => line.atMs > dueAtMs);
    for (const { line, charCount } of due) {
      line.sequence = nextSequence;
      nextSequence += 1;
      ring.add(line, charCount);
      batch.push(line);
      batchChars.push(charCount);
      batchCharCount += charCount;
    }
    trimBatch();
  };

  const send = (): void => {
    if (batch.length === 0 && droppedCount === 0) return;
    const data = { lines: batch, droppedCount };
    batch = [];
    batchChars = [];
    batchCharCount = 0;
    droppedCount = 0;
    emit(data);
  };
  const tick = (): void => {
    cancelTimer = undefined;
    release(LATE_MS_MAX);
    send();
    if (waiting.length > 0) cancelTimer = clock.after(BATCH_MS, tick);
  };
  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    release(0);
    send();
  };

  return {
    add(source, lines, dropped = 0) {
      droppedCount += dropped;
      const wallMs = clock.wallMs();
      const cameMs = clock.nowMs();
      for (const text of lines) waiting.push({ line: parseLogLine(source, text, 0, wallMs), charCount: text.length, cameMs });
      cancelTimer ??= clock.after(BATCH_MS, tick);
    },
    query: (query) => {
      release(0);
      return queryLines(ring, query);
    },
    async search({ search, limit, ...filter }) {
      release(0);
      const found: LogLine[] = [];
      await searchLines(ring, filter, search, (line) => found.push(line) < limit);
      return found.reverse();
    },
    async exportText({ search, ...filter }, charsMax) {
      release(0);
      const texts: string[] = [];
      let charCount = 0;
      await searchLines(ring, filter, search, (line) => {
        const text = `${JSON.stringify(line)}\n`;
        charCount += text.length;
        if (charCount <= charsMax) texts.push(text);
        return charCount <= charsMax;
      });
      return texts.reverse().join('');
    },
    flush,
  };
};
