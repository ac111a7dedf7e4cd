/** The installed Chromium, wherever it is. Nothing is downloaded; without one the specs say so loudly, or fail where a browser is promised. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge', 'chrome.exe', 'msedge.exe'];
const PLACES = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/Applications/Google Chrome.app/Contents/MacOS', '/Applications/Chromium.app/Contents/MacOS', '/Applications/Microsoft Edge.app/Contents/MacOS',
  'C:\\Program Files\\Google\\Chrome\\Application', 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application',
];
const MAC_NAMES = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--autoplay-policy=no-user-gesture-required', '--mute-audio',
];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not ours to run: the next candidate is tried.
  }
};

export const findChromium = (): string | undefined => {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  return PLACES.flatMap((place) => [...NAMES, ...MAC_NAMES].map((name) => join(place, name))).find(isExecutable);
};

/** Whether the environment promises a browser, so that its absence is a failure and not a reason to skip. */
export const isBrowserRequired = (): boolean => process.env.CI === 'true' || Boolean(process.env.VSTACK_REQUIRE_BROWSER);

export const NO_BROWSER =
  'No Chromium, Chrome or Edge was found, so the page is NOT tested in a real browser. Install one, or name it in CHROMIUM_PATH.';

/** The path to run, or undefined after a loud word. @throws Error where a browser is required */
export const requireChromium = (): string | undefined => {
  const path = findChromium();
  if (path) return path;
  if (isBrowserRequired()) throw new Error(NO_BROWSER);
  console.warn(`\n${'!'.repeat(100)}\n${NO_BROWSER}\n${'!'.repeat(100)}\n`);
  return undefined;
};

export const launchChromium = (executablePath: string): Promise<Browser> => {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: [...FLAGS, ...(isRoot ? ['--no-sandbox'] : [])] });
};
