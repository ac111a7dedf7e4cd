import type { FormatValue } from './types.ts';

/** Three digits are enough to compare by eye: 9.87, 98.7, 987. */
export const plainFormat =
  (unit: string): FormatValue =>
  (value) => ({ value: Math.abs(value) < 10 ? value.toFixed(2) : Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0), unit });
