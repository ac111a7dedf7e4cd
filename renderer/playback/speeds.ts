/** How fast a video can be played, slowest first. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next faster (1) or slower (−1) speed; the same at either end. */
export const nextSpeed = (rate: number, direction: 1 | -1): number => {
  const nearest = SPEEDS.reduce((best, speed, index) => (Math.abs(speed - rate) < Math.abs(SPEEDS[best]! - rate) ? index : best), 0);
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, nearest + direction))]!;
};

export const speedText = (rate: number): string => `${rate}×`;
