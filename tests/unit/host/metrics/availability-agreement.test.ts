/**
 * Hours of a child's life under the real supervision code, on a clock that a test moves: kills, pauses, clean stops, restarts and faulty starts at
 * random. The availability that the host works out from beats alone must be the supervisor's own, to 99 %.
 */
import { describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../../runtime/contract/units.ts';
import { defaultPolicy } from '../../../../runtime/core/supervision/policy.ts';
import { createChildMeter } from '../../../../runtime/host/metrics/child-meter.ts';
import { beatPolicyOf } from '../../../../runtime/host/metrics/meters.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { createFakeStarter, type FakeProgram } from '../../../../runtime/platform/process/fake-starter.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';
import type { Ledger } from '../../../../runtime/supervisor/ledger.ts';
import { createSupervisedChild } from '../../../../runtime/supervisor/supervised-child.ts';

const ENTRY = '/programs/node.js';
const STEP_MS = 20;
const noLedger: Ledger = { add() {}, setPort() {}, remove() {}, reap: () => Promise.resolve([]), settled: () => Promise.resolve() };
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
};

/** A life of `lifeMs`, with something happening about every `quietMs`. */
const live = async (seed: number, { lifeMs, quietMs }: { lifeMs: number; quietMs: number }) => {
  const random = seededRandom(seed);
  const clock = createManualClock();
  const between = (fromMs: number, toMs: number): number => fromMs + random() * (toMs - fromMs);

  const program: FakeProgram = (fake) => (message) => {
    const me = () => starter.children.find(({ pid }) => pid === fake.pid)!;
    let servingSinceMs: number | undefined;
    // A paused process runs no timers; what was due fires as soon as it goes on.
    const whenAwake = (act: () => void): void => {
      if (!me().isAlive) return;
      if (me().isPaused) clock.after(STEP_MS, () => whenAwake(act));
      else act();
    };
    const beat = (): void => {
      fake.send({ kind: 'beat', rssBytes: 1, cpuMs: 1, ...(servingSinceMs !== undefined && { servingMs: clock.nowMs() - servingSinceMs }), details: {} });
      clock.after(defaultPolicy.beatMs, () => whenAwake(beat));
    };
    if (message.kind === 'start') {
      beat();
      clock.after(between(100, 900), () =>
        whenAwake(() => {
          servingSinceMs = clock.nowMs();
          if (random() < 0.05) fake.exit(1, 'failed at the start');
          else fake.send({ kind: 'ready', port: 4000 });
        }));
    } else if (message.kind === 'stop') clock.after(between(20, 300), () => whenAwake(() => fake.exit(0)));
  };
  const starter = createFakeStarter({ [ENTRY]: program });
  const meter = createChildMeter(clock.nowMs(), beatPolicyOf(defaultPolicy.beatMs));
  const child = createSupervisedChild(
    {
      name: 'node-1', role: 'storage-node', dataDir: '/data', logFile: '/data/node-1.log', port: 0, isPortFixed: false, configFor: () => ({}),
      onPhase: () => {}, onLog: () => {}, onEvent: () => {},
      onBeat: (said) => meter.takeBeat(said, clock.nowMs()),
      onWanted: (isWanted) => meter.takeWanted(isWanted, clock.nowMs()),
    },
    {
      starter, clock, random, policy: defaultPolicy, log: silentLogger(), entries: { 'storage-node': ENTRY, metadata: ENTRY, 'link-emulator': ENTRY, uploader: ENTRY, 'lab-worker': ENTRY }, ledger: noLedger,
      ports: { isFree: () => Promise.resolve(true), requireFree: () => Promise.resolve(), waitUntilAnswers: () => Promise.resolve() },
    },
  );
  const pass = async (ms: number): Promise<void> => {
    for (const untilMs = clock.nowMs() + ms; clock.nowMs() < untilMs;) {
      clock.advance(STEP_MS);
      await settle();
    }
  };

  child.start();
  const happened: Record<string, number> = {};
  while (clock.nowMs() < lifeMs) {
    await pass(between(0.2, 1.8) * quietMs);
    const phase = child.phase();
    const isUp = phase === 'ready' || phase === 'degraded';
    const draw = random();
    const what = !isUp ? 'nothing' : draw < 0.35 ? 'kill' : draw < 0.7 ? 'pause' : draw < 0.85 ? 'stop' : 'restart';
    happened[what] = (happened[what] ?? 0) + 1;
    if (what === 'kill') child.kill('by the test');
    else if (what === 'restart') child.restart(1000, 'by the test');
    else if (what === 'stop') {
      child.stop(1000);
      await pass(between(2, 20) * SECOND_MS);
      child.start();
    } else if (what === 'pause') {
      await child.pause();
      await pass(between(2, 9) * SECOND_MS);
      if (child.phase() === 'paused') child.resume();
    }
    await settle();
  }
  return { supervisor: child.status().availability, beats: meter.availability(clock.nowMs())!, happened };
};

describe('availability from heartbeats and the supervisor’s own record', () => {
  const FIRST_SEED = 20_261_123;
  for (let index = 0; index < 6; index++) {
    const seed = FIRST_SEED + index;
    it(`agree to 99 % over half an hour of kills, pauses, stops and restarts (seed ${seed})`, async () => {
      const { supervisor, beats, happened } = await live(seed, { lifeMs: 30 * MINUTE_MS, quietMs: 25 * SECOND_MS });
      expect(Object.keys(happened).length, JSON.stringify(happened)).toBeGreaterThan(2);
      expect(supervisor, JSON.stringify(happened)).toBeLessThan(0.97);
      expect(Math.abs(beats - supervisor), `beats ${beats}, supervisor ${supervisor}, ${JSON.stringify(happened)}`).toBeLessThan(0.01);
    });
  }

  it('agree to 99 % in a quiet life', async () => {
    const { supervisor, beats } = await live(FIRST_SEED, { lifeMs: 10 * MINUTE_MS, quietMs: 20 * MINUTE_MS });
    expect(supervisor).toBeGreaterThan(0.99);
    expect(Math.abs(beats - supervisor)).toBeLessThan(0.01);
  });
});
