/** What Node's parser refused: it never became a request, so it is answered on the bare socket, in the shape of every other error. */
import type { Duplex } from 'node:stream';
import { toErrorBody, VStackError } from '../../contract/errors.ts';

const refusals: Record<string, [status: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too large; 16 KiB are the limit.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The headers did not arrive in time.'],
};

/** `isAnswering`: an answer has begun on this socket; further bytes would be read as part of it, so the socket is cut. */
export const answerMalformed = (error: NodeJS.ErrnoException, socket: Duplex, isAnswering: boolean): void => {
  if (!socket.writable || isAnswering || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, detail] = refusals[error.code ?? ''] ?? ['400 Bad Request', `This is no HTTP/1.1 request: ${error.message}.`];
  const body = JSON.stringify(toErrorBody(new VStackError('bad_request', detail)));
  const head = ['Connection: close', 'Content-Type: application/json; charset=utf-8', `Content-Length: ${Buffer.byteLength(body)}`];
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
};
