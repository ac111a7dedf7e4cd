/** Runs many schedules, one seed after the other, and stops at the first violation. */
import type { Invariant } from '../../core/chunkpaxos/invariants.ts';
import type { Coverage } from './coverage.ts';
import { MUTANTS } from './mutants.ts';
import type { MutantName, RuleName } from './mutants.ts';
import { World } from './world.ts';

export interface Failure {
  seed: number;
  invariant: Invariant;
  detail: string;
  /** What to type to see it again. */
  replay: string;
}

export interface SimulationReport {
  firstSeed: number;
  coverage: Coverage;
  failure: Failure | null;
}

export const replayCommand = (seed: number, mutant: MutantName | null = null): string =>
  `node runtime/lab/sim/replay.ts --seed ${seed}${mutant ? ` --mutant '${mutant}'` : ''}`;

const failureOf = (world: World, seed: number, mutant: MutantName | null): Failure | null =>
  world.checker.violation && { seed, invariant: world.checker.violation, detail: world.checker.detail, replay: replayCommand(seed, mutant) };

/** Runs `count` schedules with seeds from `firstSeed` on. Coverage adds up in `world`, which may be given to go on with it. */
export const runSchedules = (firstSeed: number, count: number, mutant: MutantName | null = null, world = new World(mutant)): SimulationReport => {
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    world.run(seed);
    const failure = failureOf(world, seed, mutant);
    if (failure) return { firstSeed, coverage: world.coverage, failure };
  }
  return { firstSeed, coverage: world.coverage, failure: null };
};

export interface MutantReport {
  mutant: MutantName;
  rule: RuleName;
  /** Schedules until it was noticed; null when it was not. */
  caughtAfter: number | null;
  invariant: Invariant | null;
  replay: string | null;
}

/** Runs the mutant until the checker notices it, `schedulesMax` schedules at most. */
export const huntMutant = (mutant: MutantName, firstSeed: number, schedulesMax: number): MutantReport => {
  const { failure } = runSchedules(firstSeed, schedulesMax, mutant);
  return {
    mutant,
    rule: MUTANTS[mutant],
    caughtAfter: failure ? failure.seed - firstSeed + 1 : null,
    invariant: failure?.invariant ?? null,
    replay: failure?.replay ?? null,
  };
};
