/** Where the page lives: a scheme of our own instead of file://, with an origin and nothing else behind it. */

export const PAGE_SCHEME = 'vstack';
export const PAGE_HOST = 'app';
export const PAGE_URL = `${PAGE_SCHEME}://${PAGE_HOST}/`;

/** Whether an address is the page's own: scheme and host, compared after parsing, so that no look-alike passes. */
export const isPageUrl = (url: string, pageUrl: string): boolean => {
  if (!URL.canParse(url)) return false;
  const [given, own] = [new URL(url), new URL(pageUrl)];
  return given.protocol === own.protocol && given.host === own.host;
};
