/**
 * The web door of the desktop program: the page in a browser, and the dashboard's REST API, while the setting `dashboardDoor` is on. It
 * follows the setting as it changes, and stands in cluster.json while it is open, so that `vstack` finds its page.
 *
 *   settings ──▶ wanted { off | port } ──▶ close what is open, if it is another ──▶ open what is wanted      (one change after the other)
 */
import { join } from 'node:path';
import type { Settings } from '../runtime/contract/settings.ts';
import type { Host } from '../runtime/host/host.ts';
import type { WebDoor, WebDoorOptions } from '../runtime/web/web-door.ts';

export interface DashboardDoorOptions {
  host: Pick<Host, 'core' | 'client' | 'dataDir' | 'clusterSecret' | 'sessions' | 'uploadTarget' | 'addDoor' | 'closed'>;
  rendererDir: string;
  /** Told when the door could not be opened, as when its port is taken. */
  onFailure: (error: unknown) => void;
  openDoor?: (options: WebDoorOptions) => Promise<WebDoor>;
}

/** Most people never open it, so its code does not take part in the start of the window. */
const openLazily = async (options: WebDoorOptions): Promise<WebDoor> => (await import('../runtime/web/web-door.ts')).openWebDoor(options);

/** Null: no door. */
const portWanted = ({ dashboardDoor, dashboardPort }: Settings): number | null => (dashboardDoor === 'on' ? dashboardPort : null);

/** Resolves once the door is as the settings say for the first time; never rejects. */
export const followDashboardDoor = async ({ host, rendererDir, onFailure, openDoor = openLazily }: DashboardDoorOptions): Promise<void> => {
  let wanted: number | null = null;
  let open: { port: number; close: () => Promise<void> } | undefined;
  let isClosed = false;
  let settled: Promise<void> = Promise.resolve();

  const settle = async (): Promise<void> => {
    if (isClosed || wanted === (open?.port ?? null)) return;
    const port = wanted;
    const previous = open;
    open = undefined;
    try {
      await previous?.close();
      if (port === null) return;
      const { core, dataDir, clusterSecret, sessions, uploadTarget } = host;
      const door = await openDoor({ host: core, port, rendererDir, tokenFile: join(dataDir, 'web-token.json'), clusterSecret, sessions, uploadTarget });
      open = { port, close: await host.addDoor(door) };
    } catch (error) {
      onFailure(error);
    }
  };
  const apply = (settings: Settings): void => {
    wanted = portWanted(settings);
    settled = settled.then(settle);
  };

  void host.closed.then(() => (isClosed = true));
  host.client.on('settings:changed', apply);
  apply(await host.client.call('settings:get', {}));
  await settled;
};
