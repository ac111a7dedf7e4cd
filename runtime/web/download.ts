/**
 * `GET /download/{ticket}`: a video as one file, for the browser's own list of downloads. The ticket is the permission, since a browser
 * puts no token on such a request. Chunks pass through as fast as the browser takes them; nothing else stands in memory. A chunk that no
 * node can give breaks the connection, which is how a browser knows that the file is not whole: fewer bytes than announced.
 */
import type { ServerResponse } from 'node:http';
import { VStackError } from '../contract/errors.ts';
import { attachmentHeader, fileNameOf } from '../contract/file-name.ts';
import type { VideoDownloads } from '../host/video-downloads.ts';
import type { Call, Route } from '../platform/http/server.ts';

const EXTENSIONS: Record<string, string> = { 'video/mp4': 'mp4', 'audio/mp4': 'm4a' };

/** Resolves when there is room for more, or rejects when there is nobody left to read it. */
const untilDrained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve, reject) => {
    const onDrain = (): void => {
      response.off('close', onClose);
      resolve();
    };
    const onClose = (): void => {
      response.off('drain', onDrain);
      reject(new VStackError('cancelled', 'The browser closed the download.'));
    };
    response.once('drain', onDrain).once('close', onClose);
  });

const send = async ({ params, response, signal }: Call, downloads: VideoDownloads): Promise<void> => {
  await downloads.redeem(params.ticket!, {
    signal,
    begin: ({ title, mime, sizeBytes }) =>
      void response.writeHead(200, {
        'Content-Type': mime,
        'Content-Length': sizeBytes,
        'Content-Disposition': attachmentHeader(fileNameOf(title, EXTENSIONS[mime] ?? 'bin')),
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      }),
    async write(bytes) {
      if (response.destroyed) throw new VStackError('cancelled', 'The browser closed the download.');
      if (!response.write(bytes)) await untilDrained(response);
    },
  });
  response.end();
};

export const downloadRoute = (downloads: VideoDownloads): Route => ({
  method: 'GET',
  path: '/download/:ticket',
  access: 'open',
  handle: (call) => send(call, downloads),
});
