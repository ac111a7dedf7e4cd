import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PING_EVERY_MS, pingNode, pingTargetsOf, startPings } from '../../../runtime/client/node-pings.ts';
import { makeManifest } from '../../fixtures/manifest.ts';

describe('pingNode', () => {
  let server: Server | undefined;
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await new Promise((resolve) => server!.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping?sig=1`;
  };
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });
  const never = new AbortController().signal;

  test('tells how long a HEAD request took', async () => {
    const methods: string[] = [];
    const url = await serve((request, response) => (methods.push(request.method!), response.end()));
    expect(await pingNode(url, never)).toBeGreaterThanOrEqual(0);
    expect(methods).toEqual(['HEAD']);
  });
  test.each([
    ['answers an error', (_: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(503).end()],
    ['cuts the line', (request: Parameters<RequestListener>[0]) => void request.socket.destroy()],
  ])('knows nothing of a node that %s', async (_, listener) => {
    expect(await pingNode(await serve(listener), never)).toBeNull();
  });
});

test('each node is pinged at one address that has not expired', () => {
  const manifest = makeManifest({ expiresUnix: 100 });
  expect(pingTargetsOf(manifest, 99_000).map((target) => target.nodeId)).toEqual(['node-1', 'node-2', 'node-3']);
  expect(pingTargetsOf(manifest, 99_000)[0]!.url).toBe('http://127.0.0.1:1/ping');
  expect(pingTargetsOf(manifest, 100_000)).toEqual([]);
});

describe('pings', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const target = (nodeId: string) => ({ nodeId, url: `http://${nodeId}/` });

  test('go to every node at once and then at their pace, but never twice at once to the same', async () => {
    const slow = Promise.withResolvers<number>();
    const asked: string[] = [];
    const told: [string, number | null][] = [];
    const stop = startPings({
      targets: () => [target('node-1'), target('node-2')],
      onPing: (...ping) => told.push(ping),
      ping: (url) => (asked.push(url), url.includes('node-1') ? slow.promise : Promise.resolve(null)),
    });
    await vi.advanceTimersByTimeAsync(PING_EVERY_MS);
    expect(asked).toEqual(['http://node-1/', 'http://node-2/', 'http://node-2/']);
    slow.resolve(7);
    await vi.advanceTimersByTimeAsync(PING_EVERY_MS);
    expect(asked.filter((url) => url.includes('node-1'))).toHaveLength(2);
    expect(told).toContainEqual(['node-1', 7]);
    stop();
  });

  test('end with what started them, and tell nothing afterwards', async () => {
    const answer = Promise.withResolvers<number>();
    const told: unknown[] = [];
    let signal: AbortSignal | undefined;
    const stop = startPings({ targets: () => [target('node-1')], onPing: (nodeId) => told.push(nodeId), ping: (_, given) => ((signal = given), answer.promise) });
    stop();
    answer.resolve(1);
    await vi.advanceTimersByTimeAsync(3 * PING_EVERY_MS);
    expect([told, signal!.aborted]).toEqual([[], true]);
  });
});
