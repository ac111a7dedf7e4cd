/** What describes a sample in one number. Null where there is nothing to describe. */

export const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length);

/** The middle value, or the mean of the two middle ones. */
export const medianOf = (values: readonly number[]): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Of the values as all there are (divided by their number) or as a sample of more (divided by one less). */
export const standardDeviationOf = (values: readonly number[], of: 'all' | 'sample'): number | null => {
  const mean = meanOf(values);
  const divisor = of === 'all' ? values.length : values.length - 1;
  if (mean === null || divisor < 1) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / divisor);
};

/** Standard deviation over mean: 0 is perfectly even. Null also where the mean is not positive: the quotient would mean nothing. */
export const coefficientOfVariationOf = (values: readonly number[], of: 'all' | 'sample'): number | null => {
  const [mean, deviation] = [meanOf(values), standardDeviationOf(values, of)];
  return mean === null || deviation === null || !(mean > 0) ? null : deviation / mean;
};
