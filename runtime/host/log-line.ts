/** Log lines as pino writes them, read into the shape of the contract. */
import type { LogLevel, LogLine } from '../contract/control/logs.ts';
import { KIB } from '../contract/units.ts';

/** One line may not fill the window (or a frame) by itself. */
const MESSAGE_CHARS_MAX = 4_000;
/** What a longer line says beyond its message stays in its file. */
const LINE_CHARS_MAX = 8 * KIB;

export const LEVEL_RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

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

/** Takes JSON lines as pino writes them; anything else is kept as plain text. */
export const parseLogLine = (source: string, text: string, sequence: number, nowMs: number): LogLine => {
  const object = parseObject(text);
  if (!object) return { sequence, atMs: nowMs, level: 'info', source, message: text.slice(0, MESSAGE_CHARS_MAX) };
  const { level, time, msg, component: _component, node: _node, ...fields } = object;
  const atMs = typeof time === 'string' ? Date.parse(time) : time;
  const error = fields.err as { message?: string } | undefined;
  const message = typeof msg === 'string' ? msg : (error?.message ?? '');
  const line: LogLine = {
    sequence,
    atMs: typeof atMs === 'number' && Number.isFinite(atMs) ? atMs : nowMs,
    level: levelOf(level),
    source,
    message: message.slice(0, MESSAGE_CHARS_MAX),
  };
  if (text.length > LINE_CHARS_MAX) line.fields = { leftOut: `${text.length} characters; the log file in the data folder has them` };
  else if (Object.keys(fields).length > 0) line.fields = fields;
  return line;
};
