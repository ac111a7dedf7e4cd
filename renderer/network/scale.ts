/**
 * The track of a slider as a list of stops: values a person would choose, each a like ratio from the one before. The arrow keys go from stop
 * to stop; a value in between, which was typed or comes from a profile, stands where it belongs.
 */
export interface Scale {
  /** Ascending. */
  stops: readonly number[];
  /** After the last stop one more: no limit at all (null). */
  hasNoLimit: boolean;
}

/** Two digits, as 1.2 and 350. */
const twoDigits = (value: number): number => Number(value.toPrecision(2));

/** About `perDecade` round values in every power of ten, both ends included. */
export const logStops = (from: number, to: number, perDecade: number): number[] => {
  const count = Math.round(Math.log10(to / from) * perDecade);
  return [...new Set(Array.from({ length: count + 1 }, (_, index) => twoDigits(from * (to / from) ** (index / count))))];
};

export const trackLength = ({ stops, hasNoLimit }: Scale): number => stops.length - 1 + (hasNoLimit ? 1 : 0);

/** Where a value stands on the track, from 0 to `trackLength`; between two stops by its ratio to them. */
export const positionOf = (value: number | null, scale: Scale): number => {
  const { stops } = scale;
  if (value === null) return trackLength(scale);
  const above = stops.findIndex((stop) => stop >= value);
  if (above === -1) return stops.length - 1;
  if (above === 0 || stops[above] === value) return above;
  const [low, high] = [stops[above - 1]!, stops[above]!];
  // Below the first ratio there is zero, from which no ratio leads.
  const share = low > 0 ? Math.log(value / low) / Math.log(high / low) : value / high;
  return above - 1 + share;
};

/** The stop at a position; null: no limit. */
export const valueAt = (position: number, scale: Scale): number | null => {
  const index = Math.round(position);
  if (scale.hasNoLimit && index >= scale.stops.length) return null;
  return scale.stops[Math.min(scale.stops.length - 1, Math.max(0, index))]!;
};

/** The next stop in a direction, also from a value between two. */
export const stepFrom = (value: number | null, steps: number, scale: Scale): number | null => {
  const position = positionOf(value, scale);
  const whole = steps > 0 ? Math.floor(position + 1e-9) : Math.ceil(position - 1e-9);
  return valueAt(Math.min(trackLength(scale), Math.max(0, whole + steps)), scale);
};
