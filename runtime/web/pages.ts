/** Routes of the page itself: public, since they hold no data; everything of value needs the token. */
import type { ServerResponse } from 'node:http';
import { VStackError } from '../contract/errors.ts';
import type { Call, Route } from '../platform/http/server.ts';
import type { StaticFile } from './static-files.ts';

/** The page runs our own scripts only; it reads chunks from, and talks to, loopback only. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  'media-src blob:',
  "connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*",
  "worker-src 'self'",
  "base-uri 'none'",
].join('; ');

const SECURITY_HEADERS: Record<string, string> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** The page's folders are this deep at most. */
const PATHS = ['/', '/:a', '/:a/:b', '/:a/:b/:c'];

const CACHE_FOREVER = 'public, max-age=31536000, immutable';
const CACHE_CHECKED = 'no-cache';

const writeFile = (response: ServerResponse, file: StaticFile, { method, ifNoneMatch }: { method?: string; ifNoneMatch?: string }): void => {
  const headers = { ...SECURITY_HEADERS, ETag: file.etag, 'Cache-Control': file.isImmutable ? CACHE_FOREVER : CACHE_CHECKED };
  if (ifNoneMatch === file.etag) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'Content-Type': file.mime, 'Content-Length': file.bytes.length }).end(method === 'HEAD' ? undefined : file.bytes);
};

export const pageRoutes = (files: ReadonlyMap<string, StaticFile>): Route[] => {
  const handle = ({ request, response }: Call): void => {
    const path = (request.url ?? '/').split('?')[0]!;
    const file = files.get(path === '/' ? '/index.html' : path);
    if (file) return writeFile(response, file, { method: request.method, ifNoneMatch: request.headers['if-none-match'] });
    if (files.size === 0) throw new VStackError('not_found', 'The page has not been built. Run `npm run build`, then start again.');
    throw new VStackError('not_found', `There is no page at ${path}.`);
  };
  return PATHS.flatMap((path) => (['GET', 'HEAD'] as const).map((method): Route => ({ method, path, access: 'open', handle })));
};
