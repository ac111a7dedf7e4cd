/** Routes of the page itself: public, since they hold no data; everything of value needs the token. */
import type { ServerResponse } from 'node:http';
import { VStackError } from '../contract/errors.ts';
import { CONTENT_SECURITY_POLICY } from '../contract/page-policy.ts';
import type { Route } from '../platform/http/server.ts';
import type { StaticFile } from './static-files.ts';

const SECURITY_HEADERS: Record<string, string> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Names with hashes change with every build; as routes of their own they would be most of what `/metrics` says. */
const COUNTED_AS = '/{file of the page}';

const CACHE_FOREVER = 'public, max-age=31536000, immutable';
const CACHE_CHECKED = 'no-cache';

const writeFile = (response: ServerResponse, file: StaticFile, { method, ifNoneMatch }: { method: string; ifNoneMatch: string | undefined }): void => {
  const headers = { ...SECURITY_HEADERS, ETag: file.etag, 'Cache-Control': file.isImmutable ? CACHE_FOREVER : CACHE_CHECKED };
  if (ifNoneMatch === file.etag) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'Content-Type': file.mime, 'Content-Length': file.bytes.length }).end(method === 'HEAD' ? undefined : file.bytes);
};

const notBuilt = (): never => {
  throw new VStackError('not_found', 'The page has not been built. Run `npm run build`, then start again.');
};

/** One route for each file, and `/` for the page: what is not listed does not exist. */
export const pageRoutes = (files: ReadonlyMap<string, StaticFile>): Route[] => {
  const page = files.get('/index.html');
  const routeOf = (path: string, file: StaticFile | undefined): Route[] =>
    (['GET', 'HEAD'] as const).map((method) => ({
      method,
      path,
      access: 'open',
      countedAs: path === '/' ? path : COUNTED_AS,
      handle: ({ request, response }) => (file ? writeFile(response, file, { method, ifNoneMatch: request.headers['if-none-match'] }) : notBuilt()),
    }));
  return [...routeOf('/', page), ...[...files].flatMap(([path, file]) => routeOf(path, file))];
};
