import { describe, expect, it } from 'vitest';
import { createRandom, drawChance, drawShare, drawSigned, seedFor } from '../../../runtime/core/random.ts';

const DRAWS = 100_000;
const many = (draw: () => number): number[] => Array.from({ length: DRAWS }, draw);

describe('the seeded generator', () => {
  it('draws the same for the same seed, for ever', () => {
    const state = createRandom(7);
    expect([1, 2, 3, 4].map(() => drawShare(state).toFixed(12))).toMatchInlineSnapshot(`
      [
        "0.023419860750",
        "0.663489266997",
        "0.693112296052",
        "0.565276115900",
      ]
    `);
  });

  it('goes on from a copy of its state as from the state itself', () => {
    const state = createRandom(1);
    drawShare(state);
    const copy = structuredClone(state);
    expect(many(() => drawShare(copy)).slice(0, 50)).toEqual(many(() => drawShare(state)).slice(0, 50));
  });

  it.each([[1, 2], [1, 2 ** 32 + 1], [0, 2 ** 52]])('tells seed %i from seed %i', (one, other) => {
    expect(drawShare(createRandom(one))).not.toBe(drawShare(createRandom(other)));
  });

  it('tells streams of one seed apart, without correlation', () => {
    const [one, other] = [createRandom(5, 0), createRandom(5, 1)];
    const mean = many(() => drawSigned(one) * drawSigned(other)).reduce((sum, product) => sum + product, 0) / DRAWS;
    // The product of two independent draws has mean 0 and deviation 1/3: this is five standard errors.
    expect(Math.abs(mean)).toBeLessThan(5 / 3 / Math.sqrt(DRAWS));
  });

  it('spreads evenly over [0, 1)', () => {
    const state = createRandom(11);
    const buckets = new Array<number>(16).fill(0);
    for (const share of many(() => drawShare(state))) buckets[Math.floor(share * 16)]! += 1;
    const expected = DRAWS / 16;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 15 degrees of freedom: above 44.3 once in ten thousand.
    expect(chiSquare).toBeLessThan(44.3);
  });

  it('never draws a chance of 0, and always one of 1', () => {
    const state = createRandom(3);
    expect(many(() => Number(drawChance(state, 0)))).not.toContain(1);
    expect(many(() => Number(drawChance(state, 1)))).not.toContain(0);
  });
});

describe('the seed for a name', () => {
  it('differs by name and by seed, and is the same again', () => {
    const seeds = [seedFor(1, 'node-1'), seedFor(1, 'node-2'), seedFor(2, 'node-1')];
    expect(new Set(seeds).size).toBe(3);
    expect(seedFor(1, 'node-1')).toBe(seeds[0]);
  });
});
