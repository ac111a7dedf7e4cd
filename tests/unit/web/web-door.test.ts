import { createServer, request as rawRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket as WsSocket } from 'ws';
import { connectControl, type RemoteControl } from '../../../runtime/client/control/websocket-client.ts';
import { callNames } from '../../../runtime/contract/channels.ts';
import { CLOSE_UNAUTHENTICATED, HELLO_MS_MAX } from '../../../runtime/contract/control/frames.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import { CONNECTIONS_MAX } from '../../../runtime/host/door/control-door.ts';
import { createSessionBook } from '../../../runtime/host/playback/session-book.ts';
import type { Handlers } from '../../../runtime/host/dispatcher.ts';
import { createManualClock, systemClock, type Clock } from '../../../runtime/platform/clock.ts';
import type { UploadTarget } from '../../../runtime/web/upload-relay.ts';
import { openWebDoor, type WebDoor } from '../../../runtime/web/web-door.ts';
import { createFakeHost, stoppedCluster, until, type FakeHost } from '../../fixtures/fake-host.ts';

const CLUSTER_SECRET = 'c'.repeat(64);
let dir: string;
let door: WebDoor;
let host: FakeHost;
let token: string;
const closers: (() => unknown)[] = [];

const open = async (handlers: Partial<Handlers> = {}, { clock, uploadTarget }: { clock?: Clock; uploadTarget?: () => UploadTarget } = {}): Promise<void> => {
  host = createFakeHost(handlers, { clock: clock ?? systemClock });
  door = await openWebDoor({
    host, port: 0, rendererDir: join(dir, 'renderer'), tokenFile: join(dir, 'web-token.json'), clusterSecret: CLUSTER_SECRET, sessions: createSessionBook({ clock: clock ?? systemClock }),
    uploadTarget: uploadTarget ?? (() => {
      throw new VStackError('not_running', 'The uploader is not running.');
    }),
  });
  closers.push(() => door.close());
  token = new URLSearchParams(new URL(door.signInUrl).hash.slice(1)).get('token')!;
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-web-'));
  await mkdir(join(dir, 'renderer', 'assets'), { recursive: true });
  await writeFile(join(dir, 'renderer', 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(dir, 'renderer', 'assets', 'index-abc.js'), 'export {};');
  await writeFile(join(dir, 'secret.txt'), 'outside');
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(dir, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}
/** A request that says exactly what it is told to, unlike fetch. */
const raw = (path: string, { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = rawRequest({ port: door.port, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece)).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
const bearer = () => ({ Authorization: `Bearer ${token}` });

describe('the page of the web door', () => {
  it('counts the files of the page as one route, however many they are', async () => {
    await open();
    await (await fetch(`${door.url}/assets/index-abc.js`)).text();
    const metrics = async (): Promise<string> => (await fetch(`${door.url}/metrics`, { headers: { Authorization: `Bearer ${token}` } })).text();
    // An answer is counted when it has left, which may be a moment after it has arrived.
    await expect.poll(metrics).toContain('route="/{file of the page}"');
    expect(await metrics()).not.toContain('index-abc');
  });

  it('is served under the content security policy, with its type and without sniffing', async () => {
    await open();
    const page = await raw('/');
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>page</title>');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; font-src 'self'; media-src blob:; " +
        "connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*; worker-src 'self'; base-uri 'none'",
    );
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const script = await raw('/assets/index-abc.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
    expect((await raw('/', { headers: { 'If-None-Match': page.headers.etag! } })).status).toBe(304);
    expect(await raw('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect((await raw('/nowhere.js')).status).toBe(404);
    expect((await raw('/metrics')).status).toBe(401);
    expect((await raw('/metrics', { headers: bearer() })).body).toContain('vstack_http_requests_total');
  });

  it.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/assets/..%2f..%2fsecret.txt', '/..\\secret.txt', '//etc/passwd', '/assets/%00'])(
    'leads nowhere else by the path %s',
    async (path) => {
      await open();
      const answer = await raw(path);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain('outside');
      expect(answer.body).not.toContain('root:');
    },
  );

  it('says how to build it when it was not built', async () => {
    await rm(join(dir, 'renderer'), { recursive: true });
    await open();
    expect(await raw('/')).toMatchObject({ status: 404, body: expect.stringContaining('npm run build') });
  });

  it('is refused to another Host and does not answer other origins', async () => {
    await open();
    expect((await raw('/', { headers: { Host: 'evil.example' } })).status).toBe(403);
    expect((await raw('/', { headers: { Host: `localhost:${door.port}` } })).status).toBe(200);
    expect((await raw('/api/openapi.json', { headers: { ...bearer(), Origin: 'http://evil.example' } })).status).toBe(403);
  });
});

describe('the token of the web door', () => {
  it('stands in the fragment of the address and in a file of its owner, and is the same after a restart', async () => {
    await open();
    const first = token;
    expect(door.url).not.toContain(first);
    expect(JSON.parse(await readFile(join(dir, 'web-token.json'), 'utf8'))).toMatchObject({ token: first });
    if (process.platform !== 'win32') expect((await stat(join(dir, 'web-token.json'))).mode & 0o777).toBe(0o600);
    await open();
    expect(token).toBe(first);
    expect(token).not.toBe(CLUSTER_SECRET);
  });

  it('opens the REST calls, which nothing else does', async () => {
    await open({ 'cluster:status': () => stoppedCluster() });
    const call = (headers: Record<string, string>, body = '{}', path = '/api/call/cluster/status') => raw(path, { method: 'POST', headers, body });
    expect(JSON.parse((await call(bearer())).body)).toMatchObject({ phase: 'stopped' });
    expect((await call({})).status).toBe(401);
    expect((await call({ Authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await call({ Authorization: `Bearer ${CLUSTER_SECRET}` })).status).toBe(401);
    expect((await call(bearer(), '[]')).status).toBe(400);
    expect((await call(bearer(), '{', '/api/call/cluster/status')).status).toBe(400);
    expect((await call(bearer(), '{}', '/api/call/cluster/explode')).status).toBe(404);
    expect((await call(bearer(), '{"nodeId":"../x"}', '/api/call/nodes/kill')).status).toBe(400);
  });

  it('describes every call', async () => {
    await open();
    const { paths } = JSON.parse((await raw('/api/openapi.json', { headers: bearer() })).body) as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toContain('/api/call/cluster/launch');
    expect(Object.keys(paths).filter((path) => path.startsWith('/api/call/'))).toHaveLength(callNames.length);
    expect(Object.keys(paths)).toContain('/api/performance');
  });
});

/** Connects as a stranger may; resolves with the status of a refused upgrade, or the close code. */
const knock = (headers: Record<string, string>, say?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WsSocket(door.controlUrl, { headers });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.on('open', () => say !== undefined && socket.send(say));
    socket.on('close', (code) => resolve(code));
    socket.on('error', reject);
  });

describe('the control socket', () => {
  const attach = async (withToken = token): Promise<RemoteControl> => {
    const remote = await connectControl(door.controlUrl, { token: withToken });
    closers.push(() => remote.close());
    return remote;
  };

  it('opens to the web token and to the cluster secret', async () => {
    await open({ 'cluster:status': () => stoppedCluster() });
    for (const good of [token, CLUSTER_SECRET]) {
      const remote = await attach(good);
      expect(remote.welcome).toMatchObject({ version: '0.0.0', door: 'cli' });
      expect(await remote.call('cluster:status', {})).toMatchObject({ phase: 'stopped' });
    }
  });

  it('refuses a wrong token', async () => {
    await open();
    await expect(connectControl(door.controlUrl, { token: 'wrong' })).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(connectControl(door.controlUrl, { token: '' })).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('closes on a client that brings no token in time', async () => {
    const clock = createManualClock();
    await open({}, { clock });
    let isOpen = false;
    const socket = new WsSocket(door.controlUrl);
    socket.on('open', () => (isOpen = true));
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await until(() => isOpen);
    clock.advance(HELLO_MS_MAX);
    expect(await closed).toBe(CLOSE_UNAUTHENTICATED);
  });

  it('refuses a foreign Origin and a foreign Host before anything is said', async () => {
    await open();
    expect(await knock({ Origin: 'http://evil.example' })).toBe(403);
    expect(await knock({ Origin: `http://127.0.0.1:${door.port + 1}` })).toBe(403);
    expect(await knock({ Host: 'evil.example' })).toBe(403);
    expect(await knock({ Origin: `http://127.0.0.1:${door.port}` }, '{"kind":"hello","token":"wrong"}')).toBe(CLOSE_UNAUTHENTICATED);
  });

  it('bounds the connections at once, and has room again when one goes', async () => {
    await open();
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS_MAX }, () => attach()));
    await expect(connectControl(door.controlUrl, { token })).rejects.toMatchObject({ code: 'unavailable' });
    sockets[0]!.close();
    // The host may hear of the end a moment later than the client itself.
    let again: RemoteControl | undefined;
    while (!again) again = await attach().catch(() => undefined);
  });

  it('closes on frames that are too large or binary', async () => {
    await open();
    expect(await knock({}, 'x'.repeat(2 * 1024 * 1024))).toBe(1009);
    const socket = new WsSocket(door.controlUrl);
    socket.on('open', () => socket.send(Buffer.from([1, 2])));
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1003);
  });

  it('carries events, errors with their codes, and cancellation', async () => {
    let wasCancelled = false;
    await open({
      'cluster:launch': (_input, { signal }) => new Promise(() => signal.addEventListener('abort', () => (wasCancelled = true))),
      'videos:manifest': () => {
        throw new VStackError('not_found', 'There is no such video.', { details: { hint: 1 } });
      },
    });
    const remote = await attach();
    await expect(remote.call('videos:manifest', { videoId: 'v' })).rejects.toMatchObject({ code: 'not_found', message: 'There is no such video.', details: { hint: 1 } });

    const heard: string[] = [];
    const stop = remote.on('videos:changed', ({ videoId }) => heard.push(videoId!));
    await remote.call('uploads:list', {}).catch(() => {}); // Frames keep their order, so the subscription has arrived when this answer comes.
    host.events.emit('videos:changed', { videoId: 'a' });
    await until(() => heard.length === 1);
    stop();
    await remote.call('uploads:list', {}).catch(() => {});
    host.events.emit('videos:changed', { videoId: 'b' });

    const aborter = new AbortController();
    const launch = remote.call('cluster:launch', {}, { signal: aborter.signal });
    await until(() => host.asked.some(({ name }) => name === 'cluster:launch'));
    aborter.abort();
    await expect(launch).rejects.toMatchObject({ code: 'cancelled' });
    expect(wasCancelled).toBe(true);
    expect(heard).toEqual(['a']);
  });

  it('tells its clients when the host is gone', async () => {
    await open({ 'cluster:stop': () => new Promise(() => {}) });
    const remote = await attach();
    const call = remote.call('cluster:stop', {});
    await until(() => host.asked.length === 1);
    await door.close();
    await expect(call).rejects.toMatchObject({ code: 'unavailable' });
    await remote.closed;
    await expect(remote.call('cluster:status', {})).rejects.toMatchObject({ code: 'unavailable' });
    await expect(connectControl(door.controlUrl, { token })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('an upload through the web door', () => {
  let uploader: Server;
  /** An uploader that does as it is told with each request. */
  const startUploader = async (handle: Parameters<typeof createServer>[1]): Promise<() => UploadTarget> => {
    uploader = createServer(handle as never);
    await new Promise<void>((resolve) => uploader.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      uploader.closeAllConnections();
      return new Promise((resolve) => uploader.close(resolve));
    });
    const target = { url: `http://127.0.0.1:${(uploader.address() as AddressInfo).port}`, secret: CLUSTER_SECRET };
    return () => target;
  };

  it('reaches the uploader as it was sent, with the cluster secret, and its answer comes back', async () => {
    const seen: { headers: IncomingMessage['headers']; body: string }[] = [];
    const uploadTarget = await startUploader((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece)).on('end', () => {
        seen.push({ headers: request.headers, body });
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"upload_session_id":"s1"}');
      });
    });
    await open({}, { uploadTarget });
    const answer = await raw('/upload', { method: 'POST', headers: { ...bearer(), 'Content-Type': 'multipart/form-data; boundary=x', Origin: door.url }, body: '--x--' });
    expect(answer).toMatchObject({ status: 200, body: '{"upload_session_id":"s1"}' });
    expect(seen[0]).toMatchObject({ body: '--x--', headers: { authorization: `Bearer ${CLUSTER_SECRET}`, 'content-type': 'multipart/form-data; boundary=x', 'content-length': '5' } });
    expect(seen[0]!.headers.origin).toBeUndefined();
  });

  it('needs the token, and an uploader', async () => {
    await open();
    expect((await raw('/upload', { method: 'POST', body: 'x' })).status).toBe(401);
    expect(await raw('/upload', { method: 'POST', headers: bearer(), body: 'x' })).toMatchObject({ status: 409, body: expect.stringContaining('not_running') });
  });

  it('is not buffered: a stalled uploader stalls the sender', async () => {
    let arrived: IncomingMessage | undefined;
    const uploadTarget = await startUploader((request) => (arrived = request.pause()));
    await open({}, { uploadTarget });
    const totalBytes = 512 * 1024 * 1024;
    const socket = connectTcp(door.port, '127.0.0.1');
    socket.on('error', () => {});
    closers.push(() => socket.destroy());
    socket.write(`POST /upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${totalBytes}\r\n\r\n`);
    await until(() => arrived !== undefined);
    const piece = Buffer.alloc(1024 * 1024);
    let writtenBytes = 0;
    // Writes until the path is full: only kernel and stream buffers may take anything.
    while (writtenBytes < totalBytes && socket.write(piece)) writtenBytes += piece.length;
    for (let isMoving = true; isMoving && writtenBytes < totalBytes; ) {
      isMoving = await Promise.race([
        new Promise<boolean>((resolve) => socket.once('drain', () => resolve(true))),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
      ]);
      if (isMoving) {
        socket.write(piece);
        writtenBytes += piece.length;
      }
    }
    expect(writtenBytes).toBeLessThan(64 * 1024 * 1024);
  });

  it('ends at the uploader when the browser goes away', async () => {
    const ended = Promise.withResolvers<void>();
    const uploadTarget = await startUploader((request) => {
      request.resume();
      request.once('error', () => ended.resolve());
    });
    await open({}, { uploadTarget });
    const socket = connectTcp(door.port, '127.0.0.1');
    socket.write(`POST /upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 1000\r\n\r\nabc`);
    const arrived = new Promise((resolve) => uploader.once('request', resolve));
    await arrived;
    socket.destroy();
    await ended.promise;
  });

  it('passes on a refusal that comes before the body has been read', async () => {
    const uploadTarget = await startUploader((_request, response) => void response.writeHead(400, { 'Content-Type': 'application/json', Connection: 'close' }).end('{"detail":"no video","code":"unsupported_media"}'));
    await open({}, { uploadTarget });
    const answer = await raw('/upload', { method: 'POST', headers: bearer(), body: Buffer.alloc(100_000) });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('no video') });
  });

  it('says so when the uploader dies', async () => {
    const uploadTarget = await startUploader((request) => request.socket.destroy());
    await open({}, { uploadTarget });
    expect(await raw('/upload', { method: 'POST', headers: bearer(), body: 'x' })).toMatchObject({ status: 503, body: expect.stringContaining('unavailable') });
  });
});
