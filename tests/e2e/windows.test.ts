/** Two windows on one host: what is done in one is seen in the other, without asking. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, requireChromium } from './browser.ts';
import { collectComplaints, showView } from './door-parts.ts';
import { isBuilt, SAMPLE_PATH, startWebDoor, type WebDoor } from './web-door.ts';

const executablePath = requireChromium();

describe.skipIf(!executablePath)('two windows at once', () => {
  let browser: Browser;
  let door: WebDoor;
  let here: Page;
  let there: Page;
  const complaints: (() => string[])[] = [];

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    [browser, door] = await Promise.all([launchChromium(executablePath!), startWebDoor()]);
    // Contexts of their own, so that nothing travels through a shared storage of the browser.
    const open = async (): Promise<Page> => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
      complaints.push(collectComplaints(page));
      await page.goto(door.signInUrl);
      await page.getByRole('button', { name: 'Launch only' }).waitFor();
      return page;
    };
    [here, there] = [await open(), await open()];
  });
  afterAll(async () => {
    await browser?.close();
    await door?.stop();
  });

  test('a theme chosen in one is the other\'s too', async () => {
    for (const theme of ['Light', 'Dark']) {
      await here.locator(`nav label[title^="${theme}"]`).click();
      await there.locator(`html[data-theme="${theme.toLowerCase()}"]`).waitFor();
    }
  });

  test('a setting saved in one stands in the other', async () => {
    for (const page of [here, there]) {
      await showView(page, '/settings');
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    }
    await here.getByLabel('Storage nodes').fill('2');
    await here.getByLabel('Storage nodes').press('Enter');
    await expect.poll(() => there.getByLabel('Storage nodes').inputValue()).toBe('2');
  });

  test('a launch in one is followed in the other', async () => {
    await Promise.all([showView(here, '/cluster'), showView(there, '/cluster')]);
    await here.getByRole('button', { name: 'Launch only' }).click();
    await there.getByText('2 of 2 nodes').waitFor({ timeout: 60_000 });
    await here.getByText('2 of 2 nodes').waitFor();
  });

  test('an upload in one appears in the other', async () => {
    await Promise.all([showView(here, '/library'), showView(there, '/library')]);
    const [chooser] = await Promise.all([here.waitForEvent('filechooser'), here.getByRole('button', { name: 'Upload video' }).click()]);
    await chooser.setFiles(SAMPLE_PATH);
    await there.getByRole('link', { name: 'sample', exact: true }).waitFor({ timeout: 60_000 });
  });

  test('a stop in one is known in the other', async () => {
    await here.keyboard.press('1');
    await here.getByRole('button', { name: 'Stop all' }).click();
    await here.getByRole('alertdialog').getByRole('button', { name: 'Stop all' }).click();
    await there.getByText('The library is asleep').waitFor({ timeout: 30_000 });
  });

  test('neither complained', () => expect(complaints.flatMap((list) => list())).toEqual([]));
});
