/**
 * What is measured of the cluster at a steady pace: every 2 s, every second while somebody watches (that is, while any door is subscribed to
 * `metrics:sample`). Rates are means over the time since the sample before. Null: not known, as for a process that does not run; never a
 * made-up zero. Times are Unix milliseconds, durations milliseconds.
 */
import { z } from 'zod';
import { NodeId } from '../ids.ts';
import { ChildPhase } from './cluster.ts';
import { defineCall } from './call.ts';
import { PlaybackNode, PlaybackPhase } from './playback.ts';

const Figure = z.number().nullable();

export const ProcessSample = z.object({
  /** `host`, `metadata`, `links`, `uploader`, or the node's id. */
  name: z.string(),
  /** Percent of one core. */
  cpuPercent: Figure,
  rssBytes: Figure,
  /** Answered HTTP requests, and those of them that failed with a 5xx status. The host counts the requests of its web door. */
  requestsPerSecond: Figure,
  errorsPerSecond: Figure,
  /** Of the requests answered since the sample before; null when there was none. */
  requestMsP50: Figure,
  requestMsP95: Figure,
});
export type ProcessSample = z.infer<typeof ProcessSample>;

export const NodeSample = ProcessSample.extend({
  name: NodeId,
  phase: ChildPhase,
  /** Payload read by players, over signed URLs. */
  readBytesPerSecond: Figure,
  /** Payload written by uploaders and repair. */
  writtenBytesPerSecond: Figure,
  /** Payload sent to other services: repair, read-back. */
  servedBytesPerSecond: Figure,
  /** Exchanged with the metadata service, both ways, on the wire: heartbeats, decisions, repair. */
  metadataBytesPerSecond: Figure,
  /** A small request over the node's link, measured by the host. */
  pingMs: Figure,
  chunkCount: Figure,
  diskUsedBytes: Figure,
  diskUsagePercent: Figure,
  /** Share of the time since the node was first started in which its heartbeats came on time, 0–1. */
  availability: Figure,
});
export type NodeSample = z.infer<typeof NodeSample>;

export const PlaybackSample = z.object({
  sessionId: z.string(),
  videoId: z.string(),
  phase: PlaybackPhase,
  bufferSec: z.number(),
  /** Lately delivered bits a second while a download was active. */
  throughputBitsPerSecond: Figure,
  stallCount: z.number().int(),
  nodes: z.array(PlaybackNode),
});
export type PlaybackSample = z.infer<typeof PlaybackSample>;

export const MetricSample = z.object({
  atMs: z.number(),
  processes: z.array(ProcessSample),
  nodes: z.array(NodeSample),
  /** Of the most recent playback session while it lives. */
  playback: PlaybackSample.nullable(),
});
export type MetricSample = z.infer<typeof MetricSample>;

const Percentiles = z.object({ count: z.number().int(), p50: Figure, p95: Figure, p99: Figure, max: Figure });
export type Percentiles = z.infer<typeof Percentiles>;

/** The whole record since `sinceMs`: what the analytics show beside their targets. */
export const MetricSummary = z.object({
  /** The oldest sample that is kept. Null while there is none. */
  sinceMs: z.number().nullable(),
  /** Since the cluster was launched. */
  uptimeMs: Figure,
  nodes: z.array(
    z.object({
      nodeId: NodeId,
      /** From heartbeats. */
      availability: Figure,
      /** The supervisor's own record: the share of time in which the process was ready. */
      supervisorAvailability: Figure,
      readBytes: z.number(),
      writtenBytes: z.number(),
      requestCount: z.number().int(),
      requestMs: Percentiles,
      restartCount: z.number().int(),
      diskUsedBytes: Figure,
    }),
  ),
  /** Over all nodes, since the cluster was launched. */
  readBytes: z.number(),
  writtenBytes: z.number(),
  requestCount: z.number().int(),
  requestMs: Percentiles,
  /** Standard deviation of the bytes read from each node, divided by their mean; null before anything was read. */
  loadDeviation: Figure,
});
export type MetricSummary = z.infer<typeof MetricSummary>;

/** A day at two seconds. */
export const HISTORY_SAMPLES_MAX = 43_200;

const TimeRange = { fromMs: z.number().optional(), toMs: z.number().optional() };

export const metricCalls = {
  'metrics:latest': defineCall({ input: z.object({}), output: z.object({ sample: MetricSample.nullable() }), needs: 'read', summary: 'The youngest sample of all measurements.' }),
  'metrics:history': defineCall({
    input: z.object({ ...TimeRange, samplesMax: z.number().int().min(1).max(HISTORY_SAMPLES_MAX).default(1_800) }),
    output: z.object({
      /** Time between two of the samples that are returned. */
      stepMs: z.number(),
      samples: z.array(MetricSample),
    }),
    needs: 'read',
    summary: 'Measurements of the last 24 hours, oldest first, thinned to as many samples as asked for; a gap in time is a gap in the record.',
  }),
  'metrics:summary': defineCall({ input: z.object({}), output: MetricSummary, needs: 'read', summary: 'Availability, load, totals and request times since the launch.' }),
  'metrics:export': defineCall({
    input: z.object(TimeRange),
    output: z.object({ filename: z.string(), text: z.string() }),
    needs: 'read',
    summary: 'The measurements as CSV, one row for each sample and process.',
  }),
} as const;

export const metricEvents = {
  'metrics:sample': MetricSample,
} as const;
