/** Bytes that went over sockets, as their operating system counts them: headers and bodies, both ways. */
import type { Socket } from 'node:net';

export interface SocketTraffic {
  /** Counts a socket from its beginning; one that is known already is not counted twice. */
  watch(socket: Socket): void;
  /** Sent and received by all watched sockets, those that are closed too. */
  bytes(): number;
}

const bytesOf = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;

export const createSocketTraffic = (): SocketTraffic => {
  const open = new Set<Socket>();
  let closedBytes = 0;
  return {
    watch(socket) {
      if (open.has(socket) || socket.destroyed) return;
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        closedBytes += bytesOf(socket);
      });
    },
    bytes: () => [...open].reduce((sum, socket) => sum + bytesOf(socket), closedBytes),
  };
};
