/** The browser's door: `vstack serve` as a child process, its page in Chromium. */
import type { Browser } from 'playwright-core';
import type { OpenDoor, OpenDoorOptions } from './doors.ts';
import { collectComplaints, dragFiles, showView, VIEWPORT } from './door-parts.ts';
import { startWebDoor } from './web-door.ts';

export const openBrowserDoor = async (browser: Browser, { viewport = VIEWPORT, view, scripted }: OpenDoorOptions): Promise<OpenDoor> => {
  const served = scripted ? { signInUrl: scripted.signInUrl, dataDir: '', stop: () => Promise.resolve() } : await startWebDoor();
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const complaints = collectComplaints(page);
  await page.goto(`${served.signInUrl}${view === undefined ? '' : `&view=${view}`}`);
  return {
    page,
    dataDir: served.dataDir,
    complaints,
    show: (other) => showView(page, other),
    dragFiles: (paths, target) => dragFiles(page, paths, target),
    async pickFiles(paths, trigger) {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), trigger()]);
      await chooser.setFiles([...paths]);
    },
    async close() {
      await context.close();
      await served.stop();
    },
  };
};
