/**
 * A day of measurements, every 2 s, a video playing all day, every figure at random (what compresses worst; a quiet cluster takes a fraction): what it takes on disk, how much
 * CPU time its questions take, and how much of it at a stretch, in which the host's event loop stands still. CPU time of this thread, because on a
 * shared machine the clock tells mostly of the others.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricSample, NodeSample, ProcessSample } from '../../runtime/contract/control/metrics.ts';
import { HOUR_MS, SECOND_MS } from '../../runtime/contract/units.ts';
import { openHistory, SAMPLE_MS } from '../../runtime/host/metrics/history.ts';
import { exportHistory, queryHistory } from '../../runtime/host/metrics/query.ts';
import { createManualClock } from '../../runtime/platform/clock.ts';
import { silentLogger } from '../../runtime/platform/log.ts';
import { seededRandom } from '../../runtime/platform/random.ts';
import { printFigures, type Figure } from './lib/figures.ts';

const DAY_SAMPLES = (24 * HOUR_MS) / SAMPLE_MS;
const random = seededRandom(1);
const noise = (mean: number): number => mean * (0.5 + random());

const processOf = (name: string): ProcessSample => ({
  name, cpuPercent: noise(5), rssBytes: Math.round(noise(60_000_000)), requestsPerSecond: noise(20), errorsPerSecond: 0, requestMsP50: noise(1), requestMsP95: noise(8),
});
const nodeOf = (name: string): NodeSample => ({
  ...processOf(name), phase: 'ready', readBytesPerSecond: noise(1e6), writtenBytesPerSecond: noise(1e6), servedBytesPerSecond: 0, metadataBytesPerSecond: 900, pingMs: noise(1), chunkCount: 1234,
  diskUsedBytes: Math.round(noise(1e9)), diskUsagePercent: noise(10), availability: 0.99 + random() / 100,
});
const sampleOf = (atMs: number, nodeCount: number): MetricSample => ({
  atMs,
  processes: ['host', 'metadata', 'uploader'].map(processOf),
  nodes: Array.from({ length: nodeCount }, (_, index) => nodeOf(`node-${index + 1}`)),
  playback: {
    sessionId: 'a-session-with-a-usual-id', videoId: 'vid-0123456789abcdef', phase: 'playing', bufferSec: noise(20), throughputBitsPerSecond: noise(4e7), stallCount: 1,
    nodes: Array.from({ length: nodeCount }, (_, index) => ({
      nodeId: `node-${index + 1}`, score: noise(30), healthy: true, bitsPerSecond: noise(4e7), latencyMs: noise(2), reliability: random(), deliveredBytes: Math.round(noise(1e9)),
      chunkCount: 500, failureCount: 3,
    })),
  },
});

const threadMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** CPU time of `work`, in all and in the longest single turn of the event loop. */
const watched = async (work: () => Promise<unknown>): Promise<{ tookMs: number; blockedMs: number }> => {
  let blockedMs = 0;
  let lastMs = threadMs();
  const startMs = lastMs;
  const turn = (): void => {
    blockedMs = Math.max(blockedMs, threadMs() - lastMs);
    lastMs = threadMs();
  };
  let immediate: NodeJS.Immediate;
  const watch = (): void => {
    turn();
    immediate = setImmediate(watch);
  };
  immediate = setImmediate(watch);
  await work();
  clearImmediate(immediate);
  turn();
  return { tookMs: threadMs() - startMs, blockedMs };
};

const measure = async (nodeCount: number): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'vstack-history-'));
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  try {
    const history = await openHistory(folder, clock, silentLogger());
    for (let index = 0; index < DAY_SAMPLES; index++) {
      history.add(sampleOf(clock.wallMs(), nodeCount));
      clock.advance(SAMPLE_MS);
      if (index % 600 === 0) await history.close();
    }
    await history.close();
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    const note = `${nodeCount} nodes`;
    const nowMs = clock.wallMs();
    const day = await watched(() => queryHistory(history, {}, 1_800, nowMs));
    const hour = await watched(() => queryHistory(history, { fromMs: nowMs - HOUR_MS }, 1_800, nowMs));
    const csv = await watched(() => exportHistory(history, {}, nodeCount + 3, nowMs));
    return [
      { name: 'a day on disk', value: sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20, unit: 'MiB', note },
      { name: 'the day in 1,800 samples', value: day.tookMs / SECOND_MS, unit: 's', note },
      { name: 'the longest turn of the event loop meanwhile', value: day.blockedMs, unit: 'ms', ...(nodeCount === 5 && { target: '≤ 50 ms' }), note },
      { name: 'the last hour in 1,800 samples', value: hour.tookMs, unit: 'ms', note: `${note}; longest turn ${hour.blockedMs.toFixed(0)} ms` },
      { name: 'the day as CSV', value: csv.tookMs / SECOND_MS, unit: 's', note: `${note}; longest turn ${csv.blockedMs.toFixed(0)} ms` },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

printFigures('Record of measurements', [...(await measure(5)), ...(await measure(16))]);
