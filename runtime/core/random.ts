/**
 * Randomness of cores: a small seeded generator (sfc32) whose whole state is four numbers that its owner keeps. The same state gives the same
 * draws, on every machine.
 */
export interface RandomState {
  a: number;
  b: number;
  c: number;
  counter: number;
}

/** The first rounds only mix the seed in. */
const MIX_ROUNDS = 12;

/** Any whole number below 2^53; `stream` tells generators apart that shall differ although they share a seed. */
export const createRandom = (seed: number, stream = 0): RandomState => {
  const state: RandomState = { a: seed | 0, b: Math.floor(seed / 2 ** 32) | 0, c: (0x9e3779b9 ^ Math.imul(stream, 0x85ebca6b)) | 0, counter: 1 };
  for (let round = 0; round < MIX_ROUNDS; round += 1) drawWord(state);
  return state;
};

/** The next 32 bits, as a signed number. */
const drawWord = (state: RandomState): number => {
  const mixed = (((state.a + state.b) | 0) + state.counter) | 0;
  state.counter = (state.counter + 1) | 0;
  state.a = state.b ^ (state.b >>> 9);
  state.b = (state.c + (state.c << 3)) | 0;
  state.c = (((state.c << 21) | (state.c >>> 11)) + mixed) | 0;
  return mixed;
};

/** In [0, 1). */
export const drawShare = (state: RandomState): number => (drawWord(state) >>> 0) / 2 ** 32;

export const drawOne = <Item>(state: RandomState, items: readonly Item[]): Item => items[Math.floor(drawShare(state) * items.length)]!;

/** In [−1, 1). */
export const drawSigned = (state: RandomState): number => drawShare(state) * 2 - 1;

/** True with this probability. Never draws true for 0, always for 1. */
export const drawChance = (state: RandomState, share: number): boolean => drawShare(state) < share;

/** A seed of its own for each name, whatever order they come in (FNV-1a over the name, from the seed). */
export const seedFor = (seed: number, name: string): number => {
  let hash = (seed ^ Math.floor(seed / 2 ** 32) ^ 0x811c9dc5) | 0;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};
