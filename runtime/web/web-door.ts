/**
 * The browser's door: the built page, the control contract over WebSocket and REST, and uploads, on one port of loopback.
 *
 *   GET  /…                               the page, public, under its CSP
 *   WS   /control                         token in the first message
 *   POST /upload                          bearer token; streamed to the uploader
 *   GET  /download/{ticket}               the ticket is the permission, once; streamed from the nodes
 *   GET  /api/status · stats · metrics · performance               bearer token; the latest playback session
 *   GET  /api/openapi.json · POST /api/call/{domain}/{action}     bearer token
 */
import { openControlDoor, type HostCore } from '../host/door/control-door.ts';
import type { SessionBook } from '../host/playback/session-book.ts';
import { dashboardRoutes } from './dashboard-api.ts';
import { downloadRoute } from './download.ts';
import { pageRoutes } from './pages.ts';
import { restRoutes } from './rest.ts';
import { loadStaticFiles } from './static-files.ts';
import { uploadRoute, type UploadTarget } from './upload-relay.ts';
import { openWebToken } from './web-token.ts';

export interface WebDoorOptions {
  host: HostCore;
  /** 0 lets the system choose. */
  port: number;
  /** The built page. */
  rendererDir: string;
  /** Where the door's own token is kept. */
  tokenFile: string;
  /** Other doors of this data folder open the control socket with it; it stands in cluster.json. */
  clusterSecret: string;
  /** What the dashboard's REST API tells of. */
  sessions: Pick<SessionBook, 'latest' | 'history'>;
  /** Where uploads go; throws `not_running` while there is no uploader. */
  uploadTarget(): UploadTarget;
}

export interface WebDoor {
  port: number;
  /** Without the token: fit for logs and files. */
  url: string;
  controlUrl: string;
  /** Opens the page signed in. The token stands in the fragment, which browsers keep to themselves. */
  signInUrl: string;
  close(): Promise<void>;
}

export const signInUrlOf = (url: string, token: string): string => `${url}/#token=${token}`;

/** @throws VStackError port_in_use */
export const openWebDoor = async ({ host, port, rendererDir, tokenFile, clusterSecret, sessions, uploadTarget }: WebDoorOptions): Promise<WebDoor> => {
  const [token, files] = await Promise.all([openWebToken(tokenFile), loadStaticFiles(rendererDir)]);
  const door = await openControlDoor({
    host,
    port,
    tokens: [token, clusterSecret],
    httpToken: token,
    routes: [...restRoutes(host.dispatcher, host.version), ...dashboardRoutes(sessions), uploadRoute(uploadTarget), downloadRoute(host.downloads), ...pageRoutes(files)],
  });
  return { ...door, signInUrl: signInUrlOf(door.url, token) };
};
