/**
 * Makes a failing schedule small. A schedule is the list of its draws, and zero is the dull choice everywhere, so shrinking is deleting and
 * zeroing draws for as long as the same invariant still breaks.
 */
import type { Invariant } from '../../core/chunkpaxos/invariants.ts';
import type { MutantName } from './mutants.ts';
import { World } from './world.ts';

/** Runs tried before shrinking stops; one takes some 50 µs. */
const TRIES_MAX = 20_000;

export interface Shrunk {
  script: number[];
  steps: number;
  invariant: Invariant;
  tries: number;
}

export const shrink = (seed: number, mutant: MutantName | null): Shrunk | null => {
  const world = new World(mutant);
  const recorded = recordDraws(world, seed);
  const invariant = world.checker.violation;
  if (!invariant) return null;
  let script = recorded;
  let steps = world.steps;
  let tries = 0;

  const attempt = (candidate: number[]): boolean => {
    tries += 1;
    world.run(0, candidate);
    if (world.checker.violation !== invariant) return false;
    script = candidate;
    steps = world.steps;
    return true;
  };

  for (let isSmaller = true; isSmaller && tries < TRIES_MAX; ) {
    isSmaller = false;
    for (let size = Math.max(1, script.length >> 1); size >= 1 && tries < TRIES_MAX; size >>= 1) {
      for (let start = 0; start < script.length && tries < TRIES_MAX; ) {
        if (attempt([...script.slice(0, start), ...script.slice(start + size)])) isSmaller = true;
        else start += size;
      }
    }
    for (let index = 0; index < script.length && tries < TRIES_MAX; index += 1) {
      if (script[index] === 0) continue;
      const zeroed = [...script];
      zeroed[index] = 0;
      if (attempt(zeroed)) isSmaller = true;
    }
  }
  return { script, steps, invariant, tries };
};

/** Runs the seed once more, writing down every draw. */
const recordDraws = (world: World, seed: number): number[] => {
  world.run(seed, null, true);
  return [...(world.draws.log ?? [])];
};
