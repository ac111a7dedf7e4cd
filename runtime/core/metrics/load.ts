/** How evenly work is spread. */

/** Standard deviation of the values divided by their mean: 0 is perfectly even. Null when there is nothing to spread. */
export const loadDeviationOf = (values: readonly number[]): number | null => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (!(mean > 0)) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) / mean;
};
