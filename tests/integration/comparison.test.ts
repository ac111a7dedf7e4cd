/** Comparisons on a real cluster: real nodes, links and sessions, only few and short ones. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectControl, type RemoteControl } from '../../runtime/client/control/websocket-client.ts';
import { ComparisonReport } from '../../runtime/contract/comparison.ts';
import type { ComparisonStatus, ComparisonWish, DemoStatus } from '../../runtime/contract/control/comparison.ts';
import { startWebDoor, type WebDoor } from '../e2e/web-door.ts';
import { eventually } from '../fixtures/cluster-process.ts';
import { isAlive } from '../fixtures/supervision/cluster-fixture.ts';

let door: WebDoor;
let client: RemoteControl;
const told: ComparisonStatus[] = [];
const demoTold: DemoStatus[] = [];

beforeAll(async () => {
  door = await startWebDoor();
  const url = new URL(door.signInUrl);
  client = await connectControl(`ws://${url.host}/control`, { token: new URLSearchParams(url.hash.slice(1)).get('token')! });
  client.on('comparison:changed', (status) => told.push(status));
  client.on('demo:changed', (status) => demoTold.push(status));
  await client.call('cluster:launch', { nodeCount: 3 });
});
afterAll(async () => {
  client?.close();
  await door?.stop();
});

const OVER = new Set(['ended', 'stopped', 'failed']);
const over = (): Promise<ComparisonStatus> =>
  eventually('the end of the comparison', async () => {
    const status = await client.call('comparison:status', {});
    return OVER.has(status.phase) ? status : undefined;
  }, 180_000);
const start = async (wish: Partial<ComparisonWish>): Promise<ComparisonStatus> => {
  told.length = 0;
  return client.call('comparison:start', { conditionId: 'one-slow-node', clients: ['smart', 'naive'], blocks: 1, sessionSec: 3, seed: 7, ...wish });
};
const workerPids = async (): Promise<number[]> => {
  const ledger = JSON.parse(await readFile(join(door.dataDir, 'ledger.json'), 'utf8')) as { entries: { name: string; pid: number }[] };
  return ledger.entries.filter(({ name }) => name === 'lab-worker').map(({ pid }) => pid);
};
const expectNormal = async (): Promise<void> => {
  const { links } = await client.call('network:show', {});
  expect(links.map(({ nodeId, isNormal }) => [nodeId, isNormal])).toEqual([['node-1', true], ['node-2', true], ['node-3', true]]);
  await eventually('every node', async () => ((await client.call('cluster:status', {})).phase === 'ready' ? true : undefined));
};

describe('a comparison on a real cluster', () => {
  it('uploads the sample, plays every session, saves a report, and leaves everything normal', async () => {
    expect(await start({ clients: ['smart', 'naive', 'oracle'], sessionSec: 6 })).toMatchObject({ phase: 'preparing' });
    const [pid] = await eventually('the worker', async () => ((await workerPids()).length > 0 ? workerPids() : undefined));
    expect(await isAlive(pid!)).toBe(true);
    const status = await over();
    expect(status).toMatchObject({ phase: 'ended', problem: null, failedSessionCount: 0, sessionsDone: 6, plan: { videoTitle: 'V-Stack sample' } });
    expect(told.some(({ session }) => session !== null && session.bufferSec > 0)).toBe(true);

    const report = ComparisonReport.parse(await client.call('comparison:report', { id: status.reportId! }));
    expect(report.nodeIds).toEqual(['node-1', 'node-2', 'node-3']);
    expect(report.sessions.map(({ outcome, isStarted }) => [outcome, isStarted])).toEqual(report.sessions.map(() => ['completed', true]));
    for (const { deliveredBytes, load, chunkMs } of report.sessions) {
      expect(load.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(deliveredBytes);
      expect(chunkMs.length).toBeGreaterThan(0);
    }
    // LTE adds 70 ms: nobody connects and asks in less than two of them.
    expect(Math.min(...report.sessions.map(({ startupMs }) => startupMs))).toBeGreaterThan(140);
    expect((await client.call('comparison:reports', {})).reports.map(({ id }) => id)).toEqual([report.id]);
    expect((await client.call('comparison:export', { id: report.id, format: 'html' })).text).toContain('<svg');
    await expectNormal();
    await eventually('the end of the worker', async () => ((await isAlive(pid!)) ? undefined : true));
  }, 300_000);

  it.each(['node-killed', 'node-paused', 'node-partitioned'])('brings the fault %s into each session, and has the node back after it', async (conditionId) => {
    await start({ conditionId, clients: ['naive-retry', 'smart'] });
    const status = await over();
    expect(status).toMatchObject({ phase: 'ended', problem: null });
    const report = await client.call('comparison:report', { id: status.reportId! });
    for (const { faultAtMs, victimId } of report.sessions) {
      expect(faultAtMs).toBeGreaterThan(0);
      expect(report.nodeIds).toContain(victimId);
    }
    await expectNormal();
  }, 300_000);

  it('keeps the links as they are while it runs, and ends when they shall be normal', async () => {
    await start({ blocks: 5 });
    await eventually('a session', () => Promise.resolve(told.find(({ session }) => session !== null)));
    await expect(client.call('network:set', { nodeIds: 'all', change: { isFailed: true } })).rejects.toMatchObject({ code: 'conflict' });
    await expect(start({})).rejects.toMatchObject({ code: 'already_running' });
    await expect(client.call('demo:start', {})).rejects.toMatchObject({ code: 'already_running' });
    await client.call('network:reset', {});
    expect(await over()).toMatchObject({ phase: 'stopped' });
    await expectNormal();
  }, 120_000);

  it('shows a demo whose sessions the dashboard follows, until it is stopped', async () => {
    await client.call('demo:start', {});
    const { session } = await eventually('a session of the lab', async () => {
      const latest = await client.call('playback:latest', {});
      return latest.session?.door === 'lab' && latest.session.deliveredBytes > 0 ? latest : undefined;
    }, 60_000);
    expect(session).toMatchObject({ client: 'naive', title: 'V-Stack sample' });
    expect((await client.call('network:show', {})).run).toMatchObject({ phase: 'running', scenario: { id: 'normal-operation' } });
    expect(await client.call('demo:stop', {})).toMatchObject({ phase: 'stopped' });
    await eventually('word of the end', () => Promise.resolve(demoTold.at(-1)?.phase === 'stopped' || undefined));
    await expectNormal();
  }, 120_000);

  it('runs in virtual time beside the cluster without touching it', async () => {
    const before = (await client.call('network:show', {})).links;
    await start({ timeMode: 'virtual', blocks: 3, sessionSec: 15 });
    const status = await over();
    expect(status).toMatchObject({ phase: 'ended', plan: { timeMode: 'virtual' } });
    expect((await client.call('network:show', {})).links).toEqual(before);
  }, 120_000);

  it('dies with its host, the worker too', async () => {
    await start({ blocks: 5 });
    const [pid] = await eventually('the worker', async () => ((await workerPids()).length > 0 ? workerPids() : undefined));
    await eventually('a session', () => Promise.resolve(told.find(({ session }) => session !== null)));
    await door.stop();
    await eventually('the end of the worker', async () => ((await isAlive(pid!)) ? undefined : true));
  }, 120_000);
});
