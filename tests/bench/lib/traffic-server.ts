/**
 * A TCP server in a process of its own, as the far end of benchmarks of the network. A client's first line says what it wants:
 *   echo          every byte comes back
 *   wait <ms>     every message comes back after two timers of half the time each: what timers alone do on this machine
 *   send <bytes>  so many bytes, then the SHA-256 of them as 64 hex digits, then the end
 *   stream        bytes until the client ends its way, then the same
 * Every 64 KiB begin with a count, so that pieces that changed places change the hash.
 */
import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const PIECE_BYTES = 64 * 1024;

/** Or closed: whoever waits looks. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });

const send = async (socket: Socket, sizeBytes: number, isOver: () => boolean): Promise<void> => {
  const hash = createHash('sha256');
  const noise = randomBytes(PIECE_BYTES);
  let leftBytes = sizeBytes;
  for (let count = 0; leftBytes > 0 && !isOver() && !socket.destroyed; count += 1) {
    // A copy: the socket may still hold the one before.
    const piece = Buffer.from(noise);
    piece.writeDoubleBE(count);
    const sent = piece.subarray(0, Math.min(leftBytes, PIECE_BYTES));
    leftBytes -= sent.length;
    hash.update(sent);
    if (!socket.write(sent)) await drained(socket);
  }
  socket.end(hash.digest('hex'));
};

const serve = (socket: Socket): void => {
  let isEnded = false;
  socket.on('error', () => {}); // The client went away; that is its way to end a measurement.
  socket.on('end', () => (isEnded = true));
  socket.once('data', (first: Buffer) => {
    const lineEnd = first.indexOf('\n');
    const [wish, count] = first.subarray(0, lineEnd).toString().split(' ');
    if (wish === 'echo') {
      socket.write(first.subarray(lineEnd + 1));
      socket.pipe(socket);
    } else if (wish === 'wait') {
      const halfMs = Number(count) / 2;
      socket.on('data', (message: Buffer) => void setTimeout(() => setTimeout(() => socket.write(message), halfMs), halfMs));
      if (first.length > lineEnd + 1) socket.emit('data', first.subarray(lineEnd + 1));
    } else {
      socket.resume();
      void send(socket, wish === 'send' ? Number(count) : Infinity, () => isEnded);
    }
  });
};

export interface TrafficServer {
  port: number;
  stop(): void;
}

export const startTrafficServer = async (): Promise<TrafficServer> => {
  const child = fork(fileURLToPath(import.meta.url), [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const [port] = (await once(child, 'message')) as [number];
  return { port, stop: () => void child.kill() };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve).listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}
