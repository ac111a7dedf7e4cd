/** Log entries as text: in the view, on the clipboard, in a file. */
import { isGap, type LogEntry } from './entry.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Local time of day with milliseconds, `14:02:11.074`. */
export const logTime = (atMs: number): string => {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
};

/** A measured 188.30614100000003 ms is no more exact than 188.306. */
const FRACTION_DIGITS_MAX = 3;
const rounded = (_key: string, value: unknown): unknown => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(FRACTION_DIGITS_MAX)) : value);

export const fieldText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, rounded));

/** `key=value` of all fields, in one line. */
export const fieldsText = (fields: Readonly<Record<string, unknown>> | undefined): string =>
  fields ? Object.entries(fields).map(([key, value]) => `${key}=${fieldText(value)}`).join(' ') : '';

export const gapText = (gapCount: number): string => `${gapCount.toLocaleString('en')} ${gapCount === 1 ? 'line was' : 'lines were'} left out`;

/** One line, as it is copied. */
export const entryText = (entry: LogEntry): string => {
  if (isGap(entry)) return `… ${gapText(entry.gapCount)}`;
  const fields = fieldsText(entry.fields);
  return `${new Date(entry.atMs).toISOString()} ${entry.level.toUpperCase().padEnd(5)} ${entry.source} ${entry.message}${fields && ` ${fields}`}`;
};

/** One JSON object, as `logs:export` writes them. */
export const entryJson = (entry: LogEntry): string => JSON.stringify(entry);
