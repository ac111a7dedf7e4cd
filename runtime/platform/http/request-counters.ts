/** Counts answered requests and how long they took, so cheaply that every request can be counted. Read by beats, not by scraping. */
import { latencyBucketOf, LATENCY_BUCKETS, type RequestCounters } from '../../contract/beat-details.ts';

const SERVER_ERROR_STATUS = 500;

export interface RequestCounting {
  add(status: number, durationMs: number): void;
  /** Since the process started. */
  read(): RequestCounters;
}

export const createRequestCounting = (): RequestCounting => {
  const latencyCounts = new Uint32Array(LATENCY_BUCKETS);
  let requestCount = 0;
  let errorCount = 0;
  let latencyMsMax = 0;
  let usedBuckets = 0;
  return {
    add(status, durationMs) {
      requestCount += 1;
      if (status >= SERVER_ERROR_STATUS) errorCount += 1;
      const bucket = latencyBucketOf(durationMs);
      latencyCounts[bucket]! += 1;
      if (bucket >= usedBuckets) usedBuckets = bucket + 1;
      if (durationMs > latencyMsMax) latencyMsMax = durationMs;
    },
    read: () => ({ requestCount, errorCount, latencyCounts: Array.from(latencyCounts.subarray(0, usedBuckets)), latencyMsMax: Math.round(latencyMsMax * 1000) / 1000 }),
  };
};
