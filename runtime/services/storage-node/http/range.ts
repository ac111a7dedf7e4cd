/**
 * The `Range` header (RFC 9110 §14), reduced to what one answer can carry: one range of bytes. Several ranges, another unit or a
 * malformed header are answered with the whole, as the RFC allows; a range that begins past the end is not satisfiable.
 */
export type RangeChoice =
  | { kind: 'whole' }
  /** `end` is exclusive. */
  | { kind: 'part'; start: number; end: number }
  | { kind: 'unsatisfiable' };

const WHOLE: RangeChoice = { kind: 'whole' };
/** Digits beyond 2^53 are still a position past any end, so they are read as far as a number can say it. */
const RANGE_PATTERN = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

export const chooseRange = (header: string | undefined, sizeBytes: number): RangeChoice => {
  const match = header === undefined ? null : RANGE_PATTERN.exec(header);
  if (!match) return WHOLE;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '') {
    if (last === '') return WHOLE;
    const suffixBytes = Number(last);
    if (suffixBytes === 0 || sizeBytes === 0) return { kind: 'unsatisfiable' };
    return { kind: 'part', start: Math.max(0, sizeBytes - suffixBytes), end: sizeBytes };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return WHOLE;
  if (start >= sizeBytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) };
};
