import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { readBody } from '../../../../runtime/platform/http/body.ts';
import { createHttpClient } from '../../../../runtime/platform/http/client.ts';
import { signPath } from '../../../../runtime/platform/http/guard.ts';
import { createHttpService, type HttpService, type Route } from '../../../../runtime/platform/http/server.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';

const SECRET = 'a'.repeat(64);
const URL_KEY = 'b'.repeat(64);
const bearer = { Authorization: `Bearer ${SECRET}` };

const routes: Route[] = [
  { method: 'GET', path: '/thing/:id', access: 'signed', handle: ({ params, reply }) => reply({ id: params.id }) },
  { method: 'HEAD', path: '/thing/:id', access: 'signed', handle: ({ response }) => void response.writeHead(200, { 'Content-Length': 7 }).end() },
  {
    method: 'POST',
    path: '/json',
    handle: async ({ json, reply }) => reply(await json(z.object({ title: z.string(), size: z.object({ width: z.number() }) }))),
  },
  { method: 'PUT', path: '/body', handle: async ({ request, reply }) => reply({ bytes: (await readBody(request, { bytesMax: 1000 })).length }) },
  {
    method: 'GET',
    path: '/fail',
    handle: () => {
      throw new VStackError('disk_full', 'The disk is full.', { details: { percent: 96 } });
    },
  },
];

let service: HttpService | undefined;
const open = async (options: { authentication?: 'on' | 'off'; idleMsMax?: number; countedPeers?: string[] } = {}): Promise<HttpService> =>
  (service = await createHttpService({
    routes,
    port: 0,
    log: silentLogger(),
    authentication: options.authentication ?? 'on',
    secret: SECRET,
    urlKey: URL_KEY,
    wallMs: () => Date.now(),
    idleMsMax: options.idleMsMax,
    countedPeers: options.countedPeers ?? [],
  }));

afterEach(async () => {
  await service?.close(0);
  service = undefined;
});

/** A request that says exactly what it is told to, unlike fetch. */
const raw = (path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const request = rawRequest({ port: service!.port, host: '127.0.0.1', path, method: options.method ?? 'GET', headers: options.headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end(options.body);
  });

describe('the HTTP service', () => {
  it('answers a call that carries the secret and refuses one that does not', async () => {
    await open();
    expect((await raw('/thing/1', { headers: bearer })).status).toBe(200);
    const refused = await raw('/thing/1');
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'unauthenticated' });
    expect((await raw('/thing/1', { headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);
  });

  it('takes the name of the scheme in any case, and the secret only as it is', async () => {
    await open();
    for (const scheme of ['bearer', 'BEARER']) expect((await raw('/thing/1', { headers: { Authorization: `${scheme} ${SECRET}` } })).status).toBe(200);
    expect((await raw('/thing/1', { headers: { Authorization: `Bearer ${SECRET.toUpperCase()}` } })).status).toBe(401);
    expect((await raw('/thing/1', { headers: { Authorization: SECRET } })).status).toBe(401);
  });

  it('does not tell strangers which paths there are', async () => {
    await open();
    for (const [method, path] of [['GET', '/nothing'], ['DELETE', '/json'], ['GET', '/thing/%zz']]) expect((await raw(path!, { method: method! })).status).toBe(401);
    expect((await raw('/nothing', { headers: bearer })).status).toBe(404);
  });

  it('lets a page see that its signed URL has expired, which a wrong signature does not', async () => {
    await open();
    const past = Math.floor(Date.now() / 1000) - 60;
    const headers = { Origin: 'http://page.example' };
    const expired = await raw(signPath(URL_KEY, '/thing/1', past), { headers });
    expect([expired.status, expired.headers['access-control-allow-origin']]).toEqual([401, '*']);
    expect(JSON.parse(expired.body)).toMatchObject({ code: 'unauthenticated', details: { expired: true } });
    const forged = await raw(`/thing/1?exp=${past}&sig=${'0'.repeat(64)}`, { headers });
    expect([forged.status, forged.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect((await raw(signPath(URL_KEY, '/thing/1', past), { headers: bearer })).status).toBe(200);
  });

  it('answers a whole URL as target, and believes its host', async () => {
    await open();
    expect(JSON.parse((await raw(`${service!.url}/thing/1`, { headers: { ...bearer, Host: 'anything' } })).body)).toEqual({ id: '1' });
    expect((await raw('http://evil.example/thing/1', { headers: bearer })).status).toBe(403);
  });

  it.each([
    ['no HTTP', 'HELLO\r\n\r\n', 400],
    ['too many headers', `GET /thing/1 HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answers %s like any other mistake, as JSON', async (_, text, status) => {
    await open();
    const answer = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(service!.port, '127.0.0.1', () => socket.write(text));
      socket.setEncoding('utf8').on('data', (piece: string) => (received += piece)).on('close', () => resolve(received)).on('error', reject);
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ code: 'bad_request', detail: expect.stringMatching(/./) as string });
  });

  it('refuses a Host that is no loopback name and a foreign Origin, also with authentication off', async () => {
    await open({ authentication: 'off' });
    expect((await raw('/thing/1', { headers: { Host: 'evil.example' } })).status).toBe(403);
    expect((await raw('/thing/1', { headers: { Origin: 'http://evil.example' } })).status).toBe(403);
    expect((await raw('/thing/1', { headers: { Origin: service!.url } })).status).toBe(200);
    expect((await raw('/thing/1', { headers: { Host: `localhost:${service!.port}` } })).status).toBe(200);
  });

  it('opens a signed read to any origin until it expires, and only the signed path', async () => {
    await open();
    const soon = Math.floor(Date.now() / 1000) + 60;
    const signed = await raw(signPath(URL_KEY, '/thing/1', soon), { headers: { Origin: 'http://page.example' } });
    expect(signed.status).toBe(200);
    expect(signed.headers['access-control-allow-origin']).toBe('*');
    expect((await raw(signPath(URL_KEY, '/thing/1', soon), { method: 'HEAD' })).status).toBe(200);
    expect((await raw(signPath(URL_KEY, '/thing/1', soon - 120))).status).toBe(401);
    expect((await raw(signPath(URL_KEY, '/thing/1', soon).replace('/thing/1', '/thing/2'))).status).toBe(401);
    expect((await raw(signPath(URL_KEY, '/fail', soon))).status).toBe(401);
  });

  it('answers a preflight for signed reads and refuses one for anything else', async () => {
    await open();
    const allowed = await raw('/thing/1', { method: 'OPTIONS', headers: { Origin: 'http://page.example' } });
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-methods']).toBe('GET, HEAD');
    expect((await raw('/json', { method: 'OPTIONS', headers: { Origin: 'http://page.example' } })).status).toBe(403);
  });

  it('names the field of a body that fails its schema', async () => {
    await open();
    const answer = await raw('/json', { method: 'POST', headers: bearer, body: '{"title":"a","size":{"width":"x"}}' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).detail).toContain('"size.width"');
    expect((await raw('/json', { method: 'POST', headers: bearer, body: '{' })).status).toBe(400);
  });

  it('keeps an encoded slash inside its parameter and refuses broken encoding', async () => {
    await open();
    expect(JSON.parse((await raw('/thing/..%2Fetc', { headers: bearer })).body)).toEqual({ id: '../etc' });
    expect((await raw('/thing/%zz', { headers: bearer })).status).toBe(400);
    expect((await raw('/thing/../thing/1', { headers: bearer })).status).toBe(404);
    expect((await raw('/thing/1', { method: 'DELETE', headers: bearer })).status).toBe(405);
  });

  it('refuses a body over its limit before and while it is read, and reports one that ends early', async () => {
    await open();
    expect((await raw('/body', { method: 'PUT', headers: bearer, body: 'x'.repeat(1000) })).status).toBe(200);
    expect((await raw('/body', { method: 'PUT', headers: bearer, body: 'x'.repeat(1001) })).status).toBe(413);
    expect((await raw('/body', { method: 'PUT', headers: { ...bearer, 'Transfer-Encoding': 'chunked' }, body: 'x'.repeat(5000) })).status).toBe(413);
    const cut = await new Promise<string>((resolve, reject) => {
      const socket = connect(service!.port, '127.0.0.1');
      let text = '';
      socket.setEncoding('utf8').on('data', (piece: string) => (text += piece)).on('close', () => resolve(text)).on('error', reject);
      socket.end(`PUT /body HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${SECRET}\r\nContent-Length: 10\r\n\r\nabc`);
    });
    expect(cut === '' || cut.startsWith('HTTP/1.1 400')).toBe(true);
  });

  it('gives the go-ahead of Expect: 100-continue only to a request it will read', async () => {
    await open();
    const talk = (authorization: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(service!.port, '127.0.0.1');
        let text = '';
        socket.setEncoding('utf8').on('error', reject).on('close', () => resolve(text)).on('data', (piece: string) => {
          text += piece;
          if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('abc');
          if (text.includes('HTTP/1.1 200') || text.includes('HTTP/1.1 401')) socket.end();
        });
        socket.write(`PUT /body HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`);
      });
    expect(await talk(`Bearer ${SECRET}`)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
    expect(await talk('Bearer wrong')).toMatch(/^HTTP\/1\.1 401/);
  });

  it('cuts a socket that stands still and not one that makes progress', async () => {
    await open({ idleMsMax: 300 });
    const trickle = (pauseMs: number): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(service!.port, '127.0.0.1');
        let text = '';
        let sent = 0;
        socket.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          if (text.includes('{"bytes":8}')) socket.end();
        }).on('error', () => {}).on('close', () => resolve(text));
        socket.write(`PUT /body HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${SECRET}\r\nContent-Length: 8\r\n\r\n`);
        const timer = setInterval(() => {
          socket.write('x');
          if (++sent === 8) clearInterval(timer);
        }, pauseMs);
        socket.once('close', () => clearInterval(timer));
      });
    expect(await trickle(60)).toContain('{"bytes":8}');
    expect(await trickle(2_000)).not.toContain('{"bytes":8}');
  });

  it('exposes its requests as Prometheus metrics', async () => {
    await open();
    await raw('/thing/1', { headers: bearer });
    const { body } = await raw('/metrics', { headers: bearer });
    expect(body).toContain('vstack_http_requests_total{method="GET",route="/thing/:id",status="200"} 1');
    expect(body).toContain('vstack_http_request_duration_seconds_count{route="/thing/:id"} 1');
  });

  it('says which port is taken', async () => {
    await open();
    const second = createHttpService({ routes, port: service!.port, log: silentLogger(), authentication: 'on', secret: SECRET, wallMs: Date.now });
    await expect(second).rejects.toMatchObject({ code: 'port_in_use', details: { port: service!.port } });
  });
});

describe('the HTTP client', () => {
  it('rebuilds the error of its peer with code and details', async () => {
    await open();
    const client = createHttpClient({ secret: SECRET });
    await expect(client.request(`${service!.url}/fail`)).rejects.toMatchObject({ code: 'disk_full', message: 'The disk is full.', details: { percent: 96, status: 507 } });
    expect(await client.json(`${service!.url}/body`, { method: 'PUT', body: [Buffer.from('ab'), Buffer.from('c')] })).toEqual({ bytes: 3 });
    client.close();
  });

  it('reaches a peer that restarted on its port, however many pooled sockets its death left behind', async () => {
    await open();
    const client = createHttpClient({ secret: SECRET });
    const { port, url } = service!;
    await Promise.all(Array.from({ length: 8 }, async () => (await client.request(`${url}/thing/1`)).bytes()));
    service!.server.closeAllConnections();
    await service!.close(0);
    service = await createHttpService({ routes, port, log: silentLogger(), authentication: 'on', secret: SECRET, wallMs: Date.now });
    expect(await client.json(`${url}/thing/1`)).toEqual({ id: '1' });
    client.close();
  });

  it('counts what it exchanges, and the service counts the same of a peer that it knows by name, on open and on closed sockets', async () => {
    const { url, peerBytes } = await open({ countedPeers: ['known'] });
    const known = createHttpClient({ secret: SECRET, agentName: 'known' });
    const other = createHttpClient({ secret: SECRET });
    const body = Buffer.alloc(900);
    for (const client of [known, known, other]) expect(await client.json(`${url}/body`, { method: 'PUT', body })).toEqual({ bytes: 900 });
    expect(known.trafficBytes()).toBeGreaterThan(1_800);
    expect(peerBytes('known')).toBe(known.trafficBytes());
    expect(peerBytes('stranger')).toBe(0);
    const exchangedBytes = known.trafficBytes();
    known.close();
    other.close();
    await expect.poll(() => [known.trafficBytes(), peerBytes('known')]).toEqual([exchangedBytes, exchangedBytes]);
  });

  it('reports a peer that is not there as unavailable', async () => {
    await open();
    const { url } = service!;
    await service!.close(0);
    const client = createHttpClient();
    await expect(client.request(`${url}/thing/1`)).rejects.toMatchObject({ code: 'unavailable' });
    client.close();
  });
});
