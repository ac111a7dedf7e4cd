/** What `/metrics` of the host's doors says beside requests, CPU and memory: the cluster as its supervisor sees it. */
import type { ChildStatus, ClusterStatus } from '../../contract/control/cluster.ts';
import type { Metrics } from '../../platform/http/metrics.ts';

export interface HostFacts {
  status(): ClusterStatus;
  sampleCount(): number;
}

type Labelled = [Record<string, string>, number][];

export const describeHost = (metrics: Metrics, { status, sampleCount }: HostFacts): void => {
  const each = (value: (child: ChildStatus) => number | null): Labelled =>
    status().children.flatMap((child) => {
      const number = value(child);
      return number === null ? [] : [[{ child: child.name }, number]];
    });
  metrics.readCounter('host_samples_total', 'Samples of the measurements taken.', sampleCount);
  metrics.gauge('cluster_state', '1 for the phase that the cluster is in.', () => [[{ phase: status().phase }, 1]]);
  metrics.gauge('child_state', '1 for the phase that each process is in.', () => status().children.map(({ name, role, phase }) => [{ child: name, role, phase }, 1]));
  metrics.readCounter('child_restarts_total', 'Restarts of each process since the launch.', () => each(({ restartCount }) => restartCount));
  metrics.gauge('child_availability_ratio', 'Share of the time since its first start in which each process was ready, 0 to 1.', () => each(({ availability }) => availability));
  metrics.gauge('child_cpu_ratio', 'CPU in use by each process; 1 is one core.', () => each(({ cpuPercent }) => cpuPercent && cpuPercent / 100));
  metrics.gauge('child_resident_memory_bytes', 'Memory of each process that stands in RAM.', () => each(({ rssBytes }) => rssBytes));
};
