/** Where the page lives: a scheme of our own instead of file://, with an origin, a policy, and nothing else behind it. */

export const PAGE_SCHEME = 'vstack';
export const PAGE_HOST = 'app';
export const PAGE_URL = `${PAGE_SCHEME}://${PAGE_HOST}/`;

/** The page runs our own scripts only; it reads chunks from, and talks to, loopback only. The web door sends the same; a test holds them equal. */
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

/** Whether an address is the page's own: scheme and host, compared after parsing, so that no look-alike passes. */
export const isPageUrl = (url: string, pageUrl: string): boolean => {
  if (!URL.canParse(url)) return false;
  const [given, own] = [new URL(url), new URL(pageUrl)];
  return given.protocol === own.protocol && given.host === own.host;
};
