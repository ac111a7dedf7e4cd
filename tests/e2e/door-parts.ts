/** What every door's page has in common. */
import type { Page } from 'playwright-core';

export const VIEWPORT = { width: 1280, height: 800 } as const;

/** A refused upload answers 400 and a killed node refuses connections; browsers log both as failed requests. */
const EXPECTED = 'Failed to load resource';

export const collectComplaints = (page: Page): (() => string[]) => {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  return () => complaints.filter((text) => !text.startsWith(EXPECTED));
};

interface PageGlobals {
  location: { hash: string };
}

/** The router listens to the fragment, so nothing is loaded again. */
export const showView = async (page: Page, view: string): Promise<void> => {
  await page.evaluate((hash) => {
    (globalThis as unknown as PageGlobals).location.hash = hash;
  }, view);
};
