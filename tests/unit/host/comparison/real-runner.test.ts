import { describe, expect, it } from 'vitest';
import type { ComparisonSession } from '../../../../runtime/contract/comparison.ts';
import type { SessionProgress } from '../../../../runtime/contract/control/comparison.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { LabInput, PlannedSession } from '../../../../runtime/contract/lab-worker.ts';
import { isSameLink, normalLink } from '../../../../runtime/contract/link.ts';
import { createField } from '../../../../runtime/host/comparison/field.ts';
import { createLabWorkers } from '../../../../runtime/host/comparison/lab-worker.ts';
import { createRealRunner } from '../../../../runtime/host/comparison/real-runner.ts';
import { conditionOf } from '../../../../runtime/lab/comparison/conditions.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { createFakeNet, createFakeWorker, settle, type FakeWorkerOptions } from '../../../fixtures/fake-lab.ts';

const planned = (overrides: Partial<PlannedSession> = {}): PlannedSession => ({ block: 0, place: 1, client: 'smart', seed: 7, victimId: 'node-2', faultAtMs: 400, ...overrides });

const create = ({ conditionId = 'node-killed', act }: { conditionId?: string } & Pick<FakeWorkerOptions, 'act'> = {}) => {
  const clock = createManualClock(1_000_000);
  const { net, supervisor } = createFakeNet();
  const opened: ReturnType<typeof createFakeWorker>[] = [];
  const workers = createLabWorkers(() => {
    const fake = createFakeWorker({ clock, ...(act && { act }) });
    opened.push(fake);
    return Promise.resolve(fake.worker);
  });
  const runner = createRealRunner({ field: createField({ supervisor, clock }), workers, clock, condition: conditionOf(conditionId), sessionSec: 15, videoId: 'v', metadataUrl: () => 'http://127.0.0.1:1' });
  const stop = new AbortController();
  const steps: string[] = [];
  const progress: SessionProgress[] = [];
  const run = (session = planned()) => {
    const outcome = { session: undefined as ComparisonSession | undefined, error: undefined as unknown };
    void runner.run(session, { signal: stop.signal, onStep: (step) => steps.push(step), onProgress: (one) => progress.push(one) }).then(
      (record) => (outcome.session = record),
      (error: unknown) => (outcome.error = error),
    );
    return outcome;
  };
  /** Lets time pass in small steps, and everything that waits for it happen. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await settle(20);
    }
  };
  const quiet = (): Promise<void> => pass(400);
  const isNormal = (): boolean => [...net.settings.values()].every((own) => isSameLink(own, normalLink)) && [...net.phases.values()].every((phase) => phase === 'ready');
  return { clock, net, run, pass, quiet, stop, steps, progress, opened, isNormal };
};

describe('a session over real links', () => {
  it('begins when the links are quiet and set, meets its fault at its time, and leaves everything normal', async () => {
    const { run, pass, quiet, net, steps, progress, opened, isNormal } = create();
    const outcome = run();
    await quiet();
    const fake = opened[0]!;
    expect(fake.isPlaying()).toBe(true);
    const startedMs = fake.asked.find(({ name }) => name === 'play')!.atMs;
    expect((fake.asked[0]!.input as LabInput<'play'>).links.every(({ isRunning }) => isRunning)).toBe(true);
    await pass(250);
    expect(net.done).toEqual(['set']);
    await pass(100);
    expect(net.done).toEqual(['set', 'kill node-2', 'stop node-2']);
    expect(fake.asked.map(({ name, atMs }) => [name, atMs - startedMs])).toEqual([['play', 0], ['fault', 400], ['links', 400]]);
    expect((fake.asked[2]!.input as LabInput<'links'>).links.find(({ nodeId }) => nodeId === 'node-2')).toMatchObject({ isRunning: false });
    await pass(15_000);
    expect(outcome.session).toMatchObject({ outcome: 'completed', client: 'smart', victimId: 'node-2', tookMs: 15_000 });
    expect(isNormal()).toBe(true);
    expect(steps).toEqual(['waiting until the links are quiet', 'setting the links', 'setting the links back']);
    expect(progress).toHaveLength(1);
  });

  it('plays on a link that is slow from the start without any fault inside', async () => {
    const { run, pass, quiet, net, opened } = create({ conditionId: 'one-slow-node' });
    const outcome = run(planned({ faultAtMs: 0 }));
    await quiet();
    expect(net.settings.get('node-2')!.toClient.bitsPerSecond).toBe(1.6e6);
    await pass(15_000);
    expect(outcome.session).toBeDefined();
    expect(opened[0]!.asked.map(({ name }) => name)).toEqual(['play']);
  });

  it('that the worker could not play counts as failed, and the network is normal', async () => {
    const { run, pass, quiet, isNormal } = create({ act: () => new VStackError('not_found', 'There is no such video.') });
    const outcome = run();
    await quiet();
    await pass(16_000);
    expect(outcome.session).toMatchObject({ outcome: 'failed', problem: 'There is no such video.', isStarted: false, startupMs: 15_000 });
    expect(isNormal()).toBe(true);
  });

  it('whose worker dies counts as failed, and the next one gets another worker', async () => {
    const { run, pass, quiet, opened } = create();
    const first = run();
    await quiet();
    await pass(2_000);
    opened[0]!.die();
    await pass(200);
    expect(first.session).toMatchObject({ outcome: 'failed', problem: expect.stringContaining('lab-worker ended') as string });
    const second = run();
    await quiet();
    await pass(15_100);
    expect(opened).toHaveLength(2);
    expect(second.session).toMatchObject({ outcome: 'completed' });
  });

  it('ends the comparison when none can be played any more', async () => {
    const { run, pass, quiet } = create({ act: () => new VStackError('not_found', 'There is no such video.') });
    for (let session = 0; session < 5; session++) {
      const outcome = run();
      await quiet();
      await pass(16_000);
      if (session < 4) expect(outcome.session).toBeDefined();
      else expect(outcome.error).toMatchObject({ code: 'not_found' });
    }
  });

  it('is no session when its fault could not be brought', async () => {
    const { run, pass, quiet, net, isNormal } = create();
    net.failure = { at: 'kill node-2', error: new VStackError('not_found', 'There is no node "node-2".') };
    const outcome = run();
    await quiet();
    await pass(16_000);
    expect(outcome.session).toBeUndefined();
    expect(outcome.error).toMatchObject({ code: 'not_found' });
    expect(isNormal()).toBe(true);
  });

  it('is no session when the links could not be set back', async () => {
    const { run, pass, quiet, net } = create();
    const outcome = run();
    await quiet();
    net.failure = { at: 'start node-2', error: new VStackError('not_running', 'The cluster is stopped.') };
    await pass(16_000);
    expect(outcome.error).toMatchObject({ code: 'not_running' });
  });

  it('that is stopped ends at once, and the network is normal', async () => {
    const { run, pass, quiet, stop, isNormal, opened, clock } = create();
    const outcome = run();
    await quiet();
    await pass(2_000);
    const atMs = clock.nowMs();
    stop.abort(new VStackError('cancelled', 'stopped'));
    await settle();
    expect(opened[0]!.isPlaying()).toBe(false);
    expect(outcome.error).toMatchObject({ code: 'cancelled' });
    expect(clock.nowMs()).toBe(atMs);
    expect(isNormal()).toBe(true);
  });
});
