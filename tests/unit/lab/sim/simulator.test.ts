import { describe, expect, it } from 'vitest';
import { uncovered } from '../../../../runtime/lab/sim/coverage.ts';
import { Draws } from '../../../../runtime/lab/sim/draws.ts';
import { MUTANT_NAMES, rulesOf } from '../../../../runtime/lab/sim/mutants.ts';
import { replayTrace } from '../../../../runtime/lab/sim/replay-trace.ts';
import { huntMutant, runSchedules } from '../../../../runtime/lab/sim/run.ts';
import { shrink } from '../../../../runtime/lab/sim/shrink.ts';
import { soakSimulator } from '../../../../runtime/lab/sim/soak.ts';
import { TraceRecorder } from '../../../../runtime/lab/sim/trace.ts';
import { World } from '../../../../runtime/lab/sim/world.ts';

const SCHEDULES = 100_000;
const MUTANT_SCHEDULES_MAX = 100_000;
/** Every run of the suite tries other schedules than the last; a failure prints its seed. */
const FIRST_SEED = Math.floor(Math.random() * 2 ** 40);

describe('the correct protocol', () => {
  it(`keeps every invariant in ${SCHEDULES} schedules (seeds from ${FIRST_SEED}), which cover what they should`, () => {
    const { coverage, failure } = runSchedules(FIRST_SEED, SCHEDULES);
    expect(failure, failure ? `${failure.invariant}: ${failure.detail}. Replay: ${failure.replay}` : '').toBeNull();
    expect(coverage.schedules).toBe(SCHEDULES);
    expect(coverage.steps / coverage.schedules).toBeGreaterThanOrEqual(60);
    expect(uncovered(coverage)).toEqual([]);
    // What CHUNKPAXOS demands by name occurs often, not once.
    const { adoptions, crashesBeforeSend, recoveries, aborts, preemptions, generationChanges } = coverage;
    for (const count of [adoptions, crashesBeforeSend, recoveries, preemptions, generationChanges]) expect(count).toBeGreaterThan(1000);
    expect(aborts).toBeGreaterThan(50);
  });
});

describe('the checker', () => {
  it.each(MUTANT_NAMES)('notices the mutant: %s', (mutant) => {
    const report = huntMutant(mutant, 1, MUTANT_SCHEDULES_MAX);
    expect(report.caughtAfter, `${mutant} went unnoticed for ${MUTANT_SCHEDULES_MAX} schedules`).not.toBeNull();
  });

  it('needs the votes on disk, not claims, to see what is chosen', () => {
    // A store that answers before its vote is durable claims what a power loss takes away.
    expect(huntMutant('vote not made durable', 1, 1000).invariant).toBe('DurableBeforeReply');
    expect(huntMutant('quorum one too small', 1, 1000).invariant).toBe('CommitImpliesChosen');
  });
});

describe('a seed', () => {
  const traced = (seed: number, world = new World()): TraceRecorder => {
    world.trace = new TraceRecorder(`seed-${seed}`);
    world.run(seed);
    return world.trace;
  };

  it('gives the same events and state hashes whatever ran before', () => {
    const world = new World();
    runSchedules(500, 20, null, world);
    for (let seed = 1; seed <= 40; seed += 1) expect(traced(seed, world).events).toEqual(traced(seed).events);
  });

  it('gives a trace whose inputs lead fresh cores to the same states', () => {
    let comparedTotal = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const { differsAt, comparedCount } = replayTrace(traced(seed).events, rulesOf(null).rules);
      expect(differsAt, `seed ${seed}`).toBeNull();
      comparedTotal += comparedCount;
    }
    expect(comparedTotal).toBeGreaterThan(5000);
  });

  it('gives a trace in which a changed input is noticed', () => {
    const { events } = traced(7);
    const index = events.findIndex((event) => event.kind === 'recv' && (event.msg as { type: string }).type === 'ACCEPT' && event.store !== null);
    const message = events[index]!.msg as { ballot: { round: number; proposer_id: string } };
    const changed = { ...events[index]!, msg: { ...message, ballot: { ...message.ballot, round: message.ballot.round + 1 } } };
    expect(replayTrace(events.toSpliced(index, 1, changed), rulesOf(null).rules).differsAt).not.toBeNull();
  });

  it('gives events that serialise to one line each, with a clock that grows', () => {
    const { events } = traced(3);
    const last = new Map<string, number>();
    for (const event of events) {
      expect(JSON.stringify(event)).not.toContain('\n');
      expect(event.vc[event.node]).toBe((last.get(event.node) ?? 0) + 1);
      last.set(event.node, event.vc[event.node]!);
    }
  });

  it('that fails is shrunk to a shorter schedule with the same violation', () => {
    const { failure } = runSchedules(1, MUTANT_SCHEDULES_MAX, 'lowest ballot adopted');
    const shrunk = shrink(failure!.seed, 'lowest ballot adopted')!;
    const world = new World('lowest ballot adopted');
    world.run(failure!.seed);
    expect(shrunk.invariant).toBe(world.checker.violation);
    expect(shrunk.steps).toBeLessThan(world.steps);
    world.run(0, shrunk.script);
    expect(world.checker.violation).toBe(shrunk.invariant);
  });

  it('that does not fail is not shrunk', () => {
    expect(shrink(1, null)).toBeNull();
  });
});

describe('draws', () => {
  it('are the same for a seed and differ between seeds, also large ones', () => {
    const take = (seed: number): number[] => {
      const draws = new Draws(seed);
      return Array.from({ length: 8 }, () => draws.draw(1000));
    };
    expect(take(5)).toEqual(take(5));
    expect(new Set([1, 2, 2 ** 32 + 1, 2 ** 33 + 1].map((seed) => take(seed).join())).size).toBe(4);
  });

  it('are spread evenly', () => {
    const draws = new Draws(9);
    const counts = new Array<number>(10).fill(0);
    for (let index = 0; index < 100_000; index += 1) counts[draws.draw(10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('follow a script and then are dull', () => {
    const draws = new Draws(0);
    draws.play([3, 999, 1]);
    expect([draws.draw(10), draws.draw(5), draws.draw(10), draws.draw(10), draws.chance(999)]).toEqual([3, 4, 1, 0, false]);
  });
});

describe('a soak', () => {
  it('reports schedules, coverage and every mutant, and tells its progress', async () => {
    const seen: number[] = [];
    const report = await soakSimulator({ schedules: 5000, seed: 77, onProgress: (done) => seen.push(done) });
    expect(report).toMatchObject({ seed: 77, schedules: 5000, failure: null });
    expect(seen.at(-1)).toBe(5000);
    expect(report.mutants.map(({ mutant }) => mutant)).toEqual(MUTANT_NAMES);
    expect(report.mutants.filter(({ caughtAfter }) => caughtAfter === null)).toEqual([]);
  });

  it('stops when asked to', async () => {
    const stop = new AbortController();
    const report = await soakSimulator({ schedules: 1_000_000, seed: 1, onProgress: () => stop.abort(), signal: stop.signal });
    expect(report.schedules).toBeLessThan(10_000);
    expect(report.mutants).toEqual([]);
  });
});
