/**
 * The Electron door, in order:
 *
 *   scheme, sandbox, single instance ── ready ── page, permissions, menu ── window shown ── host started ── … ── quit: host closed, then exit
 *
 * The window is on the screen before anything is started, and quitting waits for the cluster to stop.
 */
import { app, type BrowserWindow, dialog, nativeTheme, session } from 'electron';
import { serveControl } from './control-ipc.ts';
import type { HostLink } from './host-link.ts';
import { setMenu } from './menu.ts';
import { PAGE_URL } from './page-origin.ts';
import { registerPageScheme, servePage } from './page-protocol.ts';
import { forbidNavigation, restrictPermissions } from './permissions.ts';
import type { ProgramLayout } from './program-layout.ts';
import { openWindow } from './window.ts';

export interface ApplicationOptions {
  layout: ProgramLayout;
  openHost: () => Promise<HostLink>;
  /** The development server's page; only ever used by a program that is not packaged. */
  developmentUrl?: string;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Keeps the frame of the window in the theme that the settings name. */
const followTheme = async ({ client }: HostLink): Promise<void> => {
  client.on('settings:changed', ({ theme }) => (nativeTheme.themeSource = theme));
  nativeTheme.themeSource = (await client.call('settings:get', {})).theme;
};

/** The first quit is put off until the host has closed; the second one goes through. */
const closeHostBeforeQuit = (host: Promise<HostLink>): void => {
  let state: 'open' | 'closing' | 'closed' = 'open';
  const close = async (): Promise<void> => {
    try {
      await (await host).close();
    } catch {
      // A host that never started, or fails to close in order, must not keep the program from ending; its children end with it.
    }
    state = 'closed';
    app.quit();
  };
  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'open') void close();
    state = 'closing';
  });
};

/** Resolves when the host is there, or false when another instance has taken over. @throws when page or host cannot be started */
export const startApplication = async ({ layout, openHost, developmentUrl }: ApplicationOptions): Promise<boolean> => {
  registerPageScheme();
  app.enableSandbox();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  const pageUrl = (!app.isPackaged && developmentUrl) || PAGE_URL;
  forbidNavigation(pageUrl);
  const host = Promise.withResolvers<HostLink>();
  const client = host.promise.then((link) => link.client);
  // Whoever waits for the host is told of a failure; with nobody waiting it is told below.
  client.catch(() => undefined);
  closeHostBeforeQuit(host.promise);

  let window: BrowserWindow | undefined;
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());

  await app.whenReady();
  restrictPermissions(session.defaultSession, pageUrl);
  setMenu();
  serveControl({ client, pageUrl });
  try {
    await servePage(layout.rendererDir);
    window = await openWindow(pageUrl, layout.preloadPath);
    const link = await openHost();
    host.resolve(link);
    void link.closed.then(() => app.quit());
    await followTheme(link);
    return true;
  } catch (error) {
    host.reject(error);
    dialog.showErrorBox('V-Stack could not start', messageOf(error));
    throw error;
  }
};
