import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, requireChromium } from './browser.ts';
import { testFirstScreen } from './first-screen-steps.ts';
import { isBuilt, startWebDoor, type WebDoor } from './web-door.ts';

const executablePath = requireChromium();

describe.skipIf(!executablePath)('the first screen, in a real browser over a real cluster', () => {
  let browser: Browser;
  let door: WebDoor;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    [browser, door] = await Promise.all([launchChromium(executablePath!), startWebDoor()]);
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await door?.stop();
  });

  test('takes the token out of the address and offers to launch', async () => {
    await page.goto(door.signInUrl);
    await page.getByRole('button', { name: 'Launch only' }).waitFor();
    expect(page.url()).not.toContain('token');
  });

  testFirstScreen(() => page);

  test('nothing was complained about: no script error, no violated policy', () => {
    // The refused upload answers 400 and a killed node refuses connections; browsers log both as failed requests.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});
