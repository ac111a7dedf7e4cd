/**
 * What children tell of their work in the `details` of each beat: cumulative counters since the process started, so that a lost beat loses
 * nothing, and a few facts. Whoever reads them takes differences; a restart begins again at zero.
 */
import { z } from 'zod';

/** A request of at most this many milliseconds falls into the first bucket. */
export const LATENCY_MS_FIRST = 0.1;
/** Bounds grow by the square root of two: a percentile read from them is at most about 20 % off, and mostly far less. */
export const LATENCY_BUCKETS_PER_OCTAVE = 2;
/** The last bound is 0.1 ms × 2^20, a good 100 s; whatever took longer is counted in the last bucket. */
export const LATENCY_BUCKETS = 41;

/** The bucket of a duration: the first whose bound is not below it. */
export const latencyBucketOf = (durationMs: number): number => {
  const index = Math.ceil(Math.log2(durationMs / LATENCY_MS_FIRST) * LATENCY_BUCKETS_PER_OCTAVE);
  return Math.min(LATENCY_BUCKETS - 1, Math.max(0, index));
};

/** The longest duration that falls into a bucket, in milliseconds. */
export const latencyBoundMs = (bucket: number): number => LATENCY_MS_FIRST * 2 ** (bucket / LATENCY_BUCKETS_PER_OCTAVE);

const Count = z.number().int().nonnegative();

/** Answered HTTP requests, without those that only measure (pings, scrapes). */
export const RequestCounters = z.object({
  requestCount: Count,
  /** Those of them with a 5xx status. */
  errorCount: Count,
  /** How many fell into each bucket; trailing zeros are left out. */
  latencyCounts: z.array(Count).max(LATENCY_BUCKETS),
  latencyMsMax: z.number().nonnegative(),
});
export type RequestCounters = z.infer<typeof RequestCounters>;

/** A beat with this key in its details says, in words, why the child is only partly able to work. */
export const DEGRADED_DETAIL = 'degraded';

/** What the metadata service calls itself as a client, so that nodes know its requests from those of others. */
export const METADATA_AGENT = 'vstack-metadata';

/** What every service may tell; all of it may be missing while it starts. */
export const ServiceBeatDetails = z.object({
  requests: RequestCounters.optional(),
  [DEGRADED_DETAIL]: z.string().optional(),
});
export type ServiceBeatDetails = z.infer<typeof ServiceBeatDetails>;

/** What a storage node tells besides, of its store. */
export const NodeBeatDetails = ServiceBeatDetails.extend({
  chunkCount: z.number().int().optional(),
  diskUsedBytes: z.number().optional(),
  diskUsagePercent: z.number().optional(),
  /** Payload sent over signed URLs: what players read. */
  readBytes: z.number().nonnegative().optional(),
  /** Payload sent to holders of the cluster's secret: repair, read-back. */
  servedBytes: z.number().nonnegative().optional(),
  /** Payload of chunks and fragments written to the log. */
  writtenBytes: z.number().nonnegative().optional(),
  /** Exchanged with the metadata service, both ways and whoever asked, with headers. */
  metadataBytes: z.number().nonnegative().optional(),
});
export type NodeBeatDetails = z.infer<typeof NodeBeatDetails>;
