import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium, requireChromium } from './browser.ts';
import { videoCurrentSec, videoReaches } from './video.ts';
import { isBuilt, SAMPLE_PATH, startWebDoor, type WebDoor } from './web-door.ts';

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

  // Each step stands on the one before, so after a failure the others would only wait for nothing.
  let isBroken = false;
  beforeEach(({ skip }) => skip(isBroken, 'an earlier step failed'));
  afterEach(({ task }) => {
    isBroken ||= task.result?.state === 'fail';
  });

  test('takes the token out of the address and offers to launch', async () => {
    await page.goto(door.signInUrl);
    await page.getByRole('button', { name: 'Launch only' }).waitFor();
    expect(page.url()).not.toContain('token');
  });

  test('from an empty screen to moving pictures in two clicks', async () => {
    await page.getByLabel('Storage nodes', { exact: true }).fill('3');
    await page.getByLabel('Storage nodes', { exact: true }).blur();
    await page.getByRole('button', { name: 'Launch a cluster and play the sample' }).click();
    await page.waitForURL(/#\/watch\//, { timeout: 60_000 });
    await videoReaches(page, 1);
  });

  test('every chunk names the node it came from', async () => {
    await page.getByText(/chunk \d+ from/).waitFor();
    expect(await page.getByText(/^node-[123]$/).count()).toBeGreaterThan(0);
  });

  test('seeks to where it has not been and plays on', async () => {
    await page.getByLabel('Position in the video').fill('45');
    await videoReaches(page, 46);
    expect(await videoCurrentSec(page)).toBeLessThan(60);
  });

  test('plays on when a node is killed', async () => {
    await page.getByRole('button', { name: 'Kill (SIGKILL) node-2' }).click();
    await page.getByLabel('Position in the video').fill('12');
    await videoReaches(page, 13);
    expect(await page.getByText('cannot be played').count()).toBe(0);
  });

  test('plays on when a node freezes, and tells which one was silent', async () => {
    await page.getByRole('button', { name: 'Pause (SIGSTOP) node-1' }).click();
    await page.getByRole('button', { name: 'Resume (SIGCONT) node-1' }).waitFor();
    // A new page has no chunk in memory, so it must ask the frozen node too.
    await page.reload();
    await videoReaches(page, 1);
    await page.getByText('node-1 was silent for 2 s').first().waitFor();
    await page.getByRole('button', { name: 'Resume (SIGCONT) node-1' }).click();
    await page.getByRole('button', { name: 'Pause (SIGSTOP) node-1' }).waitFor();
  });

  test('uploads a picked file with progress and lists it', async () => {
    await page.getByRole('link', { name: 'Library' }).click();
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload video' }).click()]);
    await chooser.setFiles(SAMPLE_PATH);
    await page.getByRole('link', { name: 'sample', exact: true }).waitFor({ timeout: 60_000 });
    expect(await page.getByRole('table', { name: 'Stored videos' }).getByRole('row').count()).toBe(3);
  });

  test('tells in words why a file that is no video is refused', async () => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload video' }).click()]);
    await chooser.setFiles({ name: 'notes.mp4', mimeType: 'video/mp4', buffer: Buffer.from('these are no moving pictures') });
    await page.getByText('Failed', { exact: true }).waitFor({ timeout: 30_000 });
  });

  test('deletes a video once asked', async () => {
    await page.getByRole('button', { name: 'Delete sample' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete video' }).click();
    await page.getByRole('link', { name: 'sample', exact: true }).waitFor({ state: 'detached' });
  });

  test('comes back signed in and up to date after a reload', async () => {
    await page.getByRole('link', { name: 'Cluster' }).click();
    await page.reload();
    await page.getByRole('table', { name: 'Processes of the cluster' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(6);
  });

  test('adds a node, and removes it once asked', async () => {
    await page.getByRole('button', { name: 'Add node' }).click();
    await page.getByRole('row', { name: /node-4 Ready/ }).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Remove node-4' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove node' }).click();
    await page.getByRole('row', { name: /node-4/ }).waitFor({ state: 'detached', timeout: 30_000 });
  });

  test('stops everything', async () => {
    await page.getByRole('button', { name: 'Stop all' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop all' }).click();
    await page.getByText('No cluster is running').waitFor({ timeout: 30_000 });
  });

  test('nothing was complained about: no script error, no violated policy', () => {
    // The refused upload answers 400 and a killed node refuses connections; browsers log both as failed requests.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});
