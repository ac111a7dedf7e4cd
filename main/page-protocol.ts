/** Serves the built page under our own scheme. Only files that were there at the start are served, under exactly their names. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { protocol } from 'electron';
import { CONTENT_SECURITY_POLICY } from '../runtime/contract/page-policy.ts';
import { isPageUrl, PAGE_SCHEME, PAGE_URL } from './page-origin.ts';

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Must run before the application is ready: privileges of a scheme cannot be given later. */
export const registerPageScheme = (): void =>
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, codeCache: true } },
  ]);

/** Walks by hand: a packaged page lies in Electron's archive, whose folders know only the plainest ways of listing. */
const listFiles = async (folder: string, path = '/'): Promise<[path: string, file: string][]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map(async (entry): Promise<[string, string][]> => {
    const file = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(file, `${path}${entry.name}/`) : [[`${path}${entry.name}`, file]];
  });
  return (await Promise.all(lists)).flat();
};

/** @throws when the page has not been built */
export const servePage = async (rendererDir: string): Promise<void> => {
  const files = new Map(await listFiles(rendererDir));
  protocol.handle(PAGE_SCHEME, async ({ url, method }) => {
    const { pathname } = new URL(url);
    const path = isPageUrl(url, PAGE_URL) && method === 'GET' ? files.get(pathname === '/' ? '/index.html' : pathname) : undefined;
    if (path === undefined) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(await readFile(path)), {
      headers: {
        'Content-Type': MIME[extname(path)] ?? 'application/octet-stream',
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
};
