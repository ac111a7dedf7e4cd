import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { closeFetchConnections } from '../../../../runtime/platform/http/fetch-connections.ts';

it('closes the connections that fetch keeps, so that the next request connects anew', async () => {
  let connectionCount = 0;
  const open = new Set<unknown>();
  const server = createServer((_request, response) => response.end('x'));
  server.on('connection', (socket) => {
    connectionCount++;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const get = async (): Promise<string> => (await fetch(url)).text();
  try {
    expect(await get()).toBe('x');
    const before = connectionCount;
    await closeFetchConnections();
    await new Promise<void>((resolve) => {
      const look = (): void => void (open.size === 0 ? resolve() : setTimeout(look, 1));
      look();
    });
    expect(await get()).toBe('x');
    expect(connectionCount).toBe(before + 1);
    await closeFetchConnections();
    await closeFetchConnections();
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
