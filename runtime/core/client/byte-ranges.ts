/** Sets of bytes of one chunk, as sorted ranges that do not overlap. Ends are exclusive. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Bytes that have come, and who gave them. */
export interface OwnedRange extends ByteRange {
  readonly nodeId: string;
}

/** What of [from, to) is in none of the ranges, in order. */
export const missingIn = (ranges: readonly ByteRange[], from: number, to: number): ByteRange[] => {
  const missing: ByteRange[] = [];
  let position = from;
  for (const range of ranges) {
    if (range.to <= position) continue;
    if (range.from >= to) break;
    if (range.from > position) missing.push({ from: position, to: range.from });
    position = Math.max(position, range.to);
  }
  if (position < to) missing.push({ from: position, to });
  return missing;
};

export const bytesIn = (ranges: readonly ByteRange[]): number => ranges.reduce((sum, { from, to }) => sum + to - from, 0);

const sorted = <Range extends ByteRange>(ranges: readonly Range[]): Range[] => [...ranges].sort((a, b) => a.from - b.from);

/** Adds what of [from, to) was not there yet; who came first keeps it. */
export const addRange = (ranges: readonly OwnedRange[], from: number, to: number, nodeId: string): OwnedRange[] => {
  const fresh = missingIn(ranges, from, to).map((range) => ({ ...range, nodeId }));
  if (fresh.length === 0) return ranges as OwnedRange[];
  const merged: OwnedRange[] = [];
  for (const range of sorted([...ranges, ...fresh])) {
    const last = merged.at(-1);
    if (last && last.to === range.from && last.nodeId === range.nodeId) merged[merged.length - 1] = { ...last, to: range.to };
    else merged.push(range);
  }
  return merged;
};

/** What of [0, sizeBytes) is in neither of the two. */
export const gapsIn = (sizeBytes: number, here: readonly ByteRange[], coming: readonly ByteRange[]): ByteRange[] =>
  missingIn(sorted([...here, ...coming]), 0, sizeBytes);

/** Bytes by owner, most first; among equals in order of their names. */
export const bytesByOwner = (ranges: readonly OwnedRange[]): { nodeId: string; sizeBytes: number }[] => {
  const sums = new Map<string, number>();
  for (const { from, to, nodeId } of ranges) sums.set(nodeId, (sums.get(nodeId) ?? 0) + to - from);
  return [...sums].map(([nodeId, sizeBytes]) => ({ nodeId, sizeBytes })).sort((a, b) => b.sizeBytes - a.sizeBytes || (a.nodeId < b.nodeId ? -1 : 1));
};
