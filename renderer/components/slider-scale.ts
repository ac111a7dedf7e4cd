/** Where a value stands on the track of a slider. Pure. */

export type SliderScale = 'linear' | 'log';

export interface SliderRange {
  min: number;
  max: number;
  step: number;
  scale: SliderScale;
}

/** Stops of a logarithmic track: fine enough to feel continuous, few enough to cross with the arrow keys. */
export const LOG_STOPS = 120;

/** Values a person can read: 0.1 + 0.2 is 0.3. */
const DIGITS_MAX = 6;
const tidy = (value: number): number => Number(value.toFixed(DIGITS_MAX));

/** The nearest value the slider may have. */
export const snap = (value: number, { min, max, step }: SliderRange): number =>
  Math.min(max, Math.max(min, tidy(min + Math.round((value - min) / step) * step)));

/** A scale of ratios has no zero: where the range starts there, the first stop is zero itself and the ratios begin at one step. */
const floorOf = ({ min, step }: SliderRange): number => (min > 0 ? min : step);

/** Position on the track: the value itself, or a stop from 0 to `LOG_STOPS`. */
export const positionOf = (value: number, range: SliderRange): number => {
  if (range.scale === 'linear') return value;
  const floor = floorOf(range);
  if (value < floor) return 0;
  const firstStop = range.min > 0 ? 0 : 1;
  return Math.round(firstStop + (Math.log(value / floor) / Math.log(range.max / floor)) * (LOG_STOPS - firstStop));
};

/** Two digits of a large value, so that a logarithmic track stops at 120 and 1,300 rather than at 117 and 1,283. */
const roundDigits = (value: number): number => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
};

export const valueAt = (position: number, range: SliderRange): number => {
  if (range.scale === 'linear') return snap(position, range);
  const firstStop = range.min > 0 ? 0 : 1;
  if (position < firstStop) return range.min;
  if (position >= LOG_STOPS) return range.max;
  const floor = floorOf(range);
  return snap(roundDigits(floor * (range.max / floor) ** ((position - firstStop) / (LOG_STOPS - firstStop))), range);
};
