/**
 * The dashboard's REST API, in V-Stack's own words (snake_case, seconds, Mbit/s). It tells of the most recent playback session of any door;
 * with none yet every figure is null and every list empty.
 */
import { z } from 'zod';

const Figure = z.number().nullable();
/** Unix seconds. */
const Timestamp = z.number();

/** `critical`: below the low-water mark while it plays. */
const BufferHealth = z.enum(['empty', 'critical', 'filling', 'healthy']).nullable();

export const DashboardStatus = z.object({
  video_id: z.string().nullable(),
  playing: z.boolean().nullable(),
  /** Seconds from the play command to the first moving picture. */
  startup_latency: Figure,
  /** Seconds really played. */
  playback_duration: Figure,
  /** Seconds. */
  buffer: z.object({ level_sec: Figure, low_water_sec: z.number(), target_sec: z.number(), health: BufferHealth }),
  buffer_stats: z.object({ average_level_sec: Figure, rebuffering_events: Figure, rebuffering_duration_sec: Figure }),
  scheduler_stats: z.object({ client: z.string().nullable(), total_downloads: Figure, failed_downloads: Figure, wasted_bytes: Figure }),
  network_stats: z.object({ throughput_mbps: Figure, target_mbps: z.number(), total_bytes: Figure }),
  /** By node id. */
  node_scores: z.record(z.string(), z.object({ score: Figure, healthy: z.boolean(), bandwidth_mbps: Figure, latency_ms: Figure, reliability: Figure })),
});

export const DashboardStats = z.object({
  session: z.object({
    session_id: z.string().nullable(), video_id: z.string().nullable(), title: z.string().nullable(), client: z.string().nullable(), started_at: Timestamp.nullable(), active: z.boolean().nullable(),
    position_sec: Figure, duration_sec: Figure,
  }),
  buffer: DashboardStatus.shape.buffer.extend(DashboardStatus.shape.buffer_stats.shape),
  downloads: z.object({ total: Figure, successful: Figure, failed: Figure, success_rate: Figure, total_bytes: Figure, average_throughput_mbps: Figure }),
  nodes: z.array(z.object({ node_id: z.string(), chunks: z.number().int(), bytes: z.number(), failures: z.number().int(), score: Figure, healthy: z.boolean(), latency_ms: Figure, bandwidth_mbps: Figure })),
});

/** Every 2 s, the last 100 points, oldest first. */
export const DashboardMetrics = z.object({
  buffer_history: z.array(z.object({ timestamp: Timestamp, buffer_level: z.number() })),
  throughput_history: z.array(z.object({ timestamp: Timestamp, throughput_mbps: Figure })),
  node_score_history: z.array(z.object({ timestamp: Timestamp, scores: z.record(z.string(), z.number()) })),
});

export const DashboardPerformance = z.object({
  startup_latency_sec: Figure,
  average_throughput_mbps: Figure,
  rebuffering_events: Figure,
  average_buffer_level_sec: Figure,
  playback_duration_sec: Figure,
  chunks_played: Figure,
  /** 0–1. */
  download_success_rate: Figure,
});

export type DashboardStatus = z.infer<typeof DashboardStatus>;
export type DashboardStats = z.infer<typeof DashboardStats>;
export type DashboardMetrics = z.infer<typeof DashboardMetrics>;
export type DashboardPerformance = z.infer<typeof DashboardPerformance>;
