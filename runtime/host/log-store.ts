/**
 * The youngest log lines of every process, in memory, and a batched stream of them. The files on disk have everything; this is what a
 * person looks at. A burst costs at most the ring and one batch: the oldest lines of a batch that grew too long are dropped and counted.
 */
import type { EventData } from '../contract/control/index.ts';
import type { LogLevel, LogLine } from '../contract/control/logs.ts';
import type { Clock } from '../platform/clock.ts';

/** Some hours of a quiet cluster, some minutes of a noisy one; about 5 MB of text. */
export const LINES_KEPT = 10_000;

/** Five batches a second look live and cost next to nothing. */
export const BATCH_MS = 200;

/** More lines than this in one batch help nobody; the rest can be asked for with `logs:query`. */
export const BATCH_LINES_MAX = 500;

/** One line may not fill the window (or a frame) by itself. */
const MESSAGE_CHARS_MAX = 4_000;

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LogQuery {
  source?: string;
  level: LogLevel;
  afterSequence?: number;
  limit: number;
}

export interface LogStore {
  /** Takes JSON lines as pino writes them; anything else is kept as plain text. */
  add(source: string, lines: readonly string[], droppedCount?: number): void;
  /** The youngest lines that match, oldest first. */
  query(query: LogQuery): LogLine[];
  /** Sends what is waiting, at once, and stops the timer. */
  flush(): void;
}

const levelOf = (value: unknown): LogLevel => {
  if (value === 'trace' || value === 'debug') return 'debug';
  if (value === 'warn' || value === 'error') return value;
  return value === 'fatal' ? 'error' : 'info';
};

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // A line that is no JSON is still worth showing as it is.
  }
};

export const parseLogLine = (source: string, text: string, sequence: number, nowMs: number): LogLine => {
  const object = parseObject(text);
  if (!object) return { sequence, atMs: nowMs, level: 'info', source, message: text.slice(0, MESSAGE_CHARS_MAX) };
  const { level, time, msg, component: _component, node: _node, ...fields } = object;
  const atMs = typeof time === 'string' ? Date.parse(time) : time;
  const error = fields.err as { message?: string } | undefined;
  const message = typeof msg === 'string' ? msg : (error?.message ?? '');
  return {
    sequence,
    atMs: typeof atMs === 'number' && Number.isFinite(atMs) ? atMs : nowMs,
    level: levelOf(level),
    source,
    message: message.slice(0, MESSAGE_CHARS_MAX),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
};

export const createLogStore = (clock: Clock, emit: (data: EventData<'logs:lines'>) => void): LogStore => {
  const ring: LogLine[] = [];
  let nextSequence = 1;
  let batch: LogLine[] = [];
  let droppedCount = 0;
  let cancelTimer: (() => void) | undefined;

  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (batch.length === 0 && droppedCount === 0) return;
    const data = { lines: batch, droppedCount };
    batch = [];
    droppedCount = 0;
    emit(data);
  };

  const at = (index: number): LogLine => ring[index % LINES_KEPT]!;

  return {
    add(source, lines, dropped = 0) {
      droppedCount += dropped;
      for (const text of lines) {
        const line = parseLogLine(source, text, nextSequence, clock.wallMs());
        ring[(nextSequence - 1) % LINES_KEPT] = line;
        nextSequence += 1;
        batch.push(line);
      }
      const excess = batch.length - BATCH_LINES_MAX;
      if (excess > 0) {
        batch.splice(0, excess);
        droppedCount += excess;
      }
      cancelTimer ??= clock.after(BATCH_MS, flush);
    },
    query({ source, level, afterSequence = 0, limit }) {
      const found: LogLine[] = [];
      const oldest = Math.max(nextSequence - ring.length, afterSequence + 1);
      for (let sequence = nextSequence - 1; sequence >= oldest && found.length < limit; sequence--) {
        const line = at(sequence - 1);
        if (RANK[line.level] >= RANK[level] && (source === undefined || line.source === source)) found.push(line);
      }
      return found.reverse();
    },
    flush,
  };
};
