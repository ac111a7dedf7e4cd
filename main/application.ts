/**
 * The Electron door, in order:
 *
 *   scheme, sandbox, single instance ── ready ── page, permissions, menu ── window shown ── host started ── … ── quit: host closed, then exit
 *
 * The window is on the screen before anything is started, and quitting waits for the cluster to stop.
 */
import { app, type BrowserWindow, dialog, nativeTheme, session } from 'electron';
import { MENU_COMMAND_CHANNEL } from '../runtime/contract/channels.ts';
import type { MenuCommand } from '../runtime/contract/native.ts';
import type { Settings } from '../runtime/contract/settings.ts';
import { serveControl } from './control-ipc.ts';
import type { HostLink } from './host-link.ts';
import { setMenu } from './menu.ts';
import { serveNative } from './native-ipc.ts';
import { type Notice, showNotice } from './notice.ts';
import { PAGE_URL } from './page-origin.ts';
import { registerPageScheme, servePage } from './page-protocol.ts';
import { forbidNavigation, restrictPermissions } from './permissions.ts';
import type { ProgramLayout } from './program-layout.ts';
import { answerSecondStarts } from './second-start.ts';
import type { StartArguments } from './start-arguments.ts';
import { openWindow } from './window.ts';

export interface ApplicationOptions {
  layout: ProgramLayout;
  start: StartArguments;
  /** `tell` shows the person a word that nothing waits for. */
  openHost: (tell: (notice: Notice) => void) => Promise<HostLink>;
  /** The development server's page; only ever used by a program that is not packaged. */
  developmentUrl?: string;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Calls back with the theme that the settings name, now and whenever it changes. */
const followTheme = async ({ client }: HostLink, apply: (theme: Settings['theme']) => void): Promise<void> => {
  client.on('settings:changed', ({ theme }) => apply(theme));
  apply((await client.call('settings:get', {})).theme);
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
export const startApplication = async ({ layout, start, openHost, developmentUrl }: ApplicationOptions): Promise<boolean> => {
  registerPageScheme();
  app.enableSandbox();
  if (!app.requestSingleInstanceLock({ ...start })) {
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
  const send = (command: MenuCommand): void => {
    if (window && !window.isDestroyed()) window.webContents.send(MENU_COMMAND_CHANNEL, command);
  };
  answerSecondStarts({ own: start, window: () => window, send });
  app.on('window-all-closed', () => app.quit());

  await app.whenReady();
  restrictPermissions(session.defaultSession, pageUrl);
  setMenu({ theme: 'system', send });
  serveControl({ client, pageUrl });
  serveNative(pageUrl);
  try {
    await servePage(layout.rendererDir);
    window = await openWindow(start.view === undefined ? pageUrl : `${pageUrl}#${start.view}`, layout.preloadPath);
    const link = await openHost((notice) => showNotice(window, notice));
    host.resolve(link);
    void link.closed.then(() => app.quit());
    await followTheme(link, (theme) => {
      // The frame of the window and its native dialogs follow the page.
      nativeTheme.themeSource = theme;
      setMenu({ theme, send });
    });
    return true;
  } catch (error) {
    host.reject(error);
    dialog.showErrorBox('V-Stack could not start', messageOf(error));
    throw error;
  }
};
