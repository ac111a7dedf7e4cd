/**
 * How fast the ChunkPaxos simulator runs, and what a decision costs in messages. Rates are per second of CPU time of this one thread, so that
 * neighbours on the machine do not count; every invariant is checked at every step.
 */
import { countMessages } from '../../runtime/lab/sim/count-messages.ts';
import { MUTANT_NAMES } from '../../runtime/lab/sim/mutants.ts';
import { huntMutant, runSchedules } from '../../runtime/lab/sim/run.ts';
import { MUTANT_SCHEDULES_MAX } from '../../runtime/lab/sim/soak.ts';
import { World } from '../../runtime/lab/sim/world.ts';
import { median, printFigures } from './lib/figures.ts';

const WARM_UP = 20_000;
const SCHEDULES = 100_000;
const RUNS = 5;

const world = new World();
runSchedules(1, WARM_UP, null, world);
const rates: number[] = [];
const stepRates: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  const before = process.cpuUsage();
  const stepsBefore = world.coverage.steps;
  const { failure } = runSchedules(1_000_000 * (run + 1), SCHEDULES, null, world);
  if (failure) throw new Error(`${failure.invariant}: ${failure.replay}`);
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  rates.push(SCHEDULES / seconds);
  stepRates.push((world.coverage.steps - stepsBefore) / seconds);
}
const hunts = MUTANT_NAMES.map((mutant) => huntMutant(mutant, 1, MUTANT_SCHEDULES_MAX));
const slowest = hunts.reduce((worst, hunt) => ((hunt.caughtAfter ?? Infinity) > (worst.caughtAfter ?? Infinity) ? hunt : worst));
const fast = countMessages(0, 'fast');
const classic = countMessages(0, 'classic');

printFigures('ChunkPaxos simulator', [
  { name: 'schedules', value: median(rates), unit: '/s per core', target: '≥ 20,000', note: `median of ${RUNS} × ${SCHEDULES}, all invariants checked` },
  { name: 'steps', value: median(stepRates), unit: '/s per core' },
  { name: 'steps per schedule', value: world.coverage.steps / world.coverage.schedules, unit: '', target: '≥ 60' },
  { name: 'mutants noticed', value: `${hunts.filter(({ caughtAfter }) => caughtAfter !== null).length} of ${hunts.length}`, unit: '', target: '≥ 8', note: `the last one after ${slowest.caughtAfter} schedules: ${slowest.mutant}` },
  { name: 'fast path, N = 3', value: `${fast.messages} / ${fast.roundTrips} / ${fast.syncsPerAcceptor}`, unit: '', target: '6 / 1 / 1', note: 'messages before COMMIT / round trips / syncs per acceptor' },
  { name: 'classic path, N = 3', value: `${classic.messages} / ${classic.roundTrips} / ${classic.syncsPerAcceptor}`, unit: '', target: '12 / 2 / 2' },
]);
