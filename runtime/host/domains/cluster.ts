/** The cluster as a whole. */
import type { LaunchOptions } from '../../contract/control/cluster.ts';
import type { LaunchRequest } from '../../supervisor/child-configs.ts';
import type { Supervisor } from '../../supervisor/api.ts';
import type { Handlers } from '../dispatcher.ts';
import type { SettingsStore } from '../settings-store.ts';

/** What a launch asks for, with the settings where it says nothing. */
export const launchRequestOf = (options: LaunchOptions, settings: SettingsStore, tuning: LaunchRequest['tuning']): LaunchRequest => {
  const { nodeCount, portBase, authentication, nodeCapacityBytes } = settings.get();
  return {
    nodeCount: options.nodeCount ?? nodeCount,
    portBase: options.portBase ?? portBase,
    authentication: options.authentication ?? authentication,
    nodeCapacityBytes,
    ...(tuning && { tuning }),
  };
};

export const clusterHandlers = (supervisor: Supervisor, requestOf: (options: LaunchOptions) => LaunchRequest) =>
  ({
    'cluster:status': () => supervisor.status(),
    'cluster:launch': (options, { signal }) => supervisor.launch(requestOf(options), signal),
    'cluster:stop': async () => {
      await supervisor.stop();
      return supervisor.status();
    },
  }) satisfies Partial<Handlers>;
