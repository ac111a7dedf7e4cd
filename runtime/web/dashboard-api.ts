/** `GET /api/status|stats|metrics|performance`: the latest playback session in the words of V-Stack's dashboard. */
import type { PlaybackSession } from '../contract/control/playback.ts';
import { LOW_WATER_SEC, TARGET_SEC, THROUGHPUT_TARGET_BITS_PER_SECOND } from '../contract/playback-marks.ts';
import { SECOND_MS } from '../contract/units.ts';
import type { DashboardMetrics, DashboardPerformance, DashboardStats, DashboardStatus } from '../contract/wire/dashboard.ts';
import type { SessionBook } from '../host/playback/session-book.ts';
import type { Route } from '../platform/http/server.ts';

const BITS_PER_MEGABIT = 1_000_000;

const seconds = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : ms / SECOND_MS);
const megabits = (bitsPerSecond: number | null | undefined): number | null =>
  bitsPerSecond === null || bitsPerSecond === undefined ? null : bitsPerSecond / BITS_PER_MEGABIT;

const successRateOf = (session: PlaybackSession | null): number | null =>
  session && session.requestCount > 0 ? 1 - session.failedRequestCount / session.requestCount : null;

const healthOf = ({ bufferSec, phase, positionSec, durationSec }: PlaybackSession): DashboardStatus['buffer']['health'] => {
  if (bufferSec <= 0) return 'empty';
  if (bufferSec >= Math.min(TARGET_SEC, durationSec - positionSec)) return 'healthy';
  if (bufferSec < LOW_WATER_SEC) return phase === 'playing' || phase === 'stalled' ? 'critical' : 'filling';
  return 'filling';
};

const bufferOf = (session: PlaybackSession | null): DashboardStatus['buffer'] => ({
  level_sec: session?.bufferSec ?? null,
  low_water_sec: LOW_WATER_SEC,
  target_sec: TARGET_SEC,
  health: session ? healthOf(session) : null,
});

const bufferStatsOf = (session: PlaybackSession | null): DashboardStatus['buffer_stats'] => ({
  average_level_sec: session?.bufferSecMean ?? null,
  rebuffering_events: session?.stallCount ?? null,
  rebuffering_duration_sec: seconds(session?.stalledMs),
});

export const statusOf = (session: PlaybackSession | null): DashboardStatus => ({
  video_id: session?.videoId ?? null,
  playing: session ? session.phase === 'playing' && !session.isOver : null,
  startup_latency: seconds(session?.startupMs),
  playback_duration: seconds(session?.playedMs),
  buffer: bufferOf(session),
  buffer_stats: bufferStatsOf(session),
  scheduler_stats: {
    client: session?.client ?? null,
    total_downloads: session?.requestCount ?? null,
    failed_downloads: session?.failedRequestCount ?? null,
    wasted_bytes: session?.wastedBytes ?? null,
  },
  network_stats: {
    throughput_mbps: megabits(session?.throughputBitsPerSecond),
    target_mbps: THROUGHPUT_TARGET_BITS_PER_SECOND / BITS_PER_MEGABIT,
    total_bytes: session?.deliveredBytes ?? null,
  },
  node_scores: Object.fromEntries(
    (session?.nodes ?? []).map(({ nodeId, score, healthy, bitsPerSecond, latencyMs, reliability }) => [
      nodeId,
      { score, healthy, bandwidth_mbps: megabits(bitsPerSecond), latency_ms: latencyMs, reliability },
    ]),
  ),
});

export const statsOf = (session: PlaybackSession | null): DashboardStats => ({
  session: {
    session_id: session?.sessionId ?? null,
    video_id: session?.videoId ?? null,
    title: session?.title ?? null,
    client: session?.client ?? null,
    started_at: seconds(session?.startedAtMs),
    active: session ? !session.isOver : null,
    position_sec: session?.positionSec ?? null,
    duration_sec: session?.durationSec ?? null,
  },
  buffer: { ...bufferOf(session), ...bufferStatsOf(session) },
  downloads: {
    total: session?.requestCount ?? null,
    successful: session ? session.requestCount - session.failedRequestCount : null,
    failed: session?.failedRequestCount ?? null,
    success_rate: successRateOf(session),
    total_bytes: session?.deliveredBytes ?? null,
    average_throughput_mbps: megabits(session?.throughputBitsPerSecondMean),
  },
  nodes: (session?.nodes ?? []).map((node) => ({
    node_id: node.nodeId,
    chunks: node.chunkCount,
    bytes: node.deliveredBytes,
    failures: node.failureCount,
    score: node.score,
    healthy: node.healthy,
    latency_ms: node.latencyMs,
    bandwidth_mbps: megabits(node.bitsPerSecond),
  })),
});

export const metricsOf = (history: ReturnType<SessionBook['history']>): DashboardMetrics => ({
  buffer_history: history.map(({ atMs, bufferSec }) => ({ timestamp: atMs / SECOND_MS, buffer_level: bufferSec })),
  throughput_history: history.map(({ atMs, throughputBitsPerSecond }) => ({ timestamp: atMs / SECOND_MS, throughput_mbps: megabits(throughputBitsPerSecond) })),
  node_score_history: history.map(({ atMs, scores }) => ({ timestamp: atMs / SECOND_MS, scores: { ...scores } })),
});

export const performanceOf = (session: PlaybackSession | null): DashboardPerformance => ({
  startup_latency_sec: seconds(session?.startupMs),
  average_throughput_mbps: megabits(session?.throughputBitsPerSecondMean),
  rebuffering_events: session?.stallCount ?? null,
  average_buffer_level_sec: session?.bufferSecMean ?? null,
  playback_duration_sec: seconds(session?.playedMs),
  chunks_played: session ? session.nodes.reduce((sum, node) => sum + node.chunkCount, 0) : null,
  download_success_rate: successRateOf(session),
});

export const dashboardRoutes = (sessions: Pick<SessionBook, 'latest' | 'history'>): Route[] => [
  { method: 'GET', path: '/api/status', handle: ({ reply }) => reply(statusOf(sessions.latest())) },
  { method: 'GET', path: '/api/stats', handle: ({ reply }) => reply(statsOf(sessions.latest())) },
  { method: 'GET', path: '/api/metrics', handle: ({ reply }) => reply(metricsOf(sessions.history())) },
  { method: 'GET', path: '/api/performance', handle: ({ reply }) => reply(performanceOf(sessions.latest())) },
];
