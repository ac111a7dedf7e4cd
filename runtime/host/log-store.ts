/**
 * The youngest log lines of every process, in memory, and a batched stream of them. The files on disk have everything; this is what a
 * person looks at. A burst costs at most the ring and one batch: the oldest lines of a batch that grew too long are dropped and counted.
 *
 *   child ── ≤ 10 batches/s, IPC ──▶ add ──▶ ring (queries, export)
 *                                     └────▶ batch ── ≤ 5/s ──▶ event ──▶ outbox of each client
 */
import type { EventData } from '../contract/control/index.ts';
import type { LogLevel, LogLine } from '../contract/control/logs.ts';
import { compileSearch, searchedTextOf } from '../contract/log-search.ts';
import { VStackError } from '../contract/errors.ts';
import { MIB } from '../contract/units.ts';
import { runBounded } from '../platform/bounded-work.ts';
import type { Clock } from '../platform/clock.ts';
import { LEVEL_RANK, parseLogLine } from './log-line.ts';
import { createLogRing } from './log-ring.ts';

/** Five batches a second look live and cost next to nothing. */
export const BATCH_MS = 200;

/**
 * More lines than this in one batch are dropped from the stream. It promises 10,000 a second, a fifth of this in each batch; the rest is for
 * a host or a child that was kept waiting for most of a second and has to catch up.
 */
export const BATCH_LINES_MAX = 10_000;
/** The same for long lines; one frame to a client is never much larger. */
const BATCH_CHARS_MAX = 4 * MIB;

/** A search that takes longer keeps the host from its other work; all lines kept take a tenth of it with an ordinary expression. */
const SEARCH_MS_MAX = 250;

export interface LogQuery {
  source?: string;
  sources?: readonly string[];
  /** See runtime/contract/log-search.ts. */
  search?: string;
  level: LogLevel;
  afterSequence?: number;
  beforeSequence?: number;
  limit: number;
}

export interface LogStore {
  /** Takes JSON lines as pino writes them; anything else is kept as plain text. */
  add(source: string, lines: readonly string[], droppedCount?: number): void;
  /** The youngest lines that match, oldest first. @throws VStackError bad_request for a search that is none, or takes too long */
  query(query: LogQuery): LogLine[];
  /** The youngest lines that match as JSON, one a line, oldest first, at most `charsMax` characters of them. */
  exportText(query: Omit<LogQuery, 'limit'>, charsMax: number): string;
  /** Sends what is waiting, at once, and stops the timer. */
  flush(): void;
}

const filterOf = ({ source, sources, level, search }: Omit<LogQuery, 'limit'>): ((line: LogLine) => boolean) => {
  const wanted = sources && new Set(sources);
  const expression = search ? compileSearch(search) : undefined;
  const isNamed = (line: LogLine): boolean => (source === undefined || line.source === source) && (!wanted || wanted.has(line.source));
  return (line) => LEVEL_RANK[line.level] >= LEVEL_RANK[level] && isNamed(line) && (!expression || expression.test(searchedTextOf(line)));
};

/**
 * An expression such as `(a+)+$` can take for ever over a single line. Each line is cut to a length before it is matched, and the work as a
 * whole is cut off after a time, from outside the engine.
 */
const bounded = <T>(query: Omit<LogQuery, 'limit'>, work: () => T): T => {
  if (!query.search) return work();
  const outcome = runBounded(work, SEARCH_MS_MAX);
  if (outcome) return outcome.value;
  throw new VStackError('bad_request', `The search took longer than ${SEARCH_MS_MAX} ms and was given up. Simplify the expression: no repetition within a repetition.`, { details: { field: 'search' } });
};

export const createLogStore = (clock: Clock, emit: (data: EventData<'logs:lines'>) => void): LogStore => {
  const ring = createLogRing();
  let nextSequence = 1;
  let batch: LogLine[] = [];
  let batchChars: number[] = [];
  let batchCharCount = 0;
  let droppedCount = 0;
  let cancelTimer: (() => void) | undefined;

  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (batch.length === 0 && droppedCount === 0) return;
    const data = { lines: batch, droppedCount };
    batch = [];
    batchChars = [];
    batchCharCount = 0;
    droppedCount = 0;
    emit(data);
  };

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

  const collect = (query: LogQuery): LogLine[] => {
    const fits = filterOf(query);
    const found: LogLine[] = [];
    for (const line of ring.youngestFirst(query.afterSequence ?? 0, query.beforeSequence ?? Infinity)) {
      if (!fits(line)) continue;
      found.push(line);
      if (found.length >= query.limit) break;
    }
    return found.reverse();
  };

  return {
    add(source, lines, dropped = 0) {
      droppedCount += dropped;
      const nowMs = clock.wallMs();
      for (const text of lines) {
        const line = parseLogLine(source, text, nextSequence, nowMs);
        nextSequence += 1;
        ring.add(line, text.length);
        batch.push(line);
        batchChars.push(text.length);
        batchCharCount += text.length;
      }
      trimBatch();
      cancelTimer ??= clock.after(BATCH_MS, flush);
    },
    query: (query) => bounded(query, () => collect(query)),
    exportText: (query, charsMax) =>
      bounded(query, () => {
        const fits = filterOf(query);
        const texts: string[] = [];
        let charCount = 0;
        for (const line of ring.youngestFirst(query.afterSequence ?? 0, query.beforeSequence ?? Infinity)) {
          if (!fits(line)) continue;
          const text = `${JSON.stringify(line)}\n`;
          charCount += text.length;
          if (charCount > charsMax) break;
          texts.push(text);
        }
        return texts.reverse().join('');
      }),
    flush,
  };
};
