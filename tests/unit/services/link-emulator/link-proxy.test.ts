import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type LinkSettings, normalLink } from '../../../../runtime/contract/link.ts';
import { createRandom, drawShare } from '../../../../runtime/core/random.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { listenTcp } from '../../../../runtime/platform/net/tcp.ts';
import { openLinkProxy } from '../../../../runtime/services/link-emulator/link-proxy.ts';
import { createWaker } from '../../../../runtime/services/link-emulator/waker.ts';
import { eventually, type LinkRig, quietly, type RigOptions, startLinkRig, startServer } from '../../../fixtures/link-rig.ts';
import { bothWays, linkWith } from '../../../fixtures/virtual-link.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let rig: LinkRig;
const start = async (options: RigOptions = {}): Promise<LinkRig> => (rig = await startLinkRig(options));
afterEach(() => rig.close());

/** Writes all of it, no faster than the socket takes it. */
const writeAll = async (socket: Socket, bytes: Buffer): Promise<void> => {
  for (let at = 0; at < bytes.length; at += 64 * KIB) if (!socket.write(bytes.subarray(at, at + 64 * KIB))) await once(socket, 'drain');
};

describe('bytes', () => {
  it('go both ways, unchanged', async () => {
    await start();
    const { client, node } = await rig.pair();
    const [up, down] = [randomBytes(3 * MIB), randomBytes(5 * MIB)];
    await Promise.all([writeAll(client.socket, up), writeAll(node.socket, down)]);
    expect(sha256(await node.until(up.length))).toBe(sha256(up));
    expect(sha256(await client.until(down.length))).toBe(sha256(down));
    expect(rig.link.counters()).toMatchObject({ bytesToNode: up.length, bytesToClient: down.length, heldBytes: 0, connectionCount: 1, connectionCountTotal: 1 });
  });

  it('come through losses, jitter, rates and partitions that change all the while, unchanged', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.info(`seed ${seed}`);
    await start({ seed });
    const random = createRandom(seed);
    const draw = (max: number): number => drawShare(random) * max;
    const drawSettings = (): LinkSettings => {
      const direction = () => ({ latencyMs: draw(4), jitterMs: draw(3), bitsPerSecond: draw(1) < 0.3 ? null : 2e6 + draw(98e6), loss: { model: 'bernoulli' as const, share: draw(1) < 0.5 ? 0 : draw(0.05) } });
      return { ...normalLink, toNode: direction(), toClient: direction(), partition: draw(1) < 0.1 ? 'both' : 'none' };
    };
    const conversations = await Promise.all(Array.from({ length: 4 }, () => rig.pair()));
    let isOver = false;
    const editing = (async () => {
      while (!isOver) {
        rig.link.set(drawSettings());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    await Promise.all(
      conversations.map(async ({ client, node }) => {
        const [up, down] = [randomBytes(MIB), randomBytes(2 * MIB)];
        await Promise.all([writeAll(client.socket, up), writeAll(node.socket, down)]);
        expect(sha256(await node.until(up.length))).toBe(sha256(up));
        expect(sha256(await client.until(down.length))).toBe(sha256(down));
      }),
    );
    isOver = true;
    await editing;
    expect(rig.link.counters()).toMatchObject({ heldBytes: 0, connectionCount: 4, resetCountTotal: 0 });
  });

  it('come through a thousand edits without a dropped connection', async () => {
    await start({ onSocket: (socket) => void socket.pipe(socket) });
    const clients = await Promise.all(Array.from({ length: 5 }, () => rig.connect()));
    let echoedBytes = 0;
    for (let edit = 0; edit < 1_000; edit += 1) {
      rig.link.set(bothWays({ latencyMs: edit % 3, bitsPerSecond: edit % 5 === 0 ? null : 1e6 * (1 + (edit % 40)) }));
      for (const { socket } of clients) socket.write(`${edit};`);
      echoedBytes += `${edit};`.length;
      if (edit % 50 === 0) await Promise.all(clients.map((client) => client.until(echoedBytes)));
    }
    const expected = Array.from({ length: 1_000 }, (_, edit) => `${edit};`).join('');
    for (const client of clients) expect((await client.until(echoedBytes)).toString()).toBe(expected);
    expect(rig.link.counters()).toMatchObject({ connectionCount: 5, connectionCountTotal: 5, resetCountTotal: 0 });
  });
});

describe('delay', () => {
  it('is what the clock says, and an edit reaches bytes that are under way', async () => {
    const clock = createManualClock();
    await start({ clock });
    const { client, node } = await rig.pair();
    rig.link.set(bothWays({ latencyMs: 40 }));
    client.socket.write('ping');
    await eventually(() => rig.link.counters().heldBytes === 4);
    clock.advance(39);
    await quietly();
    expect(node.received().length).toBe(0);
    clock.advance(1);
    expect((await node.until(4)).toString()).toBe('ping');
    node.socket.write('pong');
    await eventually(() => rig.link.counters().heldBytes === 4);
    clock.advance(20);
    rig.link.set(bothWays({ latencyMs: 20 }));
    expect((await client.until(4)).toString()).toBe('pong');
    expect(rig.link.counters()).toMatchObject({ delayMsTotal: 60, delayedCountTotal: 2 });
  });
});

describe('a partition', () => {
  it('holds bytes and keeps sockets; when it heals, everything goes on', async () => {
    await start();
    const { client, node } = await rig.pair();
    rig.link.set(linkWith({ partition: 'to-client' }));
    client.socket.write('question');
    expect((await node.until(8)).toString()).toBe('question');
    node.socket.write('answer');
    await eventually(() => rig.link.counters().heldBytes === 6);
    await quietly();
    expect(client.received().length).toBe(0);
    rig.link.set(normalLink);
    expect((await client.until(6)).toString()).toBe('answer');
    expect(client.socket.destroyed || node.socket.destroyed).toBe(false);
  });

  it('hides the end of a connection until it heals', async () => {
    await start();
    const { client, node } = await rig.pair();
    rig.link.set(linkWith({ partition: 'both' }));
    node.socket.resetAndDestroy();
    await quietly();
    expect(client.socket.destroyed).toBe(false);
    rig.link.set(normalLink);
    expect(await client.closed).toBe('ECONNRESET');
  });
});

describe('the end of a connection', () => {
  it('is passed on for one way, while the other goes on', async () => {
    await start();
    const { client, node } = await rig.pair();
    client.socket.end('all I have to say');
    await node.ended;
    expect(node.received().toString()).toBe('all I have to say');
    node.socket.end('and the answer');
    await client.ended;
    expect(client.received().toString()).toBe('and the answer');
    expect([await client.closed, await node.closed]).toEqual([undefined, undefined]);
    await eventually(() => rig.link.counters().connectionCount === 0);
  });

  it('comes behind all bytes, however slow the link is', async () => {
    await start({ settings: bothWays({ latencyMs: 2, bitsPerSecond: 4e6 }) });
    const { client, node } = await rig.pair();
    const bytes = randomBytes(300 * KIB);
    node.socket.end(bytes);
    await client.ended;
    expect(sha256(client.received())).toBe(sha256(bytes));
  });

  it('is passed on as late as a slow close wants', async () => {
    const clock = createManualClock();
    await start({ clock, settings: linkWith({ slowCloseMs: 5_000 }) });
    const { client, node } = await rig.pair();
    node.socket.end('bye');
    expect((await client.until(3)).toString()).toBe('bye');
    let hasEnded = false;
    void client.ended.then(() => (hasEnded = true));
    clock.advance(4_999);
    await quietly();
    expect(hasEnded).toBe(false);
    clock.advance(1);
    await client.ended;
  });

  it.each(['client', 'node'] as const)('by a reset of the %s is a reset for the other side', async (who) => {
    await start();
    const pair = await rig.pair();
    const other = who === 'client' ? pair.node : pair.client;
    pair[who].socket.resetAndDestroy();
    expect(await other.closed).toBe('ECONNRESET');
    await eventually(() => rig.link.counters().connectionCount === 0);
    expect(rig.link.counters().resetCountTotal).toBe(0);
  });

  it('by a reset comes behind the bytes before it; only those that the receiver had not read yet may go with it, as with any TCP', async () => {
    await start({ settings: bothWays({ bitsPerSecond: 8e6 }) });
    const { client, node } = await rig.pair();
    const bytes = randomBytes(200 * KIB);
    node.socket.write(bytes);
    await eventually(() => rig.link.counters().bytesToClient + rig.link.counters().heldBytes === bytes.length);
    node.socket.resetAndDestroy();
    expect(await client.closed).toBe('ECONNRESET');
    expect(rig.link.counters().bytesToClient).toBe(bytes.length);
    expect(bytes.subarray(0, client.received().length).equals(client.received())).toBe(true);
  });
});

describe('a link that fails', () => {
  it('resets new connections at once, without the node hearing of them, and open ones', async () => {
    await start();
    const { client, node } = await rig.pair();
    rig.link.set(linkWith({ isFailed: true }));
    expect([await client.closed, await node.closed]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await (await rig.connect()).closed).toBe('ECONNRESET');
    expect(rig.server.acceptedCount).toBe(1);
    expect(rig.link.counters()).toMatchObject({ connectionCount: 0, connectionCountTotal: 2, resetCountTotal: 2 });
    rig.link.set(normalLink);
    const again = await rig.pair();
    again.client.socket.write('well again');
    expect((await again.node.until(10)).toString()).toBe('well again');
  });

  it('by a draw resets a connection in the middle of its life', async () => {
    await start({ settings: linkWith({ resetShare: 1 }), onSocket: (socket) => void writeAll(socket, randomBytes(4 * MIB)).catch(() => {}) });
    const client = await rig.connect();
    expect(await client.closed).toBe('ECONNRESET');
    expect(client.received().length).toBeLessThan(4 * MIB);
    expect(rig.link.counters().resetCountTotal).toBe(1);
  });
});

describe('a node', () => {
  it('that is not known yet is a refused connection; once it is known, clients reach it', async () => {
    await start();
    rig.link.setTarget(null);
    expect(await (await rig.connect()).closed).toBe('ECONNRESET');
    expect(rig.link.counters()).toMatchObject({ connectionCountTotal: 1, resetCountTotal: 1 });
    rig.link.setTarget({ host: '127.0.0.1', port: rig.server.port });
    await rig.pair();
  });

  it('that is gone is a reset', async () => {
    await start();
    const gone = await startServer();
    await gone.close();
    rig.link.setTarget({ host: '127.0.0.1', port: gone.port });
    expect(await (await rig.connect()).closed).toBe('ECONNRESET');
    await eventually(() => rig.link.counters().connectionCount === 0);
  });

  it('that came back at another address serves new connections, while open ones stay with the old', async () => {
    await start();
    const { client, node } = await rig.pair();
    const other = await startServer();
    try {
      rig.link.setTarget({ host: '127.0.0.1', port: other.port });
      const second = await rig.connect();
      const onOther = await other.accept();
      second.socket.write('to the new one');
      client.socket.write('to the old one');
      expect((await onOther.until(14)).toString()).toBe('to the new one');
      expect((await node.until(14)).toString()).toBe('to the old one');
    } finally {
      await other.close();
    }
  });
});

describe('back-pressure', () => {
  /** Writes until the socket takes no more for a while; returns how much it took in all. */
  const fillUp = async (socket: Socket, piece: Buffer): Promise<number> => {
    let takenBytes = -1;
    for (;;) {
      while (socket.writableLength < 4 * piece.length) socket.write(piece);
      await quietly();
      const nowTakenBytes = socket.bytesWritten - socket.writableLength;
      if (nowTakenBytes === takenBytes) return takenBytes;
      takenBytes = nowTakenBytes;
    }
  };

  it('stops a sender whose bytes are held, and lets it go on', async () => {
    await start();
    const { client, node } = await rig.pair();
    rig.link.set(linkWith({ partition: 'to-client' }));
    const piece = Buffer.alloc(256 * KIB, 'held');
    await fillUp(node.socket, piece);
    // What may be held, and one read of 64 KiB on top of it.
    expect(rig.link.counters().heldBytes).toBeLessThanOrEqual(256 * KIB + 64 * KIB);
    rig.link.set(normalLink);
    const total = node.socket.bytesWritten;
    expect((await client.until(total)).equals(Buffer.alloc(total, 'held'))).toBe(true);
  });

  it('stops a sender whose receiver does not read, and loses nothing of it', async () => {
    await start();
    const { client, node } = await rig.pair();
    client.socket.pause();
    const piece = Buffer.alloc(256 * KIB, 'unread');
    await fillUp(node.socket, piece);
    expect(rig.link.counters().heldBytes).toBeLessThanOrEqual(256 * KIB + 64 * KIB);
    client.socket.resume();
    const total = node.socket.bytesWritten;
    const expected = createHash('sha256');
    for (let at = 0; at < total; at += piece.length) expected.update(piece.subarray(0, Math.min(piece.length, total - at)));
    expect(sha256(await client.until(total))).toBe(expected.digest('hex'));
  });
});

describe('many connections', () => {
  it('come and go, each with its own bytes', async () => {
    await start({ settings: bothWays({ latencyMs: 1, jitterMs: 1 }), onSocket: (socket) => void socket.pipe(socket) });
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const client = await rig.connect();
        const bytes = randomBytes(10 * KIB + index);
        client.socket.end(bytes);
        await client.ended;
        expect(sha256(client.received())).toBe(sha256(bytes));
      }),
    );
    await eventually(() => rig.link.counters().connectionCount === 0);
    expect(rig.link.counters()).toMatchObject({ connectionCountTotal: 100, resetCountTotal: 0, heldBytes: 0 });
  });
});

describe('a link that is closed', () => {
  it('resets its connections and gives its port back', async () => {
    await start({ settings: linkWith({ partition: 'both' }) });
    const { client } = await rig.pair();
    await rig.link.close();
    expect(await client.closed).toBe('ECONNRESET');
    const again = await listenTcp({ host: '127.0.0.1', port: rig.link.port, onSocket: () => {} });
    expect(again.port).toBe(rig.link.port);
    await again.close();
  });

  it('cannot be opened where somebody else listens, and says so', async () => {
    await start();
    const clock = createManualClock();
    const spec = { nodeId: 'node-2', port: rig.link.port, target: null, settings: normalLink };
    await expect(openLinkProxy({ spec, host: '127.0.0.1', seed: 1, clock, waker: createWaker(clock) })).rejects.toMatchObject({ code: 'port_in_use', details: { port: rig.link.port } });
  });
});
