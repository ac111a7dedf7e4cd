import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { PING_EVERY_MS, pingNode, startPings } from '../../../runtime/client/node-pings.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { scriptedTransport } from '../../fixtures/scripted-transport.ts';

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

test('go to every node at once and then at their pace, but never twice at once to the same', () => {
  const clock = createManualClock();
  const transport = scriptedTransport(() => new Uint8Array());
  const told: [string, number | null][] = [];
  const slow: ((tookMs: number | null) => void)[] = [];
  const stop = startPings({
    nodeIds: () => ['node-1', 'node-2'],
    clock,
    onPing: (...ping) => told.push(ping),
    ping: (nodeId, onAnswer) => {
      const end = transport.ping(nodeId, onAnswer);
      if (nodeId === 'node-1') slow.push(onAnswer);
      else clock.after(1, () => onAnswer(null));
      return end;
    },
  });
  clock.advance(PING_EVERY_MS);
  expect(transport.pinged).toEqual(['node-1', 'node-2', 'node-2']);
  slow[0]!(7);
  clock.advance(PING_EVERY_MS);
  expect(transport.pinged.filter((nodeId) => nodeId === 'node-1')).toHaveLength(2);
  expect(told).toContainEqual(['node-1', 7]);
  stop();
});

test('end with what started them, and tell nothing afterwards', () => {
  const clock = createManualClock();
  const transport = scriptedTransport(() => new Uint8Array());
  const told: unknown[] = [];
  const stop = startPings({ nodeIds: () => ['node-1'], clock, ping: transport.ping, onPing: (nodeId) => told.push(nodeId) });
  stop();
  transport.answerPings(1);
  clock.advance(3 * PING_EVERY_MS);
  expect([told, transport.pinged]).toEqual([[], ['node-1']]);
});
