/** The figures since the launch, for `metrics:summary`. */
import type { ClusterStatus } from '../../contract/control/cluster.ts';
import type { MetricSummary } from '../../contract/control/metrics.ts';
import { percentilesOf } from '../../core/metrics/latency.ts';
import { loadDeviationOf } from '../../core/metrics/load.ts';
import { addCounters, noCounters } from '../../core/metrics/totals.ts';
import type { Meters } from './meters.ts';

export const summarize = ({ children, launchedAtMs }: ClusterStatus, meters: Meters, sinceMs: number | null, nowMs: number): MetricSummary => {
  const overall = noCounters();
  const nodes = children
    .filter(({ role }) => role === 'storage-node')
    .map(({ name, availability, restartCount, diskUsedBytes }) => {
      const totals = meters.totals(name);
      addCounters(overall, totals);
      const { readBytes, writtenBytes, requestCount, latencyCounts, latencyMsMax } = totals;
      return {
        nodeId: name,
        availability: meters.availability(name),
        supervisorAvailability: availability,
        readBytes,
        writtenBytes,
        requestCount,
        requestMs: percentilesOf(latencyCounts, latencyMsMax),
        restartCount,
        diskUsedBytes,
      };
    });
  return {
    sinceMs,
    uptimeMs: launchedAtMs === null ? null : nowMs - launchedAtMs,
    nodes,
    readBytes: overall.readBytes,
    writtenBytes: overall.writtenBytes,
    requestCount: overall.requestCount,
    requestMs: percentilesOf(overall.latencyCounts, overall.latencyMsMax),
    loadDeviation: loadDeviationOf(nodes.map(({ readBytes }) => readBytes)),
  };
};
