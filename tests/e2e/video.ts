/** The video element's own clock, read inside the page. Functions, not strings: the page's policy forbids eval. */
import type { Page } from 'playwright-core';

interface PageGlobals {
  document: { querySelector(selector: string): { currentTime: number } | null };
}

const REACH_MS_MAX = 30_000;

/** Resolves once playback has passed `sec`. */
export const videoReaches = async (page: Page, sec: number, timeoutMs = REACH_MS_MAX): Promise<void> => {
  const isPast = (bound: number): boolean => ((globalThis as unknown as PageGlobals).document.querySelector('video')?.currentTime ?? 0) > bound;
  await page.waitForFunction(isPast, sec, { timeout: timeoutMs });
};

export const videoCurrentSec = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as PageGlobals).document.querySelector('video')?.currentTime ?? 0);
