/** Chance out of a seed: the same seed draws the same. */

/** Mixes a seed of any size into one that numbers close to each other do not share bits with. */
export const seedOf = (seed: number): number => {
  let mixed = (seed ^ 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) || 1;
};

/** Moves the seed on (xorshift32) and draws from [0, 1). */
export const draw = (holder: { random: number }): number => {
  let x = holder.random | 0 || 1;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  holder.random = x;
  return (x >>> 0) / 2 ** 32;
};

export const drawOne = <Item>(holder: { random: number }, items: readonly Item[]): Item => items[Math.floor(draw(holder) * items.length)]!;
