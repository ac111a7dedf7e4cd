/** The measurements of a real cluster: what players read, what every service exposes, what is told of a death. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterFile } from '../../runtime/contract/cluster-file.ts';
import type { MetricSample, MetricSummary } from '../../runtime/contract/control/metrics.ts';
import type { Happening } from '../../runtime/contract/control/happenings.ts';
import { connectControl, type RemoteControl } from '../../runtime/client/control/websocket-client.ts';
import { createHttpClient } from '../../runtime/platform/http/client.ts';
import { SAMPLE_PATH, startWebDoor, type WebDoor } from '../e2e/web-door.ts';
import { eventually } from '../fixtures/cluster-process.ts';
import { prometheusProblems } from '../fixtures/prometheus.ts';

let door: WebDoor;
let client: RemoteControl;
let origin: string;
let token: string;
const samples: MetricSample[] = [];
const happenings: Happening[] = [];

beforeAll(async () => {
  door = await startWebDoor();
  const url = new URL(door.signInUrl);
  origin = url.origin;
  token = new URLSearchParams(url.hash.slice(1)).get('token')!;
  client = await connectControl(`ws://${url.host}/control`, { token });
  client.on('metrics:sample', (sample) => samples.push(sample));
  client.on('events:added', ({ events }) => happenings.push(...events));
  await client.call('cluster:launch', { nodeCount: 3 });
});
afterAll(async () => {
  client?.close();
  await door?.stop();
});

const summary = (): Promise<MetricSummary> => client.call('metrics:summary', {});

describe('the measurements of a real cluster', () => {
  it('count what is written and what players read, node by node', async () => {
    const upload = await client.call('uploads:start', { path: SAMPLE_PATH, title: 'Measured' });
    const stored = await eventually('the upload', async () => (await client.call('uploads:list', {})).uploads.find(({ sessionId, phase }) => sessionId === upload.sessionId && phase === 'completed'));
    const { chunks } = await client.call('videos:manifest', { videoId: stored.videoId! });
    const bytesTotal = chunks.reduce((sum, { size_bytes: sizeBytes }) => sum + sizeBytes, 0);
    let readBytes = 0;
    for (const { urls } of chunks) readBytes += (await (await fetch(urls![0]!.url)).bytes()).length;

    const told = await eventually('the last beats', async () => {
      const now = await summary();
      return now.readBytes >= readBytes && now.writtenBytes >= bytesTotal ? now : undefined;
    });
    expect(told.readBytes).toBe(readBytes);
    expect(told.writtenBytes).toBeGreaterThanOrEqual(2 * bytesTotal);
    expect(told.requestMs.p95).toBeGreaterThan(0);
    const sample = await eventually('a sample of it', () => Promise.resolve(samples.find(({ nodes }) => nodes.some(({ readBytesPerSecond }) => readBytesPerSecond! > 0))));
    expect(sample.nodes).toHaveLength(3);
    await eventually('a ping of every node', () => Promise.resolve(samples.at(-1)!.nodes.every(({ pingMs }) => pingMs !== null && pingMs > 0) || undefined));
  });

  it('are exposed by every service and by the host, in Prometheus’ own format', async () => {
    const { children } = await client.call('cluster:status', {});
    const { secret } = JSON.parse(await readFile(join(door.dataDir, 'cluster.json'), 'utf8')) as ClusterFile;
    const cluster = createHttpClient({ secret });
    const own = createHttpClient({ secret: token });
    try {
      const texts = new Map<string, string>([['host', (await (await own.request(`${origin}/metrics`)).bytes()).toString()]]);
      for (const { name, url } of children) texts.set(name, (await (await cluster.request(`${url}/metrics`)).bytes()).toString());
      for (const [name, text] of texts) {
        expect(prometheusProblems(text), name).toEqual([]);
        expect(text, name).toMatch(/^vstack_process_cpu_seconds_total [\d.]+$/m);
      }
      expect(texts.get('host')).toContain('vstack_child_state{child="node-2",role="storage-node",phase="ready"} 1');
      await expect(createHttpClient().request(`${origin}/metrics`)).rejects.toMatchObject({ code: 'unauthenticated' });
    } finally {
      cluster.close();
      own.close();
    }
  });

  it('tell of a node that died and came back, also to whoever asks later', async () => {
    await client.call('nodes:kill', { nodeId: 'node-2' });
    await eventually('the return', () => Promise.resolve(happenings.find(({ subject, text }) => subject === 'node-2' && text === 'ready again')));
    const { events } = await client.call('events:list', {});
    const told = events.toReversed().map(({ kind }) => kind);
    expect(told.slice(0, 3)).toEqual(['cluster-launching', 'cluster-ready', 'upload-completed']);
    expect(told).toContain('process-died');
    expect(told.indexOf('process-ready')).toBeGreaterThan(told.indexOf('process-died'));
    const { samples: record, stepMs } = await client.call('metrics:history', {});
    expect(stepMs).toBe(2000);
    expect(record.length).toBeGreaterThan(1);
    expect((await client.call('metrics:export', {})).text.split('\r\n').length).toBeGreaterThan(6 * record.length);
    expect((await summary()).nodes.find(({ nodeId }) => nodeId === 'node-2')).toMatchObject({ restartCount: 1 });
  });
});
