/**
 * A storage node as its clients meet it: it reads a request, takes a moment, and answers with as many bytes as were asked for. What it sends
 * stands for zeros. It can die (connections are reset, new ones refused) or freeze (connections stay open and silent), as a process can.
 */
import type { Clock } from '../../../platform/clock.ts';

/** From the last byte of a request to the first of its answer, as a node on this machine takes it. */
export const SERVICE_MS = 1;
/** A request with its signed URL, and the head of an answer, as they are on the wire. */
export const REQUEST_BYTES = 480;
export const HEAD_BYTES = 360;
/** Written to a socket at once. */
const PIECE_BYTES = 64 * 1024;

/** The node's end of a connection. */
export interface NodeSocket {
  /** Bytes that it takes before the sender has to wait; not positive: none. */
  roomBytes(): number;
  send(sizeBytes: number): void;
}

export interface NodeConnection {
  /** So many bytes of requests have arrived. */
  receive(sizeBytes: number): void;
  /** What the next request asks for, the answer's head aside. */
  expect(bodyBytes: number): void;
  /** There may be room again. */
  drain(): void;
  close(): void;
}

export interface VirtualNode {
  readonly state: 'up' | 'dead' | 'frozen';
  /** Null: nobody listens. `reset` is called if the node dies. */
  accept(socket: NodeSocket, reset: () => void): NodeConnection | null;
  kill(): void;
  freeze(): void;
}

export const createVirtualNode = (clock: Clock): VirtualNode => {
  let state: VirtualNode['state'] = 'up';
  const connections = new Map<NodeConnection, () => void>();

  const accept: VirtualNode['accept'] = (socket, reset) => {
    if (state === 'dead') return null;
    let receivedBytes = 0;
    /** Left to write. */
    let leftBytes = 0;
    const expected: number[] = [];
    const write = (): void => {
      while (state === 'up' && leftBytes > 0 && connections.has(connection)) {
        const roomBytes = socket.roomBytes();
        if (roomBytes <= 0) return;
        const sizeBytes = Math.min(leftBytes, PIECE_BYTES, roomBytes);
        leftBytes -= sizeBytes;
        socket.send(sizeBytes);
      }
    };
    const connection: NodeConnection = {
      expect: (bodyBytes) => void expected.push(bodyBytes),
      receive(sizeBytes) {
        receivedBytes += sizeBytes;
        while (receivedBytes >= REQUEST_BYTES && expected.length > 0) {
          receivedBytes -= REQUEST_BYTES;
          const answerBytes = HEAD_BYTES + expected.shift()!;
          clock.after(SERVICE_MS, () => {
            leftBytes += answerBytes;
            write();
          });
        }
      },
      drain: write,
      close: () => void connections.delete(connection),
    };
    connections.set(connection, reset);
    return connection;
  };

  return {
    get state() { return state; },
    accept,
    kill() {
      state = 'dead';
      for (const reset of [...connections.values()]) reset();
      connections.clear();
    },
    freeze() {
      state = 'frozen';
    },
  };
};
