import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChildStatus, ClusterStatus } from '../../../../runtime/contract/control/cluster.ts';
import { metricCalls, MetricSample } from '../../../../runtime/contract/control/metrics.ts';
import { createEventHub, type EventHub } from '../../../../runtime/host/event-hub.ts';
import { openRecorder, type Recorder } from '../../../../runtime/host/metrics/recorder.ts';
import { createManualClock, type ManualClock } from '../../../../runtime/platform/clock.ts';
import type { HttpClient } from '../../../../runtime/platform/http/client.ts';
import { createMetrics } from '../../../../runtime/platform/http/metrics.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { stoppedCluster } from '../../../fixtures/fake-host.ts';

const START_MS = Date.UTC(2026, 10, 23, 5, 30);
const child = (name: string, overrides: Partial<ChildStatus> = {}): ChildStatus => ({
  name, role: name.startsWith('node') ? 'storage-node' : name === 'metadata' ? 'metadata' : 'uploader', phase: 'ready', pid: 1, url: `http://${name}`, directUrl: null, dataDir: '/',
  startedAtMs: 1, restartCount: 0, availability: 0.995, cpuPercent: 1, rssBytes: 2, chunkCount: 7, diskUsedBytes: 8, diskUsagePercent: 9, problem: null, ...overrides,
});
const running = (...children: ChildStatus[]): ClusterStatus =>
  stoppedCluster({ phase: 'ready', launchedAtMs: START_MS - 5000, children: [child('metadata'), ...children, child('uploader')] });

let folder: string;
let clock: ManualClock;
let events: EventHub;
let status: ClusterStatus;
let recorder: Recorder;
let asked: string[];
let answer: () => Promise<unknown>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vstack-recorder-'));
  clock = createManualClock(START_MS);
  events = createEventHub();
  status = running(child('node-1'), child('node-2'));
  asked = [];
  answer = () => new Promise((resolve) => void clock.after(20, () => resolve({ stream: { resume() {} } })));
  const http = {
    request: (url: string) => {
      asked.push(url);
      return answer();
    },
  } as unknown as HttpClient;
  recorder = await openRecorder({ folder, clock, events, log: silentLogger(), status: () => status, http });
});
afterEach(async () => {
  await recorder.close();
  await rm(folder, { recursive: true, force: true });
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
const pass = async (ms: number): Promise<void> => {
  for (let passedMs = 0; passedMs < ms; passedMs += 100) {
    clock.advance(100);
    await turns();
  }
};
const beat = (name: string, readBytes: number): void =>
  recorder.take({
    kind: 'beat', name,
    beat: { incarnation: 1, rssBytes: 50, cpuMs: 1, servingMs: 1, details: { readBytes, requests: { requestCount: readBytes, errorCount: 0, latencyCounts: [readBytes], latencyMsMax: 0.1 } } },
  });
const history = async () => (await recorder.history({}, 1800)).samples;

describe('the recorder', () => {
  it('samples every two seconds, and every second while somebody listens', async () => {
    await pass(6000);
    expect(await history()).toHaveLength(3);
    const heard: number[] = [];
    const stop = events.on('metrics:sample', ({ atMs }) => heard.push(atMs - START_MS));
    await pass(4000);
    expect(heard).toHaveLength(4);
    stop();
    await pass(4000);
    expect(heard).toHaveLength(4);
    const times = (await history()).map(({ atMs }) => atMs - START_MS);
    expect(Math.min(...times.slice(1).map((atMs, index) => atMs - times[index]!))).toBeGreaterThan(1000);
  });

  it('gives samples as the contract says, with null for what is not known', async () => {
    status = running(child('node-1'), child('node-2', { phase: 'restarting', pid: null }));
    await pass(2000);
    const sample = recorder.latest();
    expect(MetricSample.parse(sample)).toEqual(sample);
    expect(sample.processes.map(({ name }) => name)).toEqual(['host', 'metadata', 'uploader']);
    expect(sample.nodes).toMatchObject([
      { name: 'node-1', phase: 'ready', chunkCount: 7, cpuPercent: null, availability: null, pingMs: null },
      { name: 'node-2', phase: 'restarting', chunkCount: null, diskUsedBytes: null, rssBytes: null, pingMs: null },
    ]);
    expect(sample.processes[0]!.rssBytes).toBeGreaterThan(1_000_000);
  });

  it('pings the nodes that serve, one after the other, and knows nothing of one that does not answer', async () => {
    await pass(6000);
    expect(asked.slice(0, 2)).toEqual(['http://node-1/ping', 'http://node-2/ping']);
    for (const { pingMs } of recorder.latest().nodes) expect(pingMs).toBeGreaterThanOrEqual(20);
    answer = () => Promise.reject(new Error('nobody there'));
    await pass(6000);
    expect(recorder.latest().nodes.map(({ pingMs }) => pingMs)).toEqual([null, null]);
    status = running(child('node-1', { phase: 'paused' }), child('node-2'));
    await pass(3000);
    asked = [];
    await pass(6000);
    expect(new Set(asked)).toEqual(new Set(['http://node-2/ping']));
  });

  it('leaves a gap in the record while no cluster runs', async () => {
    await pass(4000);
    status = { ...status, phase: 'stopped', launchedAtMs: null };
    await pass(20_000);
    expect((await history()).length).toBeLessThan(4);
    expect(recorder.latest().atMs).toBeGreaterThan(START_MS + 20_000);
  });

  it('sums up since the launch, and begins anew with the next one', async () => {
    recorder.take({ kind: 'changed' });
    beat('node-1', 100);
    beat('node-2', 300);
    await pass(2000);
    const summary = await recorder.summary();
    expect(metricCalls['metrics:summary'].output.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({ sinceMs: START_MS + 2000, uptimeMs: 7000, readBytes: 400, requestCount: 400, loadDeviation: 0.5 });
    expect(summary.nodes).toMatchObject([{ nodeId: 'node-1', readBytes: 100, supervisorAvailability: 0.995, requestMs: { count: 100 } }, { nodeId: 'node-2', readBytes: 300 }]);
    status = { ...status, launchedAtMs: START_MS + 9000 };
    recorder.take({ kind: 'changed' });
    expect(await recorder.summary()).toMatchObject({ readBytes: 0, loadDeviation: null, requestMs: { count: 0, p50: null, max: null } });
  });

  it('tells a scrape of the host’s door what it knows of the cluster', () => {
    const metrics = createMetrics();
    recorder.describe(metrics);
    const text = metrics.text();
    for (const line of ['vstack_cluster_state{phase="ready"} 1', 'vstack_child_state{child="node-1",role="storage-node",phase="ready"} 1', 'vstack_child_restarts_total{child="uploader"} 0', 'vstack_child_cpu_ratio{child="node-2"} 0.01']) {
      expect(text).toContain(`${line}\n`);
    }
  });
});
