/**
 * What the page may do, the same behind both doors: it runs our own scripts only, and reads chunks from, and talks to, loopback only.
 * The value of the Content-Security-Policy header.
 */
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
