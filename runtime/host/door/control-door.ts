/**
 * The host's socket for other doors: an HTTP server on loopback with the control contract over WebSocket at `/control`. The web door hangs
 * its pages and its REST calls on the same server.
 */
import type { Permission } from '../../contract/control/call.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { equalsConstantTime } from '../../platform/crypto.ts';
import { createGuard } from '../../platform/http/guard.ts';
import { createHttpService, type Route } from '../../platform/http/server.ts';
import type { Logger } from '../../platform/log.ts';
import { requireFreePorts } from '../../platform/net/ports.ts';
import { acceptWebSockets } from '../../platform/websocket.ts';
import { ALL_PERMISSIONS, type Dispatcher } from '../dispatcher.ts';
import type { EventHub } from '../event-hub.ts';
import type { VideoDownloads } from '../video-downloads.ts';
import type { Recorder } from '../metrics/recorder.ts';
import { serveConnection } from './control-connection.ts';

export const CONTROL_PATH = '/control';

/** Connections at once. A person has a few windows and terminals; far more is a fault or an attack. */
export const CONNECTIONS_MAX = 64;

/** What a door needs of its host. */
export interface HostCore {
  dispatcher: Dispatcher;
  events: EventHub;
  /** What links of `videos:download-link` lead to. */
  downloads: VideoDownloads;
  /** Counts the door's requests, and says what its `/metrics` tell beside them. @default the door counts for itself */
  measuring?: Pick<Recorder, 'requests' | 'describe'>;
  clock: Clock;
  log: Logger;
  version: string;
  door: string;
}

export interface ControlDoorOptions {
  host: HostCore;
  /** 0 lets the system choose. */
  port: number;
  /** Any of them opens the socket, with every permission. */
  tokens: readonly string[];
  /** Bearer token of the HTTP routes. */
  httpToken: string;
  routes?: readonly Route[];
}

export interface ControlDoor {
  port: number;
  url: string;
  controlUrl: string;
  close(): Promise<void>;
}

/** Running answers get this long when the door closes. */
const CLOSE_MS = 300;

/** @throws VStackError port_in_use naming who holds the port */
export const openControlDoor = async ({ host, port, tokens, httpToken, routes = [] }: ControlDoorOptions): Promise<ControlDoor> => {
  if (port > 0) await requireFreePorts([{ port, purpose: 'the control center' }]);
  const access = { authentication: 'on' as const, secret: httpToken, wallMs: () => host.clock.wallMs() };
  const guard = createGuard(access);
  const { requests, describe } = host.measuring ?? {};
  const service = await createHttpService({ ...access, routes, port, log: host.log, ...(requests && { requests }) });
  describe?.(service.metrics);
  let connectionCount = 0;

  const authenticate = (token: string): ReadonlySet<Permission> | undefined =>
    tokens.some((valid) => equalsConstantTime(token, valid)) ? ALL_PERMISSIONS : undefined;

  const stopAccepting = acceptWebSockets({
    server: service.server,
    path: CONTROL_PATH,
    admit(request) {
      guard.checkHost(request);
      const { origin } = request.headers;
      if (origin !== undefined && !guard.isOwnOrigin(request, origin)) throw new VStackError('foreign_origin', `Pages of ${origin} may not open this socket.`);
      if (connectionCount >= CONNECTIONS_MAX) throw new VStackError('unavailable', `${CONNECTIONS_MAX} connections are open already. Close a window.`);
    },
    onSocket(socket) {
      connectionCount += 1;
      socket.onClose(() => (connectionCount -= 1));
      serveConnection({ socket, dispatcher: host.dispatcher, events: host.events, clock: host.clock, authenticate, welcome: { version: host.version, door: host.door } });
    },
  });

  return {
    port: service.port,
    url: service.url,
    controlUrl: `ws://127.0.0.1:${service.port}${CONTROL_PATH}`,
    async close() {
      stopAccepting();
      await service.close(CLOSE_MS);
    },
  };
};
