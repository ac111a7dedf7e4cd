/** The value that `share` (0–1) of the values do not exceed: nearest rank, so that it is always one that really occurred. Null for none. */
export const percentileOf = (values: readonly number[], share: number): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]!;
};
