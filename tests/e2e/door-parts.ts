/** What every door's page has in common. */
import type { Locator, Page } from 'playwright-core';
import type { Drag } from './doors.ts';

export const VIEWPORT = { width: 1280, height: 800 } as const;

/** A refused upload answers 400 and a killed node refuses connections; browsers log both as failed requests. */
const EXPECTED = 'Failed to load resource';
/**
 * Chromium, not the program: on a busy machine it now and then answers no to one of several requests to loopback that leave at once, although
 * the stand-in has granted the page all of them. The page asks the next node; denied for good it would play nothing.
 */
const DENIED_AT_RANDOM = /^Access to fetch at 'http:\/\/127\.0\.0\.1:\d+\/ping\?[^']*' from origin 'https:\/\/app\.vstack\.test' .*Permission was denied for this request to access the `loopback`/;

export const collectComplaints = (page: Page): (() => string[]) => {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  return () => complaints.filter((text) => !text.startsWith(EXPECTED) && !DENIED_AT_RANDOM.test(text));
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

/** Over the debugger, so that it is the browser itself that reads the files, as it does when the system hands them over. */
export const dragFiles = async (page: Page, paths: readonly string[], target: Locator): Promise<Drag> => {
  const box = await target.boundingBox();
  if (!box) throw new Error('Nothing can be dragged over an element that is not shown.');
  const session = await page.context().newCDPSession(page);
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop' | 'dragCancel', point = middle) =>
    session.send('Input.dispatchDragEvent', { type, ...point, data: { items: [], files: [...paths], dragOperationsMask: 1 } });
  await send('dragEnter');
  await send('dragOver');
  return {
    async drop() {
      await send('drop');
      await session.detach();
    },
    async leave() {
      // Cancelling alone tells the page nothing; the pointer moves away first.
      await send('dragOver', { x: 1, y: 1 });
      await send('dragCancel');
      await session.detach();
    },
  };
};
