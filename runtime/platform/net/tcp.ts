/** Raw TCP: listening and connecting. Sockets are half-open by default: the end of one way says nothing about the other. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { VStackError } from '../../contract/errors.ts';

export type TcpSocket = Socket;

export interface TcpListener {
  port: number;
  /** Accepts nobody any more; resolves once the port is free. Sockets that were accepted are their owner's to close. */
  close(): Promise<void>;
}

export interface ListenOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Every socket has an 'error' listener that does nothing: what matters to its owner is that it closed. */
  onSocket(socket: TcpSocket): void;
}

/** Connections that wait to be accepted: a burst of a hundred players must not see a refusal. */
const BACKLOG = 1024;

/** Small messages leave at once: whoever wants them delayed does that himself. */
const prepare = (socket: TcpSocket): TcpSocket => {
  socket.setNoDelay(true);
  // Node ends the process for an error nobody listens to; 'close' follows each and tells that there was one.
  socket.on('error', () => {});
  return socket;
};

/** @throws VStackError port_in_use when the port is taken, unavailable when it cannot be bound for another reason */
export const listenTcp = ({ host, port, onSocket }: ListenOptions): Promise<TcpListener> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => onSocket(prepare(socket)));
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const text = isTaken ? `Port ${port} is taken by another program.` : `Cannot listen on port ${port}: ${cause.message}`;
      reject(new VStackError(isTaken ? 'port_in_use' : 'unavailable', text, { cause, details: { port } }));
    });
    server.listen({ host, port, backlog: BACKLOG }, () =>
      resolve({ port: (server.address() as AddressInfo).port, close: () => new Promise((closed) => server.close(() => closed())) }),
    );
  });

/** A socket that is connecting: what is written waits until it is connected. It closes with an error when nobody listens there. */
export const connectTcp = (host: string, port: number): TcpSocket => prepare(connect({ host, port, allowHalfOpen: true }));
