/** Serves the built page under our own scheme. Only files that were there at the start are served, under exactly their names. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
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

const listFiles = async (folder: string): Promise<Map<string, string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [`/${path.slice(folder.length).split(sep).filter(Boolean).join('/')}`, path]));
};

/** @throws when the page has not been built */
export const servePage = async (rendererDir: string): Promise<void> => {
  const files = await listFiles(rendererDir);
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
