import { describe, expect, it } from 'vitest';
import { DemoStatus } from '../../../../runtime/contract/control/comparison.ts';
import type { PlaybackReport } from '../../../../runtime/contract/control/playback.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { SESSION_REPORT, type LabInput } from '../../../../runtime/contract/lab-worker.ts';
import { builtInScenarios, type Scenario } from '../../../../runtime/contract/network.ts';
import { createDemo } from '../../../../runtime/host/comparison/demo.ts';
import { SESSION_SEC } from '../../../../runtime/host/comparison/demo-stories.ts';
import { createField } from '../../../../runtime/host/comparison/field.ts';
import { createLabWorkers } from '../../../../runtime/host/comparison/lab-worker.ts';
import { createTurn } from '../../../../runtime/host/comparison/turn.ts';
import { createEventHub } from '../../../../runtime/host/event-hub.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';
import { goodInputs } from '../../../fixtures/call-inputs.ts';
import { createFakeNet, createFakeWorker, settle, type FakeWorkerOptions } from '../../../fixtures/fake-lab.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const create = ({ act }: Pick<FakeWorkerOptions, 'act'> = {}) => {
  const clock = createManualClock(1_000_000);
  const { net, supervisor } = createFakeNet();
  const opened: ReturnType<typeof createFakeWorker>[] = [];
  const events = createEventHub();
  const told: DemoStatus[] = [];
  events.on('demo:changed', (status) => told.push(DemoStatus.parse(status)));
  const played: { scenario: Scenario; seed: number; atMs: number }[] = [];
  let isPlaying = false;
  let stopCount = 0;
  const reported: PlaybackReport[] = [];
  const turn = createTurn();
  const demo = createDemo({
    field: createField({ supervisor, clock }),
    workers: createLabWorkers(() => {
      const fake = createFakeWorker({ clock, ...(act && { act }) });
      opened.push(fake);
      return Promise.resolve(fake.worker);
    }),
    turn, events, clock, random: seededRandom(1), log: silentLogger(), video: () => Promise.resolve(makeManifest()), metadataUrl: () => 'http://127.0.0.1:1',
    play: (scenario, seed) => {
      isPlaying = true;
      played.push({ scenario, seed, atMs: clock.nowMs() });
      return Promise.resolve();
    },
    stopPlaying: () => {
      isPlaying = false;
      stopCount++;
      return Promise.resolve();
    },
    isScenarioPlaying: () => isPlaying,
    report: (report) => reported.push(report),
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await settle(20);
    }
  };
  return { clock, net, demo, pass, told, played, opened, reported, turn, stopCount: () => stopCount, isPlaying: () => isPlaying };
};

describe('the demo', () => {
  it('plays the five scenarios with both clients, each pair in the same story, in less than five minutes', async () => {
    const { demo, pass, played, clock, opened, turn } = create();
    const first = demo.start(undefined);
    expect(first).toMatchObject({ phase: 'preparing' });
    expect(first.totalSec).toBeLessThan(300);
    expect(first.rows.map(({ scenarioId, client, phase }) => `${scenarioId} ${client} ${phase}`)).toEqual(builtInScenarios.flatMap(({ id }) => [`${id} naive waiting`, `${id} smart waiting`]));
    await pass(290_000);
    expect(demo.status()).toMatchObject({ phase: 'ended', problem: null });
    expect(demo.status().rows.every(({ phase, startupMs }) => phase === 'done' && startupMs === 500)).toBe(true);
    expect(played.map(({ scenario }) => scenario.id)).toEqual(builtInScenarios.flatMap(({ id }) => [id, id]));
    for (let pair = 0; pair < 10; pair += 2) expect(played[pair]!.seed).toBe(played[pair + 1]!.seed);
    expect(clock.nowMs()).toBeLessThan(300_000);
    const orders = opened[0]!.asked.filter(({ name }) => name === 'play').map(({ input }) => input as LabInput<'play'>);
    expect(orders.map(({ session }) => session.client)).toEqual(['naive', 'smart', 'naive', 'smart', 'naive', 'smart', 'naive', 'smart', 'naive', 'smart']);
    expect(new Set(orders.map(({ reportAs }) => reportAs)).size).toBe(10);
    expect(turn.holder()).toBeNull();
  });

  it('reports each session, so that the dashboard follows', async () => {
    const { demo, pass, opened, reported } = create();
    demo.start(undefined);
    await pass(1_000);
    const report = { ...(goodInputs['playback:report'] as PlaybackReport), startupMs: 612, stallCount: 1 };
    opened[0]!.hear(SESSION_REPORT, report);
    expect(reported).toEqual([report]);
    expect(demo.status().rows[0]).toMatchObject({ phase: 'running', startupMs: 612, stallCount: 1 });
    void demo.stop();
    await pass(1_000);
  });

  it('tells how it goes every second', async () => {
    const { demo, pass, told } = create();
    demo.start(undefined);
    await pass(5_000);
    expect(new Set(told.map(({ elapsedSec }) => Math.floor(elapsedSec))).size).toBeGreaterThanOrEqual(5);
    void demo.stop();
    await pass(1_000);
  });

  it('goes on after a session that failed', async () => {
    const { demo, pass } = create({ act: ({ session }) => (session.place === 1 ? new VStackError('internal', 'something broke') : {}) });
    demo.start(undefined);
    await pass(3 * (SESSION_SEC + 2) * 1_000);
    expect(demo.status().rows.slice(0, 3)).toMatchObject([{ phase: 'done' }, { phase: 'failed', problem: 'something broke' }, { phase: 'done' }]);
    void demo.stop();
    await pass(1_000);
  });

  it('stops at once, and ends the scenario that plays', async () => {
    const { demo, pass, isPlaying, turn, opened } = create();
    demo.start(undefined);
    await pass(5_000);
    expect(isPlaying()).toBe(true);
    const stopped = demo.stop();
    await settle();
    expect(await stopped).toMatchObject({ phase: 'stopped' });
    expect(isPlaying()).toBe(false);
    expect(turn.holder()).toBeNull();
    expect(opened[0]!.worker.isAlive()).toBe(false);
  });

  it('refuses a second one, a comparison beside it, a scenario that plays, and no cluster', async () => {
    const { demo, net, turn, pass } = create();
    net.clusterPhase = 'stopped';
    expect(() => demo.start(undefined)).toThrow(expect.objectContaining({ code: 'not_running' }));
    net.clusterPhase = 'ready';
    const giveBack = turn.take('A comparison');
    expect(() => demo.start(undefined)).toThrow(/A comparison runs already/);
    giveBack();
    demo.start(undefined);
    await pass(1_000);
    expect(() => demo.start(undefined)).toThrow(expect.objectContaining({ code: 'conflict' }));
    const closed = demo.close();
    await pass(1_100);
    await closed;
  });
});
