/**
 * The built page, held in memory. Only what was there at the start is served, under exactly its own names: a path can therefore not lead
 * out of the folder, and a rebuild beneath a running program does not mix two versions of the page.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { sha256Hex } from '../platform/crypto.ts';

export interface StaticFile {
  bytes: Buffer;
  mime: string;
  etag: string;
  /** Its name carries a hash of its content, so it never changes. */
  isImmutable: boolean;
}

const MIME: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};
const MIME_UNKNOWN = 'application/octet-stream';
const HASHED_FOLDER = '/assets/';

/** By URL path, such as `/index.html`. Empty when the folder does not exist. */
export const loadStaticFiles = async (folder: string): Promise<Map<string, StaticFile>> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const entries = files.map(async (path): Promise<[string, StaticFile]> => {
    const bytes = await readFile(path);
    const urlPath = path.slice(folder.length).split(sep).join('/').replace(/^\/?/, '/');
    return [urlPath, { bytes, mime: MIME[extname(path)] ?? MIME_UNKNOWN, etag: `"${sha256Hex(bytes).slice(0, 32)}"`, isImmutable: urlPath.startsWith(HASHED_FOLDER) }];
  });
  return new Map(await Promise.all(entries));
};
