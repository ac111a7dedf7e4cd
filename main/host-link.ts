/** The window's way to a host: its own, or the one that already runs in the data folder, which then outlives the window. */
import type { ControlClient } from '../runtime/contract/control/index.ts';
import { VStackError } from '../runtime/contract/errors.ts';
import { attachToStartingHost } from '../runtime/host/attach.ts';
import { openControlDoor } from '../runtime/host/door/control-door.ts';
import { createHost, type Host } from '../runtime/host/host.ts';
import { followDashboardDoor } from './dashboard-door.ts';
import type { Notice } from './notice.ts';
import type { ProgramLayout } from './program-layout.ts';

export interface HostLink {
  client: ControlClient;
  /** Resolves when the host is gone, whoever ended it. */
  closed: Promise<void>;
  /** Stops the cluster if the host is ours; else only lets go of it. */
  close(): Promise<void>;
}

export interface HostLinkOptions {
  dataDir: string;
  layout: ProgramLayout;
  /** Where a packaged application ships Node. */
  resourcesPath: string;
  /** Tells the person what went wrong beside the host. */
  tell: (notice: Notice) => void;
}

const attach = async (dataDir: string): Promise<HostLink> => {
  const remote = await attachToStartingHost(dataDir);
  return { client: remote, closed: remote.closed.then(() => undefined), close: async () => remote.close() };
};

const openDoors = async (host: Host, { layout, tell }: HostLinkOptions): Promise<void> => {
  // Terminals and further windows attach through this socket, named in cluster.json.
  const door = await openControlDoor({ host: host.core, port: 0, tokens: [host.clusterSecret], httpToken: host.clusterSecret });
  await host.addDoor({ url: null, controlUrl: door.controlUrl, close: door.close });
  await followDashboardDoor({
    host,
    rendererDir: layout.rendererDir,
    onFailure: (error) => {
      host.core.log.warn({ err: error }, 'the dashboard door could not be opened');
      tell({ message: 'The dashboard door is closed', detail: `${error instanceof Error ? error.message : String(error)} Another port can be set in the settings.` });
    },
  });
};

/** @throws VStackError when no host can be started here and none answers */
export const openHostLink = async (options: HostLinkOptions): Promise<HostLink> => {
  const { dataDir, layout, resourcesPath } = options;
  const { entries, projectRoot, samplePath } = layout;
  try {
    const host = await createHost({ dataDir, door: 'electron', entries, projectRoot, resourcesPath, samplePath });
    try {
      await openDoors(host, options);
    } catch (error) {
      await host.close();
      throw error;
    }
    return { client: host.client, closed: host.closed, close: host.close };
  } catch (error) {
    if (error instanceof VStackError && error.code === 'already_running') return attach(dataDir);
    throw error;
  }
};
