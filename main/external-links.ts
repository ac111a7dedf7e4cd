/** The only addresses this program ever hands to the system's browser: our own documentation. */
import { shell } from 'electron';

/** As `homepage` in package.json. */
export const DOCUMENTATION_URL = 'https://github.com/vstack/control-center';

/** Compared after parsing, so that no look-alike host, user name or dotted path passes. */
export const isOwnDocumentation = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const [given, own] = [new URL(url), new URL(DOCUMENTATION_URL)];
  if (given.origin !== own.origin || given.username !== '' || given.password !== '') return false;
  return given.pathname === own.pathname || given.pathname.startsWith(`${own.pathname}/`);
};

const open = (url: string): void => {
  // A system without a browser has nothing to open it with, and the page goes on.
  shell.openExternal(url).catch(() => undefined);
};

export const openIfOwnDocumentation = (url: string): void => {
  if (isOwnDocumentation(url)) open(url);
};

export const openDocumentation = (): void => open(DOCUMENTATION_URL);
