import { describe, expect, it } from 'vitest';
import type { ChildStatus, ClusterStatus } from '../../../../runtime/contract/control/cluster.ts';
import { Happening } from '../../../../runtime/contract/control/happenings.ts';
import { changesBetween } from '../../../../runtime/host/happenings/changes.ts';
import { stoppedCluster } from '../../../fixtures/fake-host.ts';

const child = (name: string, overrides: Partial<ChildStatus> = {}): ChildStatus => ({
  name, role: 'storage-node', phase: 'ready', pid: 1, url: null, directUrl: null, dataDir: '/', startedAtMs: 1, restartCount: 0, availability: 1, cpuPercent: null, rssBytes: null,
  chunkCount: null, diskUsedBytes: null, diskUsagePercent: null, problem: null, ...overrides,
});
const cluster = (phase: ClusterStatus['phase'], children: ChildStatus[] = [], overrides: Partial<ClusterStatus> = {}): ClusterStatus => stoppedCluster({ phase, children, ...overrides });

/** What is told when one node goes through these states. */
const life = (...states: Partial<ChildStatus>[]) =>
  states.slice(1).flatMap((state, index) => changesBetween(cluster('degraded', [child('node-1', states[index])]), cluster('degraded', [child('node-1', state)])));
const told = (news: ReturnType<typeof changesBetween>) => news.map(({ kind, tone, subject, text }) => [kind, tone, subject, text]);

describe('what is told of two snapshots', () => {
  it('is nothing of the first one, and nothing when nothing changed', () => {
    expect(changesBetween(null, cluster('ready', [child('node-1')]))).toEqual([]);
    expect(changesBetween(cluster('ready', [child('node-1')]), cluster('ready', [child('node-1', { cpuPercent: 5 })]))).toEqual([]);
  });

  it('is a death and a return, step by step', () => {
    const problem = 'It was killed by SIGKILL.';
    expect(told(life({}, { phase: 'restarting', restartCount: 1, problem }, { phase: 'starting', restartCount: 1, problem }, { phase: 'ready', restartCount: 1 }))).toEqual([
      ['process-died', 'bad', 'node-1', `died, restart 1. ${problem}`],
      ['process-ready', 'ok', 'node-1', 'ready again'],
    ]);
  });

  it('is one line when death and return fell between two snapshots', () => {
    expect(told(life({}, { phase: 'ready', restartCount: 1 }))).toEqual([['process-died', 'bad', 'node-1', 'died and is ready again, restart 1']]);
  });

  it('is a pause, a stop, a restart on request, a crash loop', () => {
    expect(told(life({}, { phase: 'paused' }, { phase: 'ready' }))).toEqual([['process-paused', 'warn', 'node-1', 'paused'], ['process-ready', 'ok', 'node-1', 'ready again']]);
    expect(told(life({}, { phase: 'stopping', problem: 'on request' }, { phase: 'stopped' }))).toEqual([['process-stopped', 'idle', 'node-1', 'stopped']]);
    expect(told(life({ phase: 'stopping' }, { phase: 'starting', restartCount: 1 }))).toEqual([['process-restarted', 'busy', 'node-1', 'restarted on request']]);
    expect(told(life({}, { phase: 'crashed', problem: 'It failed 5 times.' }))).toEqual([['process-crashed', 'bad', 'node-1', 'crashed. It failed 5 times.']]);
    expect(told(life({}, { phase: 'degraded', problem: 'the store is read-only' }))).toEqual([['process-degraded', 'warn', 'node-1', 'degraded. the store is read-only']]);
  });

  it('is a node that came and one that went', () => {
    const news = changesBetween(cluster('ready', [child('node-1'), child('node-2')]), cluster('ready', [child('node-1'), child('node-3', { phase: 'starting' })]));
    expect(told(news)).toEqual([['node-added', 'busy', 'node-3', 'added to the cluster'], ['node-removed', 'idle', 'node-2', 'removed from the cluster']]);
  });

  it('does not call a node that is being added stopped', () => {
    const news = changesBetween(cluster('ready', [child('node-1')]), cluster('degraded', [child('node-1'), child('node-2', { phase: 'stopped' })]));
    expect(told(news)).toEqual([['node-added', 'busy', 'node-2', 'added to the cluster'], ['cluster-degraded', 'warn', null, 'Cluster degraded: node-2 is being added']]);
  });

  it('is the cluster alone during a launch and a stop', () => {
    const starting = cluster('starting', [child('metadata', { role: 'metadata', phase: 'starting' })]);
    const ready = cluster('ready', ['node-1', 'node-2'].map((name) => child(name)), { launchMs: 780 });
    expect(told(changesBetween(cluster('stopped'), starting))).toEqual([['cluster-launching', 'busy', null, 'Cluster launching']]);
    expect(told(changesBetween(starting, ready))).toEqual([['cluster-ready', 'ok', null, 'Cluster of 2 nodes ready in 780 ms']]);
    const stopping = cluster('stopping', [child('node-1', { phase: 'stopping' })]);
    expect(told(changesBetween(ready, stopping))).toEqual([['cluster-stopping', 'busy', null, 'Cluster stopping']]);
    expect(told(changesBetween(stopping, cluster('stopped', [child('node-1', { phase: 'stopped' })])))).toEqual([['cluster-stopped', 'idle', null, 'Cluster stopped']]);
  });

  it('says why a launch failed, and who is missing in a degraded cluster', () => {
    const failed = cluster('failed', [], { problem: { code: 'port_in_use', detail: 'Port 8080 is taken by nginx.' } });
    expect(told(changesBetween(cluster('stopping'), failed))).toEqual([['launch-failed', 'bad', null, 'Launch failed. Port 8080 is taken by nginx.']]);
    const degraded = changesBetween(cluster('ready', [child('node-1')]), cluster('degraded', [child('node-1', { phase: 'paused' })]));
    expect(told(degraded).at(-1)).toEqual(['cluster-degraded', 'warn', null, 'Cluster degraded: node-1 is paused']);
    expect(told(changesBetween(cluster('degraded'), cluster('ready', [], { launchMs: 5 })))).toEqual([['cluster-ready', 'ok', null, 'Cluster ready again']]);
  });

  it('is always a happening of the contract', () => {
    for (const news of life({}, { phase: 'paused' }, { phase: 'stopped' }, { phase: 'crashed' })) expect(Happening.safeParse({ ...news, id: 1, atMs: 1 }).success).toBe(true);
  });
});
