import { describe, expect, it } from 'vitest';
import { LATENCY_BUCKETS, latencyBoundMs, latencyBucketOf } from '../../../../runtime/contract/beat-details.ts';
import type { MetricSample } from '../../../../runtime/contract/control/metrics.ts';
import { addCounts, countsSince, percentileMs, percentilesOf } from '../../../../runtime/core/metrics/latency.ts';
import { loadDeviationOf } from '../../../../runtime/core/metrics/load.ts';
import { createThinning, meanSample } from '../../../../runtime/core/metrics/thin.ts';
import { addCounters, countersOf, countersSince, noCounters } from '../../../../runtime/core/metrics/totals.ts';

describe('latency buckets', () => {
  it('put every duration below the bound of its bucket and above the one before', () => {
    for (const ms of [0.001, 0.1, 0.11, 0.5, 1, 3.7, 42, 999, 10_000, 104_857]) {
      const bucket = latencyBucketOf(ms);
      expect(ms).toBeLessThanOrEqual(latencyBoundMs(bucket) * (1 + 1e-9));
      if (bucket > 0) expect(ms).toBeGreaterThan(latencyBoundMs(bucket - 1));
    }
    expect(latencyBucketOf(0)).toBe(0);
    expect(latencyBucketOf(1e9)).toBe(LATENCY_BUCKETS - 1);
  });

  it('give percentiles that are near those of the durations themselves', () => {
    const durations = Array.from({ length: 10_000 }, (_, index) => 0.2 * 1.0007 ** index);
    const counts: number[] = new Array<number>(LATENCY_BUCKETS).fill(0);
    for (const ms of durations) counts[latencyBucketOf(ms)]! += 1;
    for (const p of [50, 95, 99]) {
      const exact = durations[Math.ceil((p / 100) * durations.length) - 1]!;
      expect(Math.abs(percentileMs(counts, p)! / exact - 1)).toBeLessThan(0.1);
    }
  });

  it('know no percentile of nothing, and none above the longest', () => {
    expect(percentileMs([], 50)).toBeNull();
    expect(percentilesOf([0, 0, 0, 4], 0.25)).toMatchObject({ count: 4, p99: 0.25, max: 0.25 });
    expect(percentilesOf([], 0)).toEqual({ count: 0, p50: null, p95: null, p99: null, max: null });
  });

  it('add up and subtract whatever their lengths', () => {
    const sum = [1];
    addCounts(sum, [1, 2, 3]);
    expect(sum).toEqual([2, 2, 3]);
    expect(countsSince([2, 2, 3], [1])).toEqual([1, 2, 3]);
  });
});

describe('counters over several processes', () => {
  const told = (requestCount: number, readBytes: number) =>
    countersOf({ requests: { requestCount, errorCount: 0, latencyCounts: [requestCount], latencyMsMax: requestCount }, readBytes });

  it('tell the difference while one process counts, and everything once another one does', () => {
    expect(countersSince(told(10, 100), told(15, 250), false)).toMatchObject({ requestCount: 5, readBytes: 150, latencyCounts: [5] });
    expect(countersSince(told(10, 100), told(3, 40), true)).toMatchObject({ requestCount: 3, readBytes: 40, latencyCounts: [3] });
    expect(countersSince(told(10, 100), told(12, 150), true)).toMatchObject({ requestCount: 12, readBytes: 150 });
  });

  it('notice by themselves that a counter began anew', () => {
    expect(countersSince(told(10, 100), told(11, 40), false)).toMatchObject({ requestCount: 11, readBytes: 40 });
  });

  it('accumulate', () => {
    const totals = noCounters();
    addCounters(totals, told(10, 100));
    addCounters(totals, told(3, 40));
    expect(totals).toMatchObject({ requestCount: 13, readBytes: 140, latencyCounts: [13], latencyMsMax: 10 });
  });
});

describe('the deviation of load', () => {
  it('is nought when it is even, and not known without load', () => {
    expect(loadDeviationOf([5, 5, 5])).toBe(0);
    expect(loadDeviationOf([2, 4])).toBeCloseTo(1 / 3);
    expect(loadDeviationOf([0, 0])).toBeNull();
    expect(loadDeviationOf([])).toBeNull();
  });
});

describe('thinning', () => {
  const figures = { rssBytes: 1, requestsPerSecond: 0, errorsPerSecond: 0, requestMsP50: null, requestMsP95: null };
  const sample = (atMs: number, cpuPercent: number | null, chunkCount = 0, sessionId = 's'): MetricSample => ({
    atMs,
    processes: [{ name: 'host', cpuPercent, ...figures }],
    nodes: [{
      name: 'node-1', phase: 'ready', cpuPercent, ...figures, readBytesPerSecond: 10, writtenBytesPerSecond: null, servedBytesPerSecond: 0, metadataBytesPerSecond: 900, pingMs: 1,
      chunkCount, diskUsedBytes: 1, diskUsagePercent: 1, availability: 1,
    }],
    playback: { sessionId, videoId: 'vid-1', phase: 'playing', bufferSec: chunkCount, throughputBitsPerSecond: null, stallCount: 0, nodes: [] },
  });

  it('averages what is known of a rate, and tells a state as it was last', () => {
    const mean = meanSample([sample(1000, 10, 4), sample(2000, null, 5), sample(3000, 30, 6)]);
    expect(mean).toMatchObject({ atMs: 2000, processes: [{ cpuPercent: 20, requestMsP50: null }], nodes: [{ cpuPercent: 20, chunkCount: 6, writtenBytesPerSecond: null }] });
    expect(mean.playback).toMatchObject({ bufferSec: 5, throughputBitsPerSecond: null });
  });

  it('averages the buffer of the last session only', () => {
    expect(meanSample([sample(1000, 1, 4, 'a'), sample(2000, 1, 10, 'b')]).playback).toMatchObject({ sessionId: 'b', bufferSec: 10 });
  });

  it('keeps a process that was there for a part of the time', () => {
    const before = sample(1000, 10);
    const mean = meanSample([before, { ...sample(2000, 20), processes: [] }]);
    expect(mean.processes).toMatchObject([{ name: 'host', cpuPercent: 10 }]);
  });

  it('leaves a gap where there was one', () => {
    const thinning = createThinning(0, 10_000);
    for (const atMs of [0, 2000, 9999, 30_000, 31_000]) thinning.add(sample(atMs, atMs));
    expect(thinning.finish().map(({ atMs, processes }) => [atMs, processes[0]!.cpuPercent])).toEqual([[4000, 11_999 / 3], [30_500, 30_500]]);
  });
});
