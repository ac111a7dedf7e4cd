import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTcp, listenTcp, type TcpListener, type TcpSocket } from '../../../../runtime/platform/net/tcp.ts';

const HOST = '127.0.0.1';
const opened: { listeners: TcpListener[]; sockets: TcpSocket[] } = { listeners: [], sockets: [] };
const listen = async (onSocket: (socket: TcpSocket) => void = () => {}, port = 0): Promise<TcpListener> => {
  const listener = await listenTcp({
    host: HOST,
    port,
    onSocket(socket) {
      opened.sockets.push(socket);
      onSocket(socket);
    },
  });
  opened.listeners.push(listener);
  return listener;
};
const connect = (port: number): TcpSocket => {
  const socket = connectTcp(HOST, port);
  opened.sockets.push(socket);
  return socket;
};
afterEach(async () => {
  for (const socket of opened.sockets.splice(0)) socket.destroy();
  for (const listener of opened.listeners.splice(0)) await listener.close();
});

describe('a TCP listener', () => {
  it('names the port that is taken', async () => {
    const { port } = await listen();
    await expect(listen(undefined, port)).rejects.toMatchObject({ code: 'port_in_use', details: { port } });
  });

  it('says why else it cannot listen', async () => {
    // An address of documentation (RFC 5737), which no machine has.
    await expect(listenTcp({ host: '203.0.113.1', port: 0, onSocket: () => {} })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('gives its port back when it is closed', async () => {
    const first = await listen();
    await first.close();
    expect((await listen(undefined, first.port)).port).toBe(first.port);
  });
});

describe('a TCP socket', () => {
  it('whose peer ended its way can still send', async () => {
    const { port } = await listen((socket) => {
      socket.resume();
      socket.once('end', () => socket.end('still here'));
    });
    const socket = connect(port);
    socket.end('that was all');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('still here');
  });

  it('takes what is written before it is connected', async () => {
    const received = new Promise<string>((resolve) => void listen((socket) => socket.once('data', (bytes: Buffer) => resolve(bytes.toString()))).then(({ port }) => connect(port).write('early')));
    expect(await received).toBe('early');
  });

  it('closes with an error when nobody listens, which ends no process', async () => {
    const listener = await listen();
    await listener.close();
    const socket = connect(listener.port);
    const hasFailed = await new Promise((resolve) => socket.once('close', resolve));
    expect(hasFailed).toBe(true);
  });

  it('closes with an error when its peer resets it', async () => {
    const { port } = await listen((socket) => void socket.resetAndDestroy());
    const socket = connect(port);
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(true);
  });
});
