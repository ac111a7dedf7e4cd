/** WebSocket servers, wrapped once: text frames only, bounded in size, no compression (loopback is fast, and compression costs memory). */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { toErrorBody, VStackError } from '../contract/errors.ts';

/** One connection, as the code behind it sees it; small enough for a fake. */
export interface TextSocket {
  /** What was given to `send` and has not left the process yet. */
  readonly bufferedBytes: number;
  /** Calls back when the frame has left, or the socket has closed. */
  send(text: string, sent?: () => void): void;
  /** Says good-bye; a peer that does not answer is cut soon after. */
  close(code: number, reason: string): void;
  /** Cuts the connection at once. */
  terminate(): void;
  onText(callback: (text: string) => void): void;
  /** Called once, whoever closed. */
  onClose(callback: () => void): void;
}

export interface AcceptOptions {
  server: Server;
  path: string;
  /** Throws a VStackError to refuse the upgrade with that error's status. */
  admit(request: IncomingMessage): void;
  onSocket(socket: TextSocket): void;
  /** A larger frame closes its connection. @default 1 MiB */
  frameBytesMax?: number;
}

const FRAME_BYTES_MAX = 1024 * 1024;
const CLOSE_UNSUPPORTED_DATA = 1003;
/** A peer that does not answer a close frame within this time is gone or broken. */
const CLOSE_MS_MAX = 500;

const refuse = (socket: Duplex, error: VStackError): void => {
  const body = JSON.stringify(toErrorBody(error));
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};

const wrap = (socket: WebSocket): TextSocket => {
  // A broken frame or a reset: 'close' follows, and that is what the owner waits for.
  socket.on('error', () => {});
  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (text, sent) => socket.send(text, () => sent?.()),
    close(code, reason) {
      socket.close(code, reason);
      const timer = setTimeout(() => socket.terminate(), CLOSE_MS_MAX);
      socket.once('close', () => clearTimeout(timer));
    },
    terminate: () => socket.terminate(),
    onText(callback) {
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) socket.close(CLOSE_UNSUPPORTED_DATA, 'Frames are JSON text.');
        else callback(data.toString('utf8'));
      });
    },
    onClose: (callback) => void socket.once('close', callback),
  };
};

/** Answers upgrades at `path`; returns a function that cuts every connection and answers no more. */
export const acceptWebSockets = (options: AcceptOptions): (() => void) => {
  const { server, path } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.frameBytesMax ?? FRAME_BYTES_MAX, perMessageDeflate: false, clientTracking: true });

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => {}); // A client that resets while it is being refused needs no answer any more.
    try {
      options.admit(request);
      const asked = (request.url ?? '/').split('?')[0];
      if (asked !== path) throw new VStackError('not_found', `WebSockets are answered at ${path}, not at ${asked}.`);
    } catch (error) {
      return refuse(socket, error instanceof VStackError ? error : new VStackError('internal', String(error)));
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => options.onSocket(wrap(accepted)));
  };

  server.on('upgrade', onUpgrade);
  return () => {
    server.off('upgrade', onUpgrade);
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
};
