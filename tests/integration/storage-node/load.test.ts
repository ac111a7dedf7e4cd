import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../../runtime/contract/units.ts';
import { sha256Hex } from '../../../runtime/platform/crypto.ts';
import { randomBytesOf, SECRET, startTestNode, type TestNode } from '../../fixtures/storage-node.ts';

let test: TestNode;
const chunk = randomBytesOf(2 * MIB);
const large = randomBytesOf(8 * MIB);

beforeAll(async () => {
  test = await startTestNode();
  expect((await test.put('chunk', chunk)).status).toBe(201);
  expect((await test.put('large', large)).status).toBe(201);
});
afterAll(() => test.close());

const header = `Host: localhost\r\nAuthorization: Bearer ${SECRET}\r\n`;
const dial = async (): Promise<Socket> => {
  const socket = connect(test.node.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {}); // A reset shows as a missing answer.
  return socket;
};
const bufferBytes = async (): Promise<Record<string, number>> => {
  const text = (await test.request('/metrics')).body.toString();
  return Object.fromEntries([...text.matchAll(/vstack_buffer_bytes\{use="(\w+)"\} (\d+)/g)].map(([, use, bytes]) => [use!, Number(bytes)]));
};
/** Reads an answer to its end at the given pace; resolves with the hash of its body. */
const readSlowly = (socket: Socket, bodyBytes: number, pieceBytes: number, pauseMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let head: Buffer = Buffer.alloc(0);
    let bodyAt = -1;
    let received = 0;
    const pull = (): void => {
      const piece = (socket.read(pieceBytes) ?? socket.read()) as Buffer | null;
      if (piece) {
        if (bodyAt < 0) {
          head = Buffer.concat([head, piece]);
          bodyAt = head.indexOf('\r\n\r\n');
          if (bodyAt >= 0) {
            pieces.push(head.subarray(bodyAt + 4));
            received = head.length - bodyAt - 4;
          }
        } else {
          pieces.push(piece);
          received += piece.length;
        }
        if (received >= bodyBytes) return resolve(sha256Hex(Buffer.concat(pieces)));
      }
      if (socket.destroyed) return reject(new Error(`The answer was cut after ${received} bytes.`));
      if (pauseMs > 0) setTimeout(pull, pauseMs);
      else setImmediate(pull);
    };
    pull();
  });

describe('many readers', () => {
  it('150 at once all get the right bytes, and reads stay within their memory', async () => {
    let peak = 0;
    const sampling = setInterval(() => (peak = Math.max(peak, test.node.store.health().bufferBytesInUse)), 1);
    const answers = await Promise.all(Array.from({ length: 150 }, () => test.request('/chunk/chunk')));
    clearInterval(sampling);
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.equals(chunk)).toBe(true);
    }
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThanOrEqual(64 * MIB);
    expect(await bufferBytes()).toEqual({ bodies: 0, reads: 0, slow_reads: 0 });
    expect(test.node.store.health().bufferBytesInUse).toBe(0);
  });

  it('that stand still hold almost nothing, keep their connection, do not stop others, and get the right bytes in the end', async () => {
    const sockets = await Promise.all(Array.from({ length: 24 }, dial));
    for (const socket of sockets) {
      socket.pause();
      socket.write(`GET /chunk/large HTTP/1.1\r\n${header}\r\n`);
    }
    // 24 × 8 MiB is six times the memory for reads: these are answered only if those that stand still give it back.
    for (let time = 0; time < 3; time += 1) expect((await test.request('/chunk/chunk')).body.equals(chunk)).toBe(true);
    let held = await bufferBytes();
    for (let look = 0; look < 600 && held.reads! > 8 * MIB; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      held = await bufferBytes();
    }
    expect(held.reads!).toBeLessThanOrEqual(8 * MIB);
    expect(sockets.every((socket) => !socket.destroyed)).toBe(true);
    const hashes = await Promise.all(sockets.map((socket) => readSlowly(socket, large.length, 256 * 1024, 0)));
    expect(new Set(hashes)).toEqual(new Set([sha256Hex(large)]));
    for (const socket of sockets) socket.destroy();
    expect((await test.request('/chunk/chunk')).status).toBe(200);
    expect(test.node.store.health().bufferBytesInUse).toBe(0);
  });

  it('that go away give everything back', async () => {
    const sockets = await Promise.all(Array.from({ length: 40 }, dial));
    for (const socket of sockets) socket.write(`GET /chunk/large HTTP/1.1\r\n${header}\r\n`);
    await Promise.all(sockets.slice(0, 5).map((socket) => once(socket, 'readable')));
    for (const socket of sockets) socket.destroy();
    for (let look = 0; look < 500 && Object.values(await bufferBytes()).some((bytes) => bytes > 0); look += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await bufferBytes()).toEqual({ bodies: 0, reads: 0, slow_reads: 0 });
  });
});

describe('slow writers', () => {
  it('hold no memory while they trickle, do not stop quick ones, and succeed in the end', async () => {
    const count = 40;
    const bodies = Array.from({ length: count }, (_, index) => large.with(0, index));
    const sockets = await Promise.all(bodies.map(dial));
    const answers = sockets.map(
      (socket) =>
        new Promise<string>((resolve) => {
          let text = '';
          socket.on('data', (piece: Buffer) => {
            text += piece.toString('latin1');
            if (text.includes('\r\n\r\n')) resolve(text);
          });
          socket.on('close', () => resolve(text));
        }),
    );
    for (const [index, socket] of sockets.entries()) {
      socket.write(`PUT /chunk/slow-${index} HTTP/1.1\r\n${header}Content-Length: ${large.length}\r\n\r\n`);
      socket.write(bodies[index]!.subarray(0, 100_000));
    }
    // 40 × 8 MiB is seven times the memory for bodies.
    expect((await test.put('quick', chunk)).status).toBe(201);
    let held = await bufferBytes();
    for (let look = 0; look < 1500 && held.bodies! > 0; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      held = await bufferBytes();
    }
    expect(held.bodies).toBe(0);
    for (const [index, socket] of sockets.entries()) socket.write(bodies[index]!.subarray(100_000));
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 201/);
    for (const socket of sockets) socket.destroy();
    expect((await test.request('/chunk/slow-7')).body.equals(bodies[7]!)).toBe(true);
    expect(await bufferBytes()).toMatchObject({ bodies: 0 });
  });

  it('that send a byte at a time are served like any other', async () => {
    const socket = await dial();
    socket.setNoDelay(true);
    socket.write(`PUT /chunk/drip HTTP/1.1\r\n${header}Content-Length: 300\r\n\r\n`);
    for (let index = 0; index < 300; index += 1) {
      socket.write('x');
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 201/);
    socket.destroy();
  });
});

describe('idle connections', () => {
  it('by the thousand cost little, are not cut, and can be used later', async () => {
    const before = process.memoryUsage.rss();
    const sockets: Socket[] = [];
    for (let batch = 0; batch < 10; batch += 1) sockets.push(...(await Promise.all(Array.from({ length: 100 }, dial))));
    expect((await test.request('/chunk/chunk')).body.equals(chunk)).toBe(true);
    // Both ends of each connection live in this process, and 50 KiB for both is far below what a buffer per connection would cost.
    expect(process.memoryUsage.rss() - before).toBeLessThan(sockets.length * 50 * 1024 + 64 * MIB);
    expect(sockets.every((socket) => !socket.destroyed)).toBe(true);
    const used = sockets[500]!;
    used.write(`HEAD /ping HTTP/1.1\r\n${header}\r\n`);
    const [answer] = (await once(used, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200/);
    for (const socket of sockets) socket.destroy();
  });
});
