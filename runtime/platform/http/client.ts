/**
 * Requests from service to service: keep-alive, bounded in time, errors rebuilt from `{detail, code}`. A reused socket that the peer closed
 * meanwhile is replaced once, because such a request never reached anybody.
 */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { fromErrorBody, VStackError } from '../../contract/errors.ts';
import { createSocketTraffic } from './socket-traffic.ts';

export interface RequestOptions {
  method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  /** Pieces are written in order without being joined. */
  body?: Uint8Array | readonly Uint8Array[] | string;
  /** Sent as JSON; excludes `body`. */
  json?: unknown;
  /** Without an answer's headers for so long, the request fails with `timeout`. Default 10 s. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Statuses that are an answer, not a failure. Default: all below 400. */
  accept?: (status: number) => boolean;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  bytes(): Promise<Buffer>;
  json<T = unknown>(): Promise<T>;
  /** The body as it comes; the caller reads or destroys it. */
  stream: IncomingMessage;
}

export interface HttpClient {
  /** Rejects with the peer's VStackError, `timeout`, `cancelled`, or `unavailable` when nobody answers. */
  request(url: string, options?: RequestOptions): Promise<Answer>;
  /** `request`, and the answer's JSON. */
  json<T = unknown>(url: string, options?: RequestOptions): Promise<T>;
  /** Sent and received so far, on the wire. */
  trafficBytes(): number;
  close(): void;
}

export interface ClientOptions {
  /** Sent as bearer token. */
  secret?: string;
  /** Sent as User-Agent, so that peers can tell who asks. */
  agentName?: string;
  /** Sockets per peer. Default 64. */
  socketsMax?: number;
}

const ANSWER_TIMEOUT_MS = 10_000;

/** Listens instead of iterating, which for a small answer costs a fraction. */
const collect = (stream: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const onCut = (cause?: Error): void => reject(cause ?? new VStackError('truncated_body', 'The peer cut its answer short.'));
    if (stream.destroyed && !stream.readableEnded) return onCut(stream.errored ?? undefined);
    stream.on('data', (piece: Buffer) => void pieces.push(piece));
    stream.once('end', () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)));
    stream.once('error', onCut);
    stream.once('close', onCut);
  });

const failureOf = (cause: NodeJS.ErrnoException, url: string, signal: AbortSignal | undefined): VStackError => {
  if (cause instanceof VStackError) return cause;
  if (signal?.aborted) return new VStackError('cancelled', `The request to ${url} was cancelled.`, { cause });
  return new VStackError('unavailable', `Nobody answered at ${url} (${cause.code ?? cause.message}).`, { cause });
};

const bodyOf = ({ body, json }: RequestOptions): Uint8Array[] => {
  if (json !== undefined) return [Buffer.from(JSON.stringify(json))];
  if (body === undefined) return [];
  if (typeof body === 'string') return [Buffer.from(body)];
  return body instanceof Uint8Array ? [body] : [...body];
};

export const createHttpClient = ({ secret, agentName, socketsMax = 64 }: ClientOptions = {}): HttpClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax });
  const traffic = createSocketTraffic();

  const once = (url: string, options: RequestOptions, from: Agent | false): Promise<{ response?: IncomingMessage; stale?: boolean; error?: VStackError }> =>
    new Promise((resolve) => {
      const pieces = bodyOf(options);
      const lengthBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      const method = options.method ?? 'GET';
      const headers: Record<string, string | number> = { ...options.headers };
      if (agentName) headers['User-Agent'] = agentName;
      if (secret) headers.Authorization = `Bearer ${secret}`;
      if (options.json !== undefined) headers['Content-Type'] = 'application/json';
      if (pieces.length > 0 || method === 'PUT' || method === 'POST' || method === 'PATCH') headers['Content-Length'] = lengthBytes;
      const request = httpRequest(url, { method, agent: from, headers, signal: options.signal });
      request.once('socket', traffic.watch);
      const timer = setTimeout(
        () => request.destroy(new VStackError('timeout', `${method} ${url} had no answer within ${options.timeoutMs ?? ANSWER_TIMEOUT_MS} ms.`)),
        options.timeoutMs ?? ANSWER_TIMEOUT_MS,
      );
      request.once('response', (response) => {
        clearTimeout(timer);
        resolve({ response });
      });
      request.on('error', (cause: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        const stale = request.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
        resolve({ stale, error: failureOf(cause, url, options.signal) });
      });
      for (const piece of pieces) request.write(piece);
      request.end();
    });

  const request = async (url: string, options: RequestOptions = {}): Promise<Answer> => {
    let outcome = await once(url, options, agent);
    // A peer that restarted closed every pooled socket, so the second try takes a new one.
    if (outcome.stale) outcome = await once(url, options, false);
    const { response, error } = outcome;
    if (!response) throw error!;
    const status = response.statusCode!;
    const accepted = options.accept?.(status) ?? status < 400;
    if (!accepted) {
      const text = (await collect(response)).toString('utf8');
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch {
        body = undefined; // Not ours, or a HEAD: the status alone has to do.
      }
      const failure = fromErrorBody(body, `${options.method ?? 'GET'} ${url} answered ${status}.`);
      throw new VStackError(failure.code, failure.message, { details: { ...failure.details, status } });
    }
    return {
      status,
      headers: response.headers,
      stream: response,
      bytes: () => collect(response),
      json: async <T>() => JSON.parse((await collect(response)).toString('utf8')) as T,
    };
  };

  return {
    request,
    json: async <T>(url: string, options?: RequestOptions) => (await request(url, options)).json<T>(),
    trafficBytes: traffic.bytes,
    close: () => agent.destroy(),
  };
};
