import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import type { SeriesRing } from '../../../../renderer/charts/ring.ts';
import { createLoadShares } from '../../../../renderer/stores/load-shares.ts';
import { createMetricRecord } from '../../../../renderer/stores/metric-record.ts';
import { LIVE_SAMPLES_MAX, SAMPLES_WANTED, useMetricStore } from '../../../../renderer/stores/metrics.ts';
import { MetricSample } from '../../../../runtime/contract/control/metrics.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { type FakeBridge, fakeBridge, lost, open } from '../fake-bridge.ts';

const NOW = 1_700_000_000_000;
const WINDOW = 15 * 60_000;

const process = { cpuPercent: 1, rssBytes: 2, requestsPerSecond: 3, errorsPerSecond: 0, requestMsP50: 4, requestMsP95: 5 };
const nodeSample = (name: string, overrides: Partial<MetricSample['nodes'][number]> = {}): MetricSample['nodes'][number] => ({
  ...process, name, phase: 'ready', readBytesPerSecond: 10_000, writtenBytesPerSecond: 0, servedBytesPerSecond: 0, metadataBytesPerSecond: 900, pingMs: 1, chunkCount: 5, diskUsedBytes: 6,
  diskUsagePercent: 7, availability: 1, ...overrides,
});
const sample = (atMs: number, overrides: Partial<MetricSample> = {}): MetricSample => ({ atMs, processes: [], nodes: [nodeSample('node-1'), nodeSample('node-2')], playback: null, ...overrides });
const playing = (bufferSec: number, score: number): MetricSample['playback'] => ({
  sessionId: 's', videoId: 'v', phase: 'playing', bufferSec, throughputBitsPerSecond: 5e7, stallCount: 0,
  nodes: [{ nodeId: 'node-1', score, healthy: true, bitsPerSecond: 1, latencyMs: 1, reliability: 1, deliveredBytes: 1, chunkCount: 1, failureCount: 0 }],
});
const contentOf = (ring: SeriesRing): [number, number][] => Array.from({ length: ring.length }, (_, index) => [ring.timeAt(index), ring.valueAt(index)]);

let bridge: FakeBridge;
let end: (() => void) | undefined;
/** A host that has measured every two seconds for the last ten minutes. */
const history = (input: { fromMs: number; toMs: number; samplesMax: number }): { stepMs: number; samples: MetricSample[] } => {
  const samples: MetricSample[] = [];
  for (let atMs = NOW - 600_000; atMs <= NOW; atMs += 2_000) if (atMs >= input.fromMs && atMs < input.toMs) samples.push(sample(atMs, { playback: playing(20, 3) }));
  return { stepMs: 2_000, samples };
};
const historyCalls = (): { fromMs: number; toMs: number; samplesMax: number }[] => bridge.calls.filter(({ name }) => name === 'metrics:history').map(({ input }) => input as never);

beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(NOW);
  bridge = fakeBridge({ 'metrics:history': history });
  provideBridge(bridge);
  setActivePinia(createPinia());
});
afterEach(() => {
  end?.();
  end = undefined;
  vi.restoreAllMocks();
});
const follow = async () => {
  const store = useMetricStore();
  end = store.follow();
  await expect.poll(() => store.isLoading).toBe(false);
  return store;
};

test('the samples of these tests are such as the contract describes', () => {
  expect(MetricSample.safeParse(sample(NOW)).success).toBe(true);
});

test('a follower gets the record of the window, in pieces without holes between them, and what comes from then on', async () => {
  const store = await follow();
  const calls = historyCalls();
  expect(calls[0]!.fromMs).toBe(NOW - WINDOW);
  expect(calls.at(-1)!.toMs).toBe(NOW);
  for (let index = 1; index < calls.length; index++) expect(calls[index]!.fromMs).toBe(calls[index - 1]!.toMs);
  expect(calls.reduce((sum, { samplesMax }) => sum + samplesMax, 0)).toBe(SAMPLES_WANTED);
  expect(store.nodeIds).toEqual(['node-1', 'node-2']);
  const ring = store.playbackRing('bufferSec');
  const { length } = ring;
  expect(length).toBe(300);
  bridge.emit('metrics:sample', sample(NOW + 1_000, { playback: playing(22, 4) }));
  expect([ring.length, ring.valueAt(length)]).toEqual([length + 1, 22]);
  expect(store.nodeRing('node-1', 'score').valueBefore(NOW + 1_000)).toBe(4);
});

test('without a follower no sample is wanted, since the host would measure more often for nobody', async () => {
  const store = await follow();
  const second = store.follow();
  end!();
  end = undefined;
  bridge.emit('metrics:sample', sample(NOW + 1_000));
  expect(store.latestAtMs()).toBe(NOW + 1_000);
  second();
  second();
  bridge.emit('metrics:sample', sample(NOW + 2_000));
  expect(store.latestAtMs()).toBe(NOW + 1_000);
});

test('a sample that comes while the record is read is not lost and not counted twice', async () => {
  const store = useMetricStore();
  end = store.follow();
  bridge.emit('metrics:sample', sample(NOW - 2_000, { playback: playing(99, 9) }));
  bridge.emit('metrics:sample', sample(NOW + 1_000, { playback: playing(88, 9) }));
  await expect.poll(() => store.isLoading).toBe(false);
  const ring = store.playbackRing('bufferSec');
  expect(contentOf(ring).slice(-2)).toEqual([[NOW - 2_000, 20], [NOW + 1_000, 88]]);
});

test('another window is read anew, and an answer to the one before is not taken', async () => {
  const store = await follow();
  const before = historyCalls().length;
  const slow = store.show(24 * 3_600_000);
  const fast = store.show(300_000);
  await Promise.all([slow, fast]);
  expect(store.windowMs).toBe(300_000);
  expect(store.playbackRing('bufferSec').timeAt(0)).toBe(NOW - 300_000);
  expect(historyCalls().slice(before).filter(({ fromMs }) => fromMs < NOW - WINDOW)).toHaveLength(1);
});

test('after a lost connection the record is read anew', async () => {
  const store = await follow();
  bridge.setState(lost);
  const before = historyCalls().length;
  bridge.setState(open);
  await expect.poll(() => store.isLoading).toBe(false);
  expect(historyCalls().length).toBeGreaterThan(before);
});

test('a record that cannot be read is told, and live samples are shown all the same', async () => {
  bridge.answers['metrics:history'] = () => Promise.reject(new VStackError('internal', 'the disk is gone'));
  const store = await follow();
  expect(String((store.problem as Error).message)).toBe('the disk is gone');
  bridge.emit('metrics:sample', sample(NOW + 1_000, { playback: playing(7, 1) }));
  expect(store.playbackRing('bufferSec').valueAt(0)).toBe(7);
  bridge.answers['metrics:history'] = history;
  await store.read();
  expect(store.problem).toBeNull();
});

test('a page left open reads the record anew, so that it does not grow', async () => {
  const store = await follow();
  const before = historyCalls().length;
  for (let index = 1; index <= LIVE_SAMPLES_MAX; index++) bridge.emit('metrics:sample', sample(NOW + index * 1_000));
  expect(store.isLoading).toBe(true);
  await expect.poll(() => store.isLoading).toBe(false);
  expect(historyCalls().length).toBeGreaterThan(before);
});

test('a closer look takes the place of the thin record of its range, and of nothing else', async () => {
  const store = await follow();
  bridge.answers['metrics:history'] = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => {
    const samples = [];
    for (let atMs = Math.ceil(fromMs / 60_000) * 60_000; atMs < toMs; atMs += 60_000) samples.push(sample(atMs, { playback: playing(20, 3) }));
    return { stepMs: 60_000, samples };
  };
  await store.show(24 * 3_600_000);
  const ring = store.playbackRing('bufferSec');
  const coarse = contentOf(ring).length;
  bridge.answers['metrics:history'] = history;
  const range = { fromMs: NOW - 300_000, toMs: NOW - 240_000 };
  await store.look(range);
  const times = contentOf(ring).map(([atMs]) => atMs);
  expect(times.filter((atMs) => atMs >= range.fromMs && atMs <= range.toMs)).toHaveLength(30);
  expect(times.filter((atMs) => atMs < range.fromMs || atMs > range.toMs).length).toBe(coarse - 1);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('where every sample is known there is nothing to look closer at', async () => {
  const store = await follow();
  const before = historyCalls().length;
  await store.look({ fromMs: NOW - 60_000, toMs: NOW });
  expect(historyCalls()).toHaveLength(before);
});

test('a reset forgets the record but not the rings that charts hold', async () => {
  const store = await follow();
  const ring = store.playbackRing('bufferSec');
  store.reset();
  expect([ring.length, store.nodeIds, store.latestAtMs()]).toEqual([0, [], null]);
  expect(store.playbackRing('bufferSec')).toBe(ring);
});

test('a silence longer than two samples is a gap in every figure', () => {
  const record = createMetricRecord();
  record.replace([sample(0), sample(2_000), sample(60_000)], 2_000);
  expect(contentOf(record.nodeRing('node-1', 'pingMs'))).toEqual([[0, 1], [2_000, 1], [2_001, NaN], [60_000, 1]]);
});

test('what was not measured is a gap: no playback, no score, a node that was removed', () => {
  const record = createMetricRecord();
  record.replace([sample(0, { playback: playing(5, 2) }), sample(2_000, { nodes: [nodeSample('node-2', { pingMs: null })] })], 2_000);
  expect(contentOf(record.playbackRing('bufferSec'))).toEqual([[0, 5], [2_000, NaN]]);
  expect(contentOf(record.nodeRing('node-1', 'pingMs'))).toEqual([[0, 1], [2_000, NaN]]);
  expect(contentOf(record.nodeRing('node-2', 'pingMs'))).toEqual([[0, 1], [2_000, NaN]]);
  expect(contentOf(record.nodeRing('node-2', 'score'))).toEqual([[0, NaN], [2_000, NaN]]);
});

test('nodes are listed by their numbers', () => {
  const record = createMetricRecord();
  record.append(sample(0, { nodes: ['node-10', 'node-2', 'node-1'].map((name) => nodeSample(name)) }), 2_000);
  expect(record.nodeIds()).toEqual(['node-1', 'node-2', 'node-10']);
});

test('shares of the load add up to a hundred, follow slowly, and are not known in silence', () => {
  const shares = createLoadShares();
  const at = (atMs: number, rates: (number | null)[]): (number | null)[] => [
    ...shares.next({ atMs, nodes: rates.map((readBytesPerSecond, index) => nodeSample(`node-${index + 1}`, { readBytesPerSecond })) }).values(),
  ];
  expect(at(0, [30_000, 10_000])).toEqual([75, 25]);
  const [first, second] = at(2_000, [0, 40_000]) as [number, number];
  expect(first + second).toBeCloseTo(100);
  expect(first).toBeGreaterThan(70);
  expect(at(3_600_000, [0, null])).toEqual([null, null]);
});

test('a request time holds while nobody asks, for a while and as long as the node serves', () => {
  const record = createMetricRecord();
  const node = (requestMsP95: number | null, phase: MetricSample['nodes'][number]['phase'] = 'ready'): MetricSample['nodes'] => [nodeSample('node-1', { requestMsP95, phase })];
  const steps: [number, MetricSample['nodes']][] = [[0, node(8)], [2_000, node(null)], [4_000, node(null, 'crashed')], [6_000, node(12)], [20_000, node(null)], [22_000, node(null)]];
  record.replace(steps.map(([atMs, nodes]) => sample(NOW + atMs, { nodes })), 20_000);
  expect(contentOf(record.nodeRing('node-1', 'requestMsP95')).map(([, value]) => value)).toEqual([8, 8, NaN, 12, 12, NaN]);
});

test('the record tells when it begins, so that charts need not show the time before', async () => {
  const store = await follow();
  expect(store.firstAtMs).toBe(NOW - 600_000);
  await store.show(5 * 60_000);
  expect(store.firstAtMs).toBeGreaterThanOrEqual(NOW - 5 * 60_000);
  store.reset();
  expect(store.firstAtMs).toBeNull();
});
