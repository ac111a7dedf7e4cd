/**
 * `POST /upload` of the web door: the browser's multipart body flows through to the uploader piece by piece, with the cluster secret put on
 * here, so that the page never holds it. Each side waits for the other: nothing is buffered.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { VStackError } from '../contract/errors.ts';
import type { Call, Route } from '../platform/http/server.ts';

export interface UploadTarget {
  /** The uploader's address. */
  url: string;
  secret: string;
}

/** What of the browser's request the uploader needs to know. */
const PASSED_ON = ['content-type', 'content-length'] as const;

const answerOf = (call: Call, target: UploadTarget): { upstream: ReturnType<typeof httpRequest>; answer: Promise<IncomingMessage> } => {
  const headers: Record<string, string> = { Authorization: `Bearer ${target.secret}`, 'X-Request-ID': call.requestId };
  for (const name of PASSED_ON) {
    const value = call.request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const upstream = httpRequest(`${target.url}/upload`, { method: 'POST', headers, signal: call.signal, agent: false });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.once('error', (cause) => reject(new VStackError('unavailable', `The uploader went away during the upload (${cause.message}). Try again.`, { cause })));
  });
  // The uploader may refuse by the headers alone, before the browser has sent a byte.
  upstream.flushHeaders();
  return { upstream, answer };
};

/** `target` throws `not_running` while there is no uploader. */
export const uploadRoute = (target: () => UploadTarget): Route => ({
  method: 'POST',
  path: '/upload',
  async handle(call) {
    const { upstream, answer } = answerOf(call, target());
    const sent = pipeline(call.request, upstream);
    // The uploader may answer before it has read everything (a file that is no video); its answer counts, not the pipe that then breaks.
    sent.catch(() => {});
    const received = await answer;
    call.response.writeHead(received.statusCode!, {
      'Content-Type': received.headers['content-type'] ?? 'application/json; charset=utf-8',
      ...(!call.request.complete && { Connection: 'close' }),
    });
    await pipeline(received, call.response);
  },
});
