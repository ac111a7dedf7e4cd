import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ComparisonReport } from '../../../../runtime/contract/comparison.ts';
import { ComparisonStatus, ComparisonWish } from '../../../../runtime/contract/control/comparison.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { createComparisons } from '../../../../runtime/host/comparison/comparisons.ts';
import { createField } from '../../../../runtime/host/comparison/field.ts';
import { createLabWorkers } from '../../../../runtime/host/comparison/lab-worker.ts';
import { createReportStore } from '../../../../runtime/host/comparison/reports.ts';
import { createTurn } from '../../../../runtime/host/comparison/turn.ts';
import { createEventHub } from '../../../../runtime/host/event-hub.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';
import { createFakeNet, createFakeWorker, type FakeWorkerOptions } from '../../../fixtures/fake-lab.ts';
import { until } from '../../../fixtures/fake-host.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vstack-comparison-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const create = ({ act, video = () => Promise.resolve(makeManifest()) }: Pick<FakeWorkerOptions, 'act'> & { video?: () => Promise<ReturnType<typeof makeManifest>> } = {}) => {
  const clock = createManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const { net, supervisor } = createFakeNet();
  const opened: ReturnType<typeof createFakeWorker>[] = [];
  const events = createEventHub();
  const told: ComparisonStatus[] = [];
  let libraryCount = 0;
  events.on('comparison:changed', (status) => told.push(ComparisonStatus.parse(status)));
  events.on('comparison:library', () => libraryCount++);
  const turn = createTurn();
  const muted: boolean[] = [];
  const scenario = { isPlaying: false };
  const reports = createReportStore(folder, silentLogger());
  const comparisons = createComparisons({
    field: createField({ supervisor, clock }),
    workers: createLabWorkers(() => {
      const fake = createFakeWorker({ clock, ...(act && { act }) });
      opened.push(fake);
      return Promise.resolve(fake.worker);
    }),
    reports, turn, events, clock, random: seededRandom(3), log: silentLogger(), video, metadataUrl: () => 'http://127.0.0.1:1', isScenarioPlaying: () => scenario.isPlaying,
    machine: () => Promise.resolve({ cpuModel: 'c', cpuCount: 2, memoryBytes: 1, platform: 'p', osRelease: 'o', nodeVersion: 'n', sqliteVersion: 's', electronVersion: null, version: 'v', commit: null }),
    mute: (isMuted) => muted.push(isMuted),
  });
  const start = (wish: Partial<ComparisonWish> & { conditionId?: string } = {}) => comparisons.start(ComparisonWish.parse({ conditionId: 'one-slow-node', clients: ['smart', 'naive'], blocks: 2, sessionSec: 4, ...wish }));
  /** Lets time pass until `condition` holds; what touches the disk takes its own. */
  const pass = async (condition: () => boolean): Promise<void> => {
    await until(() => {
      clock.advance(100);
      return condition();
    });
  };
  const isOver = (): boolean => ['ended', 'stopped', 'failed'].includes(comparisons.status().phase) && turn.holder() === null;
  return { clock, net, comparisons, start, pass, isOver, told, opened, turn, muted, scenario, reports, libraryCount: () => libraryCount };
};

describe('a comparison in the host', () => {
  it('answers at once, tells how it goes, and saves a report that its schema accepts', async () => {
    const { comparisons, start, pass, isOver, told, opened, muted, reports, libraryCount } = create();
    expect(start({ seed: 11 })).toMatchObject({ phase: 'preparing', plan: null, condition: { id: 'one-slow-node' }, remainingSec: null });
    // The last status is told a moment after it is one: they come at a steady pace.
    await pass(() => isOver() && told.at(-1)?.phase === 'ended');
    const status = comparisons.status();
    expect(status).toMatchObject({ phase: 'ended', sessionsDone: 6, sessionCount: 6, block: 1, problem: null, failedSessionCount: 0, plan: { seed: 11, videoTitle: 'Harbour', blockCount: 2 } });
    expect(status.points.map(({ block }) => block)).toEqual([0, 0, 1, 1]);
    expect(status.pairs.map(({ n }) => n)).toContain(2);
    expect(new Set(told.map(({ phase }) => phase))).toEqual(new Set(['preparing', 'warming-up', 'running', 'ended']));
    expect(told.some(({ pairs, phase }) => phase === 'running' && pairs.some(({ n }) => n === 1))).toBe(true);

    const report = await reports.get(status.reportId!);
    expect(ComparisonReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({ isComplete: true, blockCount: 2, timeMode: 'real', settings: { nodeCount: 5, replicaCount: 3, warmUpBlocks: 1 } });
    expect(report.id).toMatch(/^comparison-20260102-0304\d\d-one-slow-node-real$/);
    expect(report.sessions).toHaveLength(6);
    expect(libraryCount()).toBe(1);
    expect(muted).toEqual([true, false]);
    // The worker ends with the comparison.
    expect(opened.map(({ worker }) => worker.isAlive())).toEqual([false]);
  });

  it('needs no cluster in virtual time, and is the same for the same seed', async () => {
    const run = async () => {
      const { net, start, pass, isOver, comparisons, reports, muted } = create();
      net.clusterPhase = 'stopped';
      start({ timeMode: 'virtual', seed: 4, blocks: 2, sessionSec: 15 });
      await pass(isOver);
      expect(net.done).toEqual([]);
      expect(muted).toEqual([]);
      return reports.get(comparisons.status().reportId!);
    };
    const [first, second] = [await run(), await run()];
    expect(first).toMatchObject({ timeMode: 'virtual', plan: { timeMode: 'virtual', videoId: 'virtual-sample' }, nodeIds: ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'] });
    expect(first.id).toContain('-virtual');
    expect(second.sessions).toEqual(first.sessions);
    expect(second.pairs).toEqual(first.pairs);
  });

  it('stops when a person says so, sets everything back and saves the blocks that are complete', async () => {
    const { comparisons, start, pass, turn, reports } = create();
    start({ blocks: 5 });
    await pass(() => comparisons.status().points.length === 4 && comparisons.status().session !== null);
    const stopped = comparisons.stop();
    expect(comparisons.status().phase).toBe('stopping');
    await pass(() => turn.holder() === null);
    expect(await stopped).toMatchObject({ phase: 'stopped', problem: null });
    const report = await reports.get(comparisons.status().reportId!);
    expect(report).toMatchObject({ isComplete: false, blockCount: 2 });
    expect(report.verdict.at(-2)!.text).toContain('It was ended early: 2 of 5 blocks are complete');
  });

  it('saves nothing when no block is complete', async () => {
    const { comparisons, start, pass, turn } = create();
    start();
    await pass(() => comparisons.status().session !== null);
    void comparisons.stop();
    await pass(() => turn.holder() === null);
    expect(comparisons.status()).toMatchObject({ phase: 'stopped', reportId: null, step: 'No block was complete, so nothing was saved.' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('counts a session that failed, and tells how many', async () => {
    const { comparisons, start, pass, isOver, reports } = create({ act: ({ session }) => (session.block === 0 && session.client === 'naive' ? new VStackError('not_found', 'no such video') : {}) });
    start();
    await pass(isOver);
    expect(comparisons.status()).toMatchObject({ phase: 'ended', failedSessionCount: 1 });
    expect((await reports.get(comparisons.status().reportId!)).verdict.some(({ text }) => text.includes('Naive failed in 1 of 2 sessions (no such video)'))).toBe(true);
  });

  it('fails with the cluster, and keeps what is complete', async () => {
    const { comparisons, net, start, pass, isOver, reports } = create();
    start({ blocks: 3 });
    await pass(() => comparisons.status().points.length === 2 && comparisons.status().session !== null);
    net.failure = { at: 'set', error: new VStackError('not_running', 'The cluster is stopped; launch it first.') };
    await pass(isOver);
    expect(comparisons.status()).toMatchObject({ phase: 'failed', problem: 'The cluster is stopped; launch it first.' });
    expect(await reports.get(comparisons.status().reportId!)).toMatchObject({ isComplete: false, blockCount: 1 });
  });

  it('fails in words when there is no video', async () => {
    const { comparisons, start, pass, isOver } = create({ video: () => Promise.reject(new VStackError('not_found', 'There is no video "v".')) });
    start({ videoId: 'v' });
    await pass(isOver);
    expect(comparisons.status()).toMatchObject({ phase: 'failed', problem: 'There is no video "v".', reportId: null });
  });

  it('refuses a second one, an unknown condition, a scenario beside it, and a cluster that is not whole', async () => {
    const { start, net, comparisons, scenario, turn, pass } = create();
    expect(() => start({ conditionId: 'perfect' })).toThrow(expect.objectContaining({ code: 'not_found' }));
    scenario.isPlaying = true;
    expect(() => start()).toThrow(expect.objectContaining({ code: 'conflict' }));
    scenario.isPlaying = false;
    net.phases.set('node-1', 'crashed');
    expect(() => start()).toThrow(/node-1 is crashed/);
    net.phases.set('node-1', 'ready');
    expect(comparisons.status().phase).toBe('idle');
    start();
    expect(() => start({ timeMode: 'virtual' })).toThrow(expect.objectContaining({ code: 'already_running' }));
    void comparisons.stop();
    await pass(() => turn.holder() === null);
    expect(() => start({ timeMode: 'virtual', blocks: 1 })).not.toThrow();
    void comparisons.stop();
    await pass(() => turn.holder() === null);
  });

  it('ends with the host', async () => {
    const { comparisons, start, pass, turn } = create();
    start();
    await pass(() => comparisons.status().session !== null);
    const closed = comparisons.close();
    await pass(() => turn.holder() === null);
    await closed;
  });
});
