/** The installed Chromium, wherever it is. Nothing is downloaded; without one the specs say so loudly, or fail where a browser is promised. */
import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '../../scripts/lib/browser.mjs';

const FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--autoplay-policy=no-user-gesture-required', '--mute-audio',
];

/** Whether the environment promises a browser, so that its absence is a failure and not a reason to skip. */
export const isBrowserRequired = (): boolean => process.env.CI === 'true' || Boolean(process.env.VSTACK_REQUIRE_BROWSER);

export const NO_BROWSER =
  'No Chromium, Chrome or Edge was found, so the page is NOT tested in a real browser. Install one, or name it in CHROMIUM_PATH.';

/** The path to run, or undefined after a loud word. @throws Error where a browser is required */
export const requireChromium = (): string | undefined => {
  const path = findBrowser();
  if (path) return path;
  if (isBrowserRequired()) throw new Error(NO_BROWSER);
  console.warn(`\n${'!'.repeat(100)}\n${NO_BROWSER}\n${'!'.repeat(100)}\n`);
  return undefined;
};

export const launchChromium = (executablePath: string): Promise<Browser> => {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: [...FLAGS, ...(isRoot ? ['--no-sandbox'] : [])] });
};
