/** The player over a real cluster: what a person does with it, and what it does when nodes die. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDoors, type OpenDoor } from './doors.ts';
import { bufferSec, stallCount } from './player-page.ts';
import { videoCurrentSec, videoReaches } from './video.ts';
import { SAMPLE_PATH } from './web-door.ts';

interface PageGlobals {
  document: { querySelector(selector: string): { playbackRate: number } | null };
}

const SESSION_MS_MAX = 60_000;

describeDoors('the player', ({ open }) => {
  let door: OpenDoor;
  let page: Page;
  let folder: string;
  /** The player with the video that is stored first. */
  let storedView: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vstack-player-'));
    copyFileSync(SAMPLE_PATH, join(folder, 'second.mp4'));
    door = await open();
    page = door.page;
    await page.getByRole('button', { name: 'Launch a cluster and play the sample' }).click();
    await page.waitForURL(/#\/watch\//, { timeout: SESSION_MS_MAX });
    await videoReaches(page, 0.5);
    storedView = new URL(page.url()).hash.slice(1);
  });
  afterAll(async () => {
    await door?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const press = async (key: string): Promise<void> => {
    await page.locator('#main').focus();
    await page.keyboard.press(key);
  };

  test('counts a view once ten seconds were played, and not before', async () => {
    await videoReaches(page, 4);
    const id = /watch\/([\w-]+)/.exec(page.url())![1]!;
    const viewsNow = async (): Promise<string | null> => page.getByRole('grid', { name: 'Stored videos' }).locator('tr[data-row="0"] td').nth(8).textContent();
    await door.show('/library');
    expect(await viewsNow()).toBe('0');
    await door.show(`/watch/${id}`);
    await videoReaches(page, 11);
    await door.show('/library');
    await expect.poll(viewsNow).toBe('1');
    await door.show(`/watch/${id}`);
    await videoReaches(page, 0.5);
  });

  test('shows over the picture what is measured: buffer, throughput, each node', async () => {
    await press('i');
    const stats = page.getByRole('region', { name: 'Figures over the picture' });
    await stats.getByText('target 30').waitFor();
    expect(await stats.getByRole('row').count()).toBeGreaterThan(3);
    await expect.poll(() => stats.getByText('Healthy').count()).toBeGreaterThan(0);
    // A ping has come back from every holder: no latency is a dash.
    await expect.poll(() => stats.getByText(/^\d+\.\d\sms$/).count(), { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    await press('i');
    await stats.waitFor({ state: 'detached' });
  });

  test('tells the host how it goes, and the dashboard shows it', async () => {
    const id = /watch\/([\w-]+)/.exec(page.url())![1]!;
    await door.show('/dashboard/realtime');
    try {
      await page.getByText('client smart').waitFor();
      expect(await page.getByText('Nothing has been played yet').count()).toBe(0);
    } finally {
      await door.show(`/watch/${id}`);
    }
    await videoReaches(page, 0.5);
  });

  test('changes the client while it plays, keeps it, and says why each chunk came from where it came', async () => {
    const log = page.getByRole('region', { name: 'Fetched chunks' });
    await log.getByText(/quickest of|as quick|the only holder|from node-\d+ \d+ %/).first().waitFor();
    const choose = async (name: RegExp): Promise<void> => {
      await page.getByRole('combobox', { name: 'Client' }).click();
      await page.getByRole('option', { name }).click();
    };
    await choose(/^Naive client/);
    await press('i');
    const stats = page.getByRole('region', { name: 'Figures over the picture' });
    await stats.getByText('Naive client').waitFor();
    await press('i');
    const { url, id } = { url: page.url(), id: /watch\/([\w-]+)/.exec(page.url())![1]! };
    await door.show('/dashboard/realtime');
    await page.getByText('client naive').waitFor();
    await door.show(`/watch/${id}`);
    expect(page.url()).toBe(url);
    await videoReaches(page, 0.5);
    await log.getByText('next in turn').first().waitFor();
    await choose(/^Smart client/);
    await videoReaches(page, 1);
  });

  test('seeks with keys, and to where it has not been', async () => {
    await press('l');
    expect(await videoCurrentSec(page)).toBeGreaterThan(9);
    await page.getByLabel('Position in the video').fill('48');
    await videoReaches(page, 49);
    await press('Home');
    await expect.poll(() => videoCurrentSec(page)).toBeLessThan(5);
  });

  test('plays faster and slower', async () => {
    const rate = (): Promise<number | undefined> => page.evaluate(() => (globalThis as unknown as PageGlobals).document.querySelector('video')?.playbackRate);
    await press('>');
    await expect.poll(rate).toBe(1.25);
    await page.getByLabel('Speed').selectOption('2');
    await expect.poll(rate).toBe(2);
    await page.getByLabel('Speed').selectOption('1');
    await expect.poll(rate).toBe(1);
  });

  test('does not stall when nodes are killed while it plays, and plays on past all that was buffered', async () => {
    // A new page has no chunk in memory, so it needs the nodes for what comes.
    await page.reload();
    await videoReaches(page, 1);
    await page.getByLabel('Speed').selectOption('2');
    await expect.poll(() => bufferSec(page), { timeout: 20_000 }).toBeGreaterThan(10);
    const bufferedSec = (await videoCurrentSec(page)) + (await bufferSec(page));
    const stallsBefore = await stallCount(page);
    await page.getByRole('button', { name: 'Kill (SIGKILL) node-2' }).click();
    await page.getByRole('button', { name: 'Kill (SIGKILL) node-4' }).click();
    await videoReaches(page, bufferedSec + 1);
    expect(await stallCount(page)).toBe(stallsBefore);
    await page.getByLabel('Speed').selectOption('1');
  });

  test('goes to the next video, and back', async () => {
    const sampleUrl = page.url();
    await door.show('/library');
    await door.pickFiles([join(folder, 'second.mp4')], () => page.getByRole('button', { name: 'Upload video' }).click());
    const second = page.getByRole('grid', { name: 'Stored videos' }).getByRole('link', { name: 'second', exact: true });
    await second.click({ timeout: SESSION_MS_MAX });
    await page.getByRole('heading', { level: 1, name: 'second' }).waitFor();
    await videoReaches(page, 0.5);
    await press('Shift+N');
    await expect.poll(() => page.url()).toBe(sampleUrl);
    await videoReaches(page, 0.5);
    await press('Shift+P');
    await page.getByRole('heading', { level: 1, name: 'second' }).waitFor();
    await videoReaches(page, 0.5);
  });

  test('offers the next one, and to begin again, at the end', async () => {
    await press('End');
    await page.getByRole('button', { name: 'Next: V-Stack sample' }).first().waitFor();
    await page.getByRole('button', { name: 'Play again' }).click();
    await expect.poll(() => videoCurrentSec(page)).toBeLessThan(10);
  });

  test('says in words that a video is not there', async () => {
    await door.show('/watch/vid-00000000beef');
    await page.getByRole('alert').getByText('There is no such video').waitFor();
  });

  test('says that no cluster is running, and goes on by itself when one is', async () => {
    await door.show('/cluster');
    await page.getByRole('button', { name: 'Stop all' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop all' }).click();
    await page.getByRole('button', { name: 'Launch only' }).waitFor({ timeout: 30_000 });
    await door.show(storedView);
    await page.getByText('No cluster is running').first().waitFor();
    expect(await videoCurrentSec(page)).toBe(0);
    // Launched by its call in the palette, which leaves the player where it is.
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or run a command' }).fill('cluster:launch');
    await page.keyboard.press('Enter');
    await page.getByLabel('nodeCount').waitFor();
    await page.keyboard.press('Enter');
    await videoReaches(page, 1);
    expect(page.url()).toContain(storedView);
  });

  test('nothing was complained about: no script error, no violated policy', () => {
    expect(door.complaints()).toEqual([]);
  });
});
