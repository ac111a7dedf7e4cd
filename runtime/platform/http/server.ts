/**
 * The HTTP server under every service: guard, router, errors as `{detail, code}`, request ids, metrics, and sockets that are cut only
 * when they stand still. Bound to loopback.
 *
 *   request → Host → route → Origin and secret → handler → answer
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import { toErrorBody, VStackError } from '../../contract/errors.ts';
import { randomHex } from '../crypto.ts';
import type { Logger } from '../log.ts';
import { parseInput, readJson } from './body.ts';
import { processUsage } from '../process/usage.ts';
import { createGuard, type Access, type GuardOptions } from './guard.ts';
import { answerMalformed } from './malformed.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createRequestCounting, type RequestCounting } from './request-counters.ts';
import { createRouter, type Match } from './router.ts';
import { createSocketTraffic } from './socket-traffic.ts';

/** One request on its way through a handler. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  params: Record<string, string>;
  query: URLSearchParams;
  requestId: string;
  /** Admitted by a signed URL: a player. False for a holder of the secret. */
  signed: boolean;
  /** Aborts when the client goes away before it has its answer. */
  signal: AbortSignal;
  /** Reads a JSON body and checks it; 400 names the first wrong field. */
  json<S extends z.ZodType>(schema: S): Promise<z.output<S>>;
  /** Checks the query's parameters like a body. */
  queryAs<S extends z.ZodType>(schema: S): z.output<S>;
  /** Answers with JSON. */
  reply(body: unknown, status?: number, headers?: Record<string, string>): void;
}

export interface Route {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** `/chunk/:id`; a parameter is one path segment, decoded. */
  path: string;
  /** Default `secret`. */
  access?: Access;
  /** Only measures the way to here, so it is left out of the counters of requests. @default false */
  isProbe?: boolean;
  /** The route that metrics name, for many that are one to whoever reads them. @default path */
  countedAs?: string;
  handle(call: Call): Promise<void> | void;
}

export interface ServiceOptions extends GuardOptions {
  routes: readonly Route[];
  log: Logger;
  metrics?: Metrics;
  /** @default counters of its own */
  requests?: RequestCounting;
  /** 0 lets the system choose. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Peers, by the name they give as User-Agent, whose bytes are counted. @default none */
  countedPeers?: readonly string[];
  /** A socket on which nothing moves for so long is closed. Default 120 s. */
  idleMsMax?: number;
}

export interface HttpService {
  port: number;
  url: string;
  server: Server;
  metrics: Metrics;
  /** Counters of what was answered, for beats. */
  requests: RequestCounting;
  /** Sent to and received from one of the counted peers so far, on the wire; 0 for others. */
  peerBytes(name: string): number;
  /** Stops listening, lets running requests end within `graceMs` (default 1,000), then cuts them. */
  close(graceMs?: number): Promise<void>;
}

/** What a browser page may read of a signed answer (WIRE: signed GET and HEAD are open to any origin). */
const OPEN_HEADERS: Record<string, string> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Content-Range, X-Chunk-Size, X-Superblock-ID',
  'Timing-Allow-Origin': '*',
};
/** After a refusal the rest of a body is read up to here, so that the client sees the answer instead of a reset. */
const DRAIN_BYTES_MAX = 16 * 1024 * 1024;
const DRAIN_MS_MAX = 2_000;
const REQUEST_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

const drainThenClose = (request: IncomingMessage): void => {
  let drainedBytes = 0;
  const timer = setTimeout(() => request.socket.destroy(), DRAIN_MS_MAX);
  request.on('data', (piece: Buffer) => {
    drainedBytes += piece.length;
    if (drainedBytes > DRAIN_BYTES_MAX) request.socket.destroy();
  });
  request.on('error', () => {}); // The client went away; there is nobody left to tell.
  request.once('close', () => clearTimeout(timer));
  request.resume();
};

const openToPages = (response: ServerResponse): void => {
  for (const [name, value] of Object.entries(OPEN_HEADERS)) response.setHeader(name, value);
};

const answerError = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  if (response.headersSent) {
    // The answer has begun: cutting it short is the only honest way left to say that it failed.
    response.destroy();
    return;
  }
  const body = JSON.stringify(toErrorBody(error));
  const status = error instanceof VStackError ? error.status : 500;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  const allow = error instanceof VStackError && error.code === 'method_not_allowed' ? (error.details?.allow as string[]) : undefined;
  if (allow) response.setHeader('Allow', allow.join(', '));
  if (error instanceof VStackError && error.code === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer');
  if (error instanceof VStackError && error.details?.expired === true) openToPages(response);
  if (!request.complete) {
    response.setHeader('Connection', 'close');
    drainThenClose(request);
  }
  response.writeHead(status).end(request.method === 'HEAD' ? undefined : body);
};

/** Proxies are sent whole URLs; whoever takes one has to believe its host instead of the Host header (RFC 9112, 3.2.2). */
const toOriginForm = (request: IncomingMessage): void => {
  const match = /^http:\/\/([^/?#]*)(.*)$/i.exec(request.url ?? '');
  if (!match) return;
  request.headers.host = match[1]!;
  request.url = match[2]!.startsWith('/') ? match[2]! : `/${match[2]!}`;
};

const splitTarget = (target: string): { path: string; query: URLSearchParams } => {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: new URLSearchParams() } : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
};

/** Starts listening; rejects with `port_in_use` when the port is taken. */
export const createHttpService = async (options: ServiceOptions): Promise<HttpService> => {
  const guard = createGuard(options);
  const metrics = options.metrics ?? createMetrics();
  const requests = options.requests ?? createRequestCounting();
  const countRequest = metrics.counter('http_requests_total', 'Requests by route and status.');
  const timeRequest = metrics.histogram('http_request_duration_seconds', 'Time from the request line to the end of the answer.');
  metrics.readCounter('process_cpu_seconds_total', 'CPU time of this process, user and system.', () => processUsage().cpuMs / 1000);
  metrics.gauge('process_resident_memory_bytes', 'Memory of this process that stands in RAM.', () => processUsage().rssBytes);
  const router = createRouter<Route>([
    ...options.routes,
    {
      method: 'GET',
      path: '/metrics',
      isProbe: true,
      handle: ({ response }) => void response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8').end(metrics.text()),
    },
  ]);

  // Random per process and counted within it: as unique as all random, at a fraction of the price.
  const requestIdPrefix = `${randomHex(4)}-`;
  let requestCount = 0;

  const peers = new Map((options.countedPeers ?? []).map((name) => [name, createSocketTraffic()]));
  /** The answer under way on each socket. */
  const answering = new WeakMap<Duplex, ServerResponse>();

  // Which paths there are is no business of strangers, except where pages are served to anybody.
  const unknownAccess: Access = options.routes.some((route) => route.access === 'open') ? 'open' : 'secret';
  const findRoute = (request: IncomingMessage, path: string, query: URLSearchParams): Match<Route> => {
    try {
      return router.match(request.method ?? 'GET', path);
    } catch (error) {
      guard.admit(request, path, query, unknownAccess);
      throw error;
    }
  };

  const answerPreflight = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    guard.checkHost(request);
    const routes = router.at(path);
    const open = routes.some((route) => route.access === 'signed');
    const { origin } = request.headers;
    if (!open && (origin === undefined || !guard.isOwnOrigin(request, origin))) {
      throw new VStackError('foreign_origin', `Pages of ${origin ?? 'an unnamed origin'} may not call this service.`);
    }
    response.writeHead(204, {
      'Access-Control-Allow-Origin': open ? '*' : origin!,
      'Access-Control-Allow-Methods': routes.filter((route) => !open || route.access === 'signed').map((route) => route.method).join(', '),
      'Access-Control-Allow-Headers': 'Range, If-None-Match, Authorization, Content-Type',
      'Access-Control-Max-Age': '600',
      'Content-Length': '0',
    }).end();
  };

  const dispatch = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startMs = performance.now();
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && REQUEST_ID_PATTERN.test(given) ? given : `${requestIdPrefix}${(requestCount += 1).toString(36)}`;
    response.setHeader('X-Request-ID', requestId);
    toOriginForm(request);
    const { path, query } = splitTarget(request.url ?? '/');
    answering.set(request.socket, response);
    peers.get(request.headers['user-agent'] ?? '')?.watch(request.socket);
    let routeName = 'none';
    let isProbe = false;
    response.once('close', () => {
      const tookMs = performance.now() - startMs;
      countRequest({ method: request.method ?? '', route: routeName, status: String(response.statusCode) });
      timeRequest(tookMs / 1000, { route: routeName });
      if (!isProbe) requests.add(response.statusCode, tookMs);
    });
    try {
      if (request.method === 'OPTIONS') return answerPreflight(request, response, path);
      guard.checkHost(request);
      const { route, params } = findRoute(request, path, query);
      routeName = route.countedAs ?? route.path;
      isProbe = route.isProbe ?? false;
      const { signed } = guard.admit(request, path, query, route.access ?? 'secret');
      if (signed) openToPages(response);
      let controller: AbortController | undefined;
      await route.handle({
        request,
        response,
        params,
        query,
        requestId,
        signed,
        get signal() {
          if (!controller) {
            controller = new AbortController();
            if (response.destroyed) controller.abort();
            // After a whole answer nobody listens any more, and the exception that an abort makes is dear.
            response.once('close', () => response.writableFinished || controller!.abort());
          }
          return controller.signal;
        },
        json: (schema) => readJson(request, schema),
        queryAs: (schema) => parseInput(schema, Object.fromEntries(query)),
        reply(body, status = 200, headers = {}) {
          const text = JSON.stringify(body);
          response
            .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text), ...headers })
            .end(request.method === 'HEAD' ? undefined : text);
        },
      });
    } catch (error) {
      if (!(error instanceof VStackError)) options.log.error({ err: error, requestId, path }, 'a request failed unexpectedly');
      answerError(request, response, error);
    }
  };

  // No request timeout: a slow sender is fine while it makes progress; `server.timeout` cuts the one that stands still.
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000, keepAliveTimeout: 75_000, noDelay: true });
  server.timeout = options.idleMsMax ?? 120_000;
  server.on('request', (request, response) => void dispatch(request, response));
  server.on('clientError', (error, socket) => {
    const response = answering.get(socket);
    answerMalformed(error, socket, response !== undefined && response.headersSent && !response.writableFinished);
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // The go-ahead is given only when a handler starts to read, so that a refusal costs the client no upload.
    const read = request.read.bind(request);
    let told = false;
    request.read = (size?: number) => {
      if (!told && !response.headersSent) response.writeContinue();
      told = true;
      return read(size);
    };
    void dispatch(request, response);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const text = cause.code === 'EADDRINUSE' ? `Port ${options.port} is taken by another program.` : `Cannot listen on port ${options.port}: ${cause.message}`;
      reject(new VStackError(cause.code === 'EADDRINUSE' ? 'port_in_use' : 'unavailable', text, { cause, details: { port: options.port } }));
    });
    server.listen({ port: options.port, host: options.host ?? '127.0.0.1', backlog: 1024 }, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    server,
    metrics,
    requests,
    peerBytes: (name) => peers.get(name)?.bytes() ?? 0,
    close: (graceMs = 1_000) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};
