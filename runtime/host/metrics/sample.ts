/** One sample of everything, put together from the supervisor's status, the meters, the pings and the player. */
import type { ChildStatus, ClusterStatus } from '../../contract/control/cluster.ts';
import type { MetricSample, NodeSample, PlaybackSample, ProcessSample } from '../../contract/control/metrics.ts';
import { hasProcess } from '../../core/supervision/child-state.ts';
import { nothingRead, type Reading } from './child-meter.ts';
import type { Meters } from './meters.ts';

export interface SampleSources {
  status(): ClusterStatus;
  meters: Meters;
  host(): ProcessSample;
  pingMs(nodeId: string): number | null;
  latestPlayback(): PlaybackSample | null;
}

export const takeSample = (sources: SampleSources, atMs: number): MetricSample => {
  const { meters } = sources;
  const { children } = sources.status();
  const readingOf = ({ name, phase }: ChildStatus): Reading => (hasProcess(phase) ? meters.read(name) : nothingRead);

  const processOf = (child: ChildStatus): ProcessSample => {
    const { cpuPercent, rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95 } = readingOf(child);
    return { name: child.name, cpuPercent, rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95 };
  };
  const nodeOf = (child: ChildStatus): NodeSample => {
    const { name, phase, chunkCount, diskUsedBytes, diskUsagePercent } = child;
    return {
      name,
      phase,
      ...readingOf(child),
      pingMs: sources.pingMs(name),
      ...(hasProcess(phase) ? { chunkCount, diskUsedBytes, diskUsagePercent } : { chunkCount: null, diskUsedBytes: null, diskUsagePercent: null }),
      availability: meters.availability(name),
    };
  };
  return {
    atMs,
    processes: [sources.host(), ...children.filter(({ role }) => role !== 'storage-node').map(processOf)],
    nodes: children.filter(({ role }) => role === 'storage-node').map(nodeOf),
    playback: sources.latestPlayback(),
  };
};
