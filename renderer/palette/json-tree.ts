/** What a branch of a JSON tree shows of itself. */

/** More entries are drawn when they are asked for. */
export const ENTRIES_SHOWN_MAX = 50;
const PREVIEW_LENGTH_MAX = 72;

export const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const entriesOf = (value: unknown): [string, unknown][] => (isBranch(value) ? Object.entries(value) : []);

/** A leaf as it stands in JSON. */
export const leafText = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

export const leafKind = (value: unknown): 'text' | 'number' | 'word' => (typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'word');

/** The beginning of a closed branch: `7 entries`, or the names and values that fit. */
export const previewOf = (value: object): string => {
  if (Array.isArray(value)) return value.length === 1 ? '1 entry' : `${value.length} entries`;
  const parts = Object.entries(value).map(([key, inner]) => (isBranch(inner) ? key : `${key}: ${leafText(inner)}`));
  if (parts.length === 0) return 'nothing';
  const text = parts.join(', ');
  return text.length > PREVIEW_LENGTH_MAX ? `${text.slice(0, PREVIEW_LENGTH_MAX)}…` : text;
};
