/** The cluster as a whole. */
import type { ClusterStatus, LaunchOptions } from '../../contract/control/cluster.ts';
import type { LaunchRequest } from '../../supervisor/child-configs.ts';
import { loadTopology } from '../../supervisor/topology.ts';
import type { Supervisor } from '../../supervisor/api.ts';
import type { Handlers } from '../dispatcher.ts';
import type { SettingsStore } from '../settings-store.ts';

export interface LaunchDefaults {
  settings: SettingsStore;
  /** Where the supervisor keeps which nodes belong to the cluster. */
  topologyFile: string;
  tuning: LaunchRequest['tuning'];
}

/**
 * What a launch asks for. The settings fill in what it leaves out, but for the number of nodes of a cluster that exists: a launch that says
 * nothing about it brings up the same cluster again.
 */
export const launchRequestOf = async (options: LaunchOptions, { settings, topologyFile, tuning }: LaunchDefaults): Promise<LaunchRequest> => {
  const { nodeCount, portBase, authentication, nodeCapacityBytes, replicaCount } = settings.get();
  const { nodeCountAsked } = await loadTopology(topologyFile);
  return {
    nodeCount: options.nodeCount ?? (nodeCountAsked || nodeCount),
    portBase: options.portBase ?? portBase,
    authentication: options.authentication ?? authentication,
    nodeCapacityBytes,
    replicaCount: options.replicaCount ?? replicaCount,
    ...(tuning && { tuning }),
  };
};

export const clusterHandlers = (supervisor: Supervisor, launch: (options: LaunchOptions, signal: AbortSignal) => Promise<ClusterStatus>) =>
  ({
    'cluster:status': () => supervisor.status(),
    'cluster:launch': (options, { signal }) => launch(options, signal),
    'cluster:stop': async () => {
      await supervisor.stop();
      return supervisor.status();
    },
  }) satisfies Partial<Handlers>;
