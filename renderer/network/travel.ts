/** How a link looks: what travels along it, how long that takes, and what the dashes of its line say. Pure. */

/** Seconds that a dot is on its way, the shortest and the others; few, because a dot jumps whenever its time changes. */
const TRAVEL_SECS = [0.5, 0.7, 0.9, 1.2, 1.6, 2.1, 2.8, 3.7, 5] as const;
/** A new dot leaves about so often: on a longer way more of them are under way, and they stand closer. */
const DEPARTURE_SEC = 0.7;
const DOTS_MAX = 7;

/** Real times are too short to see, so they are stretched by their root: 20 ms → 0.9 s, 300 ms → 2.1 s, 2 s → 5 s. */
export const travelSec = (rttMs: number): number => {
  const wantedSec = 0.4 + 0.105 * Math.sqrt(Math.max(0, rttMs));
  return TRAVEL_SECS.reduce((best, sec) => (Math.abs(sec - wantedSec) < Math.abs(best - wantedSec) ? sec : best));
};

export const dotCount = (sec: number): number => Math.min(DOTS_MAX, Math.max(1, Math.round(sec / DEPARTURE_SEC)));

/** The dashes of a line that loses packets (share 0–1), as SVG writes them; an unbroken line where nothing is lost. */
export const dashesOf = (lossShare: number): string | undefined => {
  if (lossShare <= 0) return undefined;
  // By the root, so that one lost packet of a thousand is seen and a half is far from it.
  const root = Math.sqrt(Math.min(1, lossShare));
  return `${(13 - 11 * root).toFixed(1)} ${(3 + 9 * root).toFixed(1)}`;
};

/** Messages drawn as waiting, by how many bytes a partition holds: one for the first, another for every ten times as much. */
const HELD_BYTES_FIRST = 100;
const HELD_MAX = 6;
export const heldCount = (heldBytes: number): number => (heldBytes <= 0 ? 0 : Math.min(HELD_MAX, Math.max(1, Math.round(Math.log10(heldBytes / HELD_BYTES_FIRST)) + 1)));

/** The middle one of some values; null when there are none. */
export const median = (values: readonly number[]): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
};

const PINGS_MIN = 5;
/** How far round trips lie from their middle, ±: half of what all but the outermost tenth cover. Null when there are too few to tell. */
export const spreadMs = (rttMs: readonly number[]): number | null => {
  if (rttMs.length < PINGS_MIN) return null;
  const sorted = [...rttMs].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return (at(0.95) - at(0.05)) / 2;
};
