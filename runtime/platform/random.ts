/** Randomness as an input: real where it must be unguessable, seeded where a run must repeat. */
import { randomFillSync } from 'node:crypto';

/** Returns numbers in [0, 1), as `Math.random` does. */
export type Random = () => number;

export const systemRandom: Random = () => {
  const words = randomFillSync(new Uint32Array(2));
  return (words[0]! * 2 ** 21 + (words[1]! >>> 11)) / 2 ** 53;
};

/** Mulberry32: small, fast and good enough for jitter and tests. The same seed gives the same sequence. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
