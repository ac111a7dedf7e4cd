/** The long run: many schedules, and every mutant. It yields to the event loop now and then, so that progress can be shown and a stop heard. */
import type { Coverage } from './coverage.ts';
import { uncovered } from './coverage.ts';
import { MUTANT_NAMES } from './mutants.ts';
import { huntMutant, runSchedules } from './run.ts';
import type { Failure, MutantReport } from './run.ts';
import { World } from './world.ts';

/** Schedules between two looks at the outside: some 50 ms of work. */
const BATCH_SCHEDULES = 2000;

/** A mutant not noticed within so many schedules counts as missed. */
export const MUTANT_SCHEDULES_MAX = 100_000;

export interface SoakOptions {
  schedules: number;
  /** The first schedule's seed; the others follow it. */
  seed: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface SoakReport {
  seed: number;
  schedules: number;
  steps: number;
  stepsMean: number;
  /** Wall time, and schedules per second of it; mutants are not counted. */
  seconds: number;
  schedulesPerSecond: number;
  coverage: Coverage;
  /** What never occurred. */
  uncovered: string[];
  failure: Failure | null;
  mutants: MutantReport[];
}

export const soakSimulator = async ({ schedules, seed, onProgress, signal }: SoakOptions): Promise<SoakReport> => {
  const world = new World();
  let failure: Failure | null = null;
  const startedMs = performance.now();
  for (let done = 0; done < schedules && !failure && !signal?.aborted; ) {
    const count = Math.min(BATCH_SCHEDULES, schedules - done);
    ({ failure } = runSchedules(seed + done, count, null, world));
    done += count;
    onProgress?.(done, schedules);
    await nextTurn();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const mutants: MutantReport[] = [];
  for (const mutant of MUTANT_NAMES) {
    if (signal?.aborted) break;
    mutants.push(huntMutant(mutant, seed, MUTANT_SCHEDULES_MAX));
    await nextTurn();
  }
  const { coverage } = world;
  return {
    seed,
    schedules: coverage.schedules,
    steps: coverage.steps,
    stepsMean: coverage.steps / Math.max(1, coverage.schedules),
    seconds,
    schedulesPerSecond: coverage.schedules / seconds,
    coverage,
    uncovered: uncovered(coverage),
    failure,
    mutants,
  };
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
