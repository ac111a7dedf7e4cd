/**
 * What to do with the bytes past the last seal, decided from what a scan found there. Pure, so that the table in
 * docs/storage-format.md can be tested row by row.
 *
 * Group g + 1 is written only after the sync of group g. So damage before a later group is rot of something that was safe once, and is
 * never cut; damage in the last group is a write that was never acknowledged, and the whole group goes.
 */

export type TailItem =
  | { kind: 'record'; positionBytes: number; lengthBytes: number; group: number; indexInGroup: number; recordsInGroup: number; damage: string | undefined }
  | { kind: 'gap'; positionBytes: number; lengthBytes: number };

export interface TailVerdict {
  /** How many of the items, from the first, are kept; the rest is the torn last group. */
  keptCount: number;
  /** File offset of the cut; undefined when nothing is torn. */
  cutBytes: number | undefined;
  /** Indices of kept items that are rot. */
  rotten: number[];
}

/** `lastSealedGroup` is the number of the last group before the seal: the tail continues with the next one. */
export const judgeTail = (items: readonly TailItem[], lastSealedGroup: number): TailVerdict => {
  const lastGroup = items.reduce((last, item) => (item.kind === 'record' ? Math.max(last, item.group) : last), 0);
  const lastGroupStart = startOfLastGroup(items, lastGroup, lastSealedGroup);
  const isWhole = isWholeGroup(items.slice(lastGroupStart));
  const keptCount = isWhole ? items.length : lastGroupStart;
  const rotten = items.slice(0, keptCount).flatMap((item, index) => (item.kind === 'gap' || item.damage !== undefined ? [index] : []));
  return { keptCount, cutBytes: items[keptCount]?.positionBytes, rotten };
};

/**
 * Index of the first item that belongs to the last group. A gap right before one of its later records is its own torn beginning,
 * provided the group before it is complete: else that gap hides an older group.
 */
const startOfLastGroup = (items: readonly TailItem[], lastGroup: number, lastSealedGroup: number): number => {
  const first = items.findIndex((item) => item.kind === 'record' && item.group === lastGroup);
  if (first === -1) return 0;
  const head = items[first]!;
  const gap = items[first - 1];
  if (head.kind !== 'record' || head.indexInGroup === 0 || gap?.kind !== 'gap') return isTrailingGapAfterWholeGroup(items, first) ?? first;
  const before = items[first - 2];
  const isBeforeComplete =
    before === undefined
      ? lastSealedGroup === lastGroup - 1
      : before.kind === 'record' && before.group === lastGroup - 1 && before.indexInGroup === before.recordsInGroup - 1;
  return isBeforeComplete ? first - 1 : first;
};

/** A whole group followed by bytes that are no record: those bytes are the next group, of which not even a header arrived. */
const isTrailingGapAfterWholeGroup = (items: readonly TailItem[], first: number): number | undefined => {
  const last = items.length - 1;
  return items[last]!.kind === 'gap' && isWholeGroup(items.slice(first, last)) ? last : undefined;
};

const isWholeGroup = (items: readonly TailItem[]): boolean => {
  const head = items[0];
  if (head === undefined) return true;
  return (
    head.kind === 'record' &&
    items.length === head.recordsInGroup &&
    items.every((item, index) => item.kind === 'record' && item.damage === undefined && item.indexInGroup === index)
  );
};
