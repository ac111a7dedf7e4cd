/** A page outlives its host: it says so, waits, and goes on by itself with what is true then. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium, requireChromium } from './browser.ts';
import { showView } from './door-parts.ts';
import { step } from './step.ts';
import { isBuilt, startWebDoor, type WebDoor } from './web-door.ts';

const executablePath = requireChromium();
const LOST = 'Connection to the host lost';
/** Longer than the page waits in silence, asks, and waits for an answer. */
const NOTICE_MS_MAX = 30_000;
const LAUNCH_MS_MAX = 60_000;

interface Marked {
  wasLoadedOnce?: boolean;
}

describe.skipIf(!executablePath)('a page whose host goes away', () => {
  let browser: Browser;
  let page: Page;
  let door: WebDoor;

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    browser = await launchChromium(executablePath!);
  });
  afterAll(() => browser?.close());

  // A host and a page of its own for every attempt: what one left behind would fail its retry, too.
  beforeEach(async () => {
    door = await startWebDoor();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(door.signInUrl);
    await page.getByRole('button', { name: 'Launch only' }).waitFor();
    await page.evaluate(() => {
      (globalThis as Marked).wasLoadedOnce = true;
    });
  });
  afterEach(async () => {
    await page?.close();
    await door?.stop();
  });

  const isStillTheSamePage = (): Promise<boolean> => page.evaluate(() => (globalThis as Marked).wasLoadedOnce === true);
  const banner = (): ReturnType<Page['getByText']> => page.getByText(LOST);
  const launch = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Launch only' }).click();
    await page.getByText('2 of 2 nodes').waitFor({ timeout: LAUNCH_MS_MAX });
  };

  test('keeps what it knew while the host is dead, and goes on when it is started again', { timeout: 4 * LAUNCH_MS_MAX }, async () => {
    await step('launches two nodes', async () => {
      await showView(page, '/settings');
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
      await page.getByLabel('Storage nodes').fill('2');
      await page.getByLabel('Storage nodes').press('Enter');
      await page.getByText('All saved').waitFor();
      await showView(page, '/cluster');
      await launch();
    });

    await step('says so at once when the host dies, and keeps showing what it knew', async () => {
      process.kill(door.pid, 'SIGKILL');
      await door.end();
      await banner().waitFor();
      expect(await page.getByText('2 of 2 nodes').count()).toBe(1);
      expect(await page.locator('#main').getAttribute('class')).toContain('stale');
    });

    await step('tells what cannot be done meanwhile', async () => {
      await page.getByRole('button', { name: 'Add node' }).click();
      await page.getByText('No node could be added').waitFor();
      await page.getByText('The connection to the host is lost, so this could not be done.').waitFor();
    });

    await step('comes back by itself, signed in and up to date, when the host is started again', async () => {
      door = await startWebDoor(door.dataDir, Number(new URL(door.signInUrl).port));
      await banner().waitFor({ state: 'detached', timeout: NOTICE_MS_MAX });
      await page.getByText('No cluster is running').waitFor();
      expect(await page.locator('#main').getAttribute('class')).not.toContain('stale');
      expect(await page.getByText('not signed in').count()).toBe(0);
      expect(await isStillTheSamePage()).toBe(true);
    });

    await step('works on as before', async () => {
      await launch();
      await page.getByRole('button', { name: 'Stop all' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Stop all' }).click();
      await page.getByText('No cluster is running').waitFor({ timeout: NOTICE_MS_MAX });
    });
  });

  test.skipIf(process.platform === 'win32')('notices a host that is frozen, though its connection never closes', { timeout: 3 * NOTICE_MS_MAX }, async () => {
    process.kill(door.pid, 'SIGSTOP');
    try {
      await banner().waitFor({ timeout: NOTICE_MS_MAX });
    } finally {
      process.kill(door.pid, 'SIGCONT');
    }
    await banner().waitFor({ state: 'detached', timeout: NOTICE_MS_MAX });
    expect(await isStillTheSamePage()).toBe(true);
  });
});
