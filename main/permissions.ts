/** What pages may ask of the system: ours very little, others nothing. */
import { app, type Session } from 'electron';
import { openIfOwnDocumentation } from './external-links.ts';
import { isPageUrl } from './page-origin.ts';

/** Chunks are fetched from 127.0.0.1, videos fill the screen, ids are copied. */
const ALLOWED: ReadonlySet<string> = new Set(['loopback-network', 'local-network', 'local-network-access', 'fullscreen', 'clipboard-sanitized-write']);

export const restrictPermissions = (session: Session, pageUrl: string): void => {
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => ALLOWED.has(permission) && isPageUrl(requestingOrigin, pageUrl));
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) => callback(ALLOWED.has(permission) && isPageUrl(requestingUrl, pageUrl)));
  session.setDevicePermissionHandler(() => false);
};

/**
 * No page leads anywhere else, opens a window, or embeds a guest: this holds for every content that is ever created. Links to our own
 * documentation open in the system's browser.
 */
export const forbidNavigation = (pageUrl: string): void => {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      openIfOwnDocumentation(url);
      return { action: 'deny' };
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || !isPageUrl(event.url, pageUrl)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
  });
};
