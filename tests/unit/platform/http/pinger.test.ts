import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createPinger, type Pinger } from '../../../../runtime/platform/http/pinger.ts';

let server: Server;
let pinger: Pinger;
afterEach(async () => {
  pinger.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const serve = async (answer: (count: number, end: (status?: number) => void, socket: Socket) => void) => {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  server = createServer((request, response) => {
    sockets.add(request.socket);
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    // Without a length the connection could not stay open behind the answer to a HEAD.
    answer(asked.length, (status = 200) => response.writeHead(status, { 'Content-Length': 0 }).end(), request.socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  pinger = createPinger({ secret: 'hush' });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping`, sockets, asked };
};

it('measures over one connection, which stands already when it counts', async () => {
  const { url, sockets, asked } = await serve((_count, end) => end());
  for (let time = 0; time < 3; time++) expect(await pinger.ping(url, 5000)).toBeGreaterThan(0);
  expect(sockets.size).toBe(1);
  expect(asked).toEqual(Array.from({ length: 4 }, () => 'HEAD /ping Bearer hush'));
});

it('asks twice over a new connection, and counts what came over the one that stands', async () => {
  const { url, asked } = await serve((count, end) => void setTimeout(end, count === 1 ? 0 : 60));
  // Timers may ring a little early.
  expect(await pinger.ping(url, 10_000)).toBeGreaterThan(55);
  expect(asked).toHaveLength(2);
});

it('tells nothing of who does not answer in time, refuses, breaks off or is not there, and measures again afterwards', async () => {
  let how: 'silent' | 'refuse' | 'reset' | 'answer' = 'silent';
  const { url } = await serve((_count, end, socket) => {
    if (how === 'refuse') end(503);
    if (how === 'reset') socket.resetAndDestroy();
    if (how === 'answer') end();
  });
  for (const next of ['silent', 'refuse', 'reset'] as const) {
    how = next;
    expect([next, await pinger.ping(url, next === 'silent' ? 50 : 5000)]).toEqual([next, null]);
  }
  how = 'answer';
  expect(await pinger.ping(url, 5000)).toBeGreaterThan(0);
  // The connection is closed while nobody asks, as by a node that restarts.
  server.closeAllConnections();
  expect(await pinger.ping(url, 5000)).toBeGreaterThan(0);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await pinger.ping(url, 5000)).toBeNull();
});
