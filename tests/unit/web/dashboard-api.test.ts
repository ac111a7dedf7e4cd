import { describe, expect, it } from 'vitest';
import type { PlaybackReport } from '../../../runtime/contract/control/playback.ts';
import { DashboardMetrics, DashboardPerformance, DashboardStats, DashboardStatus } from '../../../runtime/contract/wire/dashboard.ts';
import { createSessionBook, HISTORY_STEP_MS } from '../../../runtime/host/playback/session-book.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { metricsOf, performanceOf, statsOf, statusOf } from '../../../runtime/web/dashboard-api.ts';
import { playbackChunk, playbackNode, playbackReport } from '../../fixtures/playback.ts';

const sessionAfter = (...reports: Partial<PlaybackReport>[]) => {
  const clock = createManualClock(1_700_000_000_000);
  const book = createSessionBook({ clock });
  for (const report of reports) {
    book.report(playbackReport(report));
    clock.advance(HISTORY_STEP_MS);
  }
  return book;
};

describe('the dashboard API', () => {
  it('answers with nulls and empty lists before anything was played', () => {
    const book = sessionAfter();
    expect(statusOf(book.latest())).toMatchObject({ video_id: null, playing: null, startup_latency: null, buffer: { level_sec: null, health: null }, node_scores: {} });
    expect(statsOf(book.latest()).nodes).toEqual([]);
    expect(Object.values(performanceOf(book.latest())).every((value) => value === null)).toBe(true);
    expect(metricsOf(book.history())).toEqual({ buffer_history: [], throughput_history: [], node_score_history: [] });
  });

  it('tells seconds and megabits of what the player reported in milliseconds and bits', () => {
    const session = sessionAfter({ nodes: [playbackNode('node-1', { bitsPerSecond: 20_000_000, latencyMs: 9 })] }).latest();
    expect(statusOf(session)).toMatchObject({
      video_id: 'video-1', playing: true, startup_latency: 0.412, playback_duration: 12.4, network_stats: { throughput_mbps: 46.2, target_mbps: 40 },
      node_scores: { 'node-1': { bandwidth_mbps: 20, latency_ms: 9, healthy: true } },
    });
  });

  it.each([
    [{ bufferSec: 0 }, 'empty'],
    [{ bufferSec: 8 }, 'critical'],
    [{ bufferSec: 8, phase: 'buffering' as const }, 'filling'],
    [{ bufferSec: 22 }, 'filling'],
    [{ bufferSec: 30 }, 'healthy'],
    [{ bufferSec: 9, positionSec: 51, durationSec: 60 }, 'healthy'],
  ])('calls a buffer of %o %s', (report, health) => {
    expect(statusOf(sessionAfter(report).latest()).buffer.health).toBe(health);
  });

  it('averages throughput over the time in which chunks were under way', () => {
    const chunks = [playbackChunk(0, { atMs: 1_000, sizeBytes: 1_000_000, tookMs: 100 }), playbackChunk(1, { atMs: 9_000, sizeBytes: 1_000_000, tookMs: 300 })];
    expect(performanceOf(sessionAfter({ chunks }).latest()).average_throughput_mbps).toBeCloseTo(40);
  });

  it('counts requests that failed into the success rate, and says nothing of a rate of no requests', () => {
    expect(performanceOf(sessionAfter({ requestCount: 8, failedRequestCount: 2 }).latest()).download_success_rate).toBe(0.75);
    expect(performanceOf(sessionAfter({ requestCount: 0 }).latest()).download_success_rate).toBeNull();
  });

  it('lists the history oldest first, two seconds apart', () => {
    const { buffer_history: buffer, node_score_history: scores } = metricsOf(sessionAfter({ bufferSec: 4 }, { bufferSec: 9 }).history());
    expect(buffer.map((point) => point.buffer_level)).toEqual([4, 9]);
    expect(buffer[1]!.timestamp - buffer[0]!.timestamp).toBe(2);
    expect(scores[0]!.scores).toEqual({ 'node-1': 18.4, 'node-2': 18.4 });
  });

  it('keeps to its published shapes', () => {
    for (const book of [sessionAfter(), sessionAfter({ chunks: [playbackChunk(0)] }, { phase: 'stalled', stallCount: 1 })]) {
      const session = book.latest();
      expect(DashboardStatus.parse(statusOf(session))).toEqual(statusOf(session));
      expect(DashboardStats.parse(statsOf(session))).toEqual(statsOf(session));
      expect(DashboardMetrics.parse(metricsOf(book.history()))).toEqual(metricsOf(book.history()));
      expect(DashboardPerformance.parse(performanceOf(session))).toEqual(performanceOf(session));
    }
  });
});
