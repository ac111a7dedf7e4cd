/** Bounded exponential back-off with jitter: many pages that lost one host do not all come back in the same instant. */
export const RETRY_MS_MIN = 250;
export const RETRY_MS_MAX = 5_000;

/** @param attemptCount tries that failed so far, from 1 · @param random 0 ≤ random < 1 */
export const retryDelayMs = (attemptCount: number, random: number): number => {
  const ceilingMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(attemptCount - 1, 16));
  return ceilingMs / 2 + (ceilingMs / 2) * random;
};
