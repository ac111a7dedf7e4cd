/** The library: a long table over a scripted host, and real files in and out of a real cluster. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VStackError } from '../../runtime/contract/errors.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { clusterStatus, settings, systemInfo, videoRow } from '../fixtures/scripted-door/states.ts';
import { describeDoors, type OpenDoor } from './doors.ts';
import { SAMPLE_PATH } from './web-door.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));
const STORED_MS_MAX = 60_000;

const tableOf = (page: Page): Locator => page.getByRole('grid', { name: 'Stored videos' });
const titleOf = (page: Page, title: string): Locator => tableOf(page).getByRole('link', { name: title, exact: true });
const choose = async (page: Page, title: string, action: string): Promise<void> => {
  await page.getByRole('button', { name: `More for ${title}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action }).click();
};

/** What a host answers that stores these videos, and does nothing else. */
const libraryOf = (videos: readonly ReturnType<typeof videoRow>[]) => ({
  'system:info': () => systemInfo(),
  'settings:get': () => settings(),
  'cluster:status': () => clusterStatus(),
  'uploads:list': () => ({ uploads: [] }),
  'playback:latest': () => ({ session: null }),
  'videos:list': ({ limit = 100, offset = 0 }: { limit?: number; offset?: number }) => ({ videos: videos.slice(offset, offset + limit), totalCount: videos.length }),
  'videos:thumbnail': () => ({ image: null }),
});

describeDoors('a library of a thousand videos', ({ open }) => {
  const COUNT = 2_500;
  const videos = Array.from({ length: COUNT }, (_, index) => videoRow(index % 50, `Lecture ${index}`, { video_id: `vid-${index.toString(16).padStart(12, '0')}`, view_count: index }));
  let host: ScriptedDoor;
  let door: OpenDoor;
  let page: Page;

  beforeAll(async () => {
    host = await openScriptedDoor(RENDERER_DIR, {
      ...libraryOf(videos),
      'videos:manifest': () => Promise.reject(new VStackError('not_found', 'no such video')),
    });
    door = await open({ scripted: host, view: '/library' });
    page = door.page;
  });
  afterAll(async () => {
    await door?.close();
    await host?.close();
  });

  test('lists all of them, and draws only those in sight', async () => {
    await page.getByText(`${COUNT} stored`).waitFor();
    expect(await tableOf(page).getAttribute('aria-rowcount')).toBe(String(COUNT + 1));
    expect(await tableOf(page).locator('tr').count()).toBeLessThan(80);
  });

  test('scrolls to the end with as few', async () => {
    await tableOf(page).locator('tbody tr[data-row]').first().focus();
    await page.keyboard.press('End');
    await titleOf(page, `Lecture ${COUNT - 1}`).waitFor();
    expect(await tableOf(page).locator('tr').count()).toBeLessThan(80);
  });

  test('sorts by the head of a column, the most first where the most is looked for', async () => {
    await page.getByRole('button', { name: 'Views' }).click();
    await tableOf(page).locator('tbody tr[data-row]').first().focus();
    await page.keyboard.press('Home');
    await expect.poll(() => tableOf(page).locator('tbody tr[data-row="0"] a.title').textContent()).toBe(`Lecture ${COUNT - 1}`);
    await page.getByRole('button', { name: 'Views' }).click();
    await expect.poll(() => tableOf(page).locator('tbody tr[data-row="0"] a.title').textContent()).toBe('Lecture 0');
  });

  test('filters as one types, found with a single key', async () => {
    await page.locator('#main').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('lecture 2417');
    await page.getByText(`1 of ${COUNT}`).waitFor();
    expect(await tableOf(page).locator('tbody tr[data-row]').count()).toBe(1);
    await page.keyboard.type(' nothing');
    await page.getByRole('button', { name: `Show all ${COUNT}` }).click();
    await page.getByText(`${COUNT} stored`).waitFor();
  });

  test('deletes what was chosen, and takes it back', async () => {
    const gone = new Set<string>();
    const find = (videoId: string) => videos.findIndex((video) => video.video_id === videoId);
    host.answers['videos:list'] = ({ limit = 100, offset = 0 }: { limit?: number; offset?: number }) => {
      const left = videos.filter((video) => !gone.has(video.video_id));
      return { videos: left.slice(offset, offset + limit), totalCount: left.length };
    };
    host.answers['videos:delete'] = ({ videoId }: { videoId: string }) => (gone.add(videoId), { restorableUntilMs: Date.now() + 60_000 });
    host.answers['videos:restore'] = ({ videoId }: { videoId: string }) => (gone.delete(videoId), {});
    await page.getByRole('checkbox', { name: 'Choose Lecture 1', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Choose Lecture 3', exact: true }).click();
    await page.getByRole('button', { name: 'Delete 2 videos' }).click();
    await page.getByText(`${COUNT - 2} stored`).waitFor();
    expect([...gone].map(find)).toEqual([1, 3]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(`${COUNT} stored`).waitFor();
  });
});

describeDoors('messages over the library', ({ open }) => {
  const COUNT = 60;
  const videos = Array.from({ length: COUNT }, (_, index) => videoRow(index % 50, `Lecture ${index}`, { video_id: `vid-${index.toString(16).padStart(12, '0')}` }));
  let host: ScriptedDoor;
  let door: OpenDoor;
  let page: Page;

  beforeAll(async () => {
    host = await openScriptedDoor(RENDERER_DIR, {
      ...libraryOf(videos),
      'videos:delete': ({ videoId }: { videoId: string }) => Promise.reject(new VStackError('unavailable', `The metadata service did not answer for ${videoId}. Try again in a moment.`)),
    });
    door = await open({ scripted: host, view: '/library' });
    page = door.page;
    await page.getByText(`${COUNT} stored`).waitFor();
  });
  afterAll(async () => {
    await door?.close();
    await host?.close();
  });

  const messages = (): Locator => page.getByRole('region', { name: 'Notifications' }).getByRole('alert');

  // A click goes through only where nothing lies over what is clicked.
  test('leave the actions of every row in reach, also of the last', async () => {
    for (const index of [0, 1, 2, 3]) await choose(page, `Lecture ${index}`, 'Delete');
    await expect.poll(() => messages().count()).toBe(4);
    await tableOf(page).locator('tbody tr[data-row]').first().focus();
    await page.keyboard.press('End');
    await choose(page, `Lecture ${COUNT - 1}`, 'Delete');
    await page.getByText(`for ${videos[COUNT - 1]!.video_id}`).waitFor();
    await expect.poll(() => messages().count()).toBe(4);
  });

  test('lie below a menu that is open, and give their room back once they are gone', async () => {
    const room = () => page.evaluate(() => (globalThis as unknown as { document: { documentElement: { style: { getPropertyValue(name: string): string } } } }).document.documentElement.style.getPropertyValue('--toast-room'));
    expect(await room()).not.toBe('');
    const isAbove = await page.evaluate(() => {
      const { document, getComputedStyle } = globalThis as unknown as { document: { documentElement: unknown }; getComputedStyle(element: unknown): { getPropertyValue(name: string): string } };
      const layer = (name: string): number => Number(getComputedStyle(document.documentElement).getPropertyValue(`--layer-${name}`));
      return layer('menu') > layer('toast');
    });
    expect(isAbove).toBe(true);
    for (let left = 3; left >= 0; left -= 1) {
      await messages().first().getByRole('button', { name: 'Dismiss' }).click();
      await expect.poll(() => messages().count()).toBe(left);
    }
    await expect.poll(room).toBe('');
  });
});

describeDoors('files in and out of a real cluster', ({ name, open }) => {
  let door: OpenDoor;
  let page: Page;
  let folder: string;
  const pathOf = (file: string): string => join(folder, file);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vstack-files-'));
    for (const file of ['harbour.mp4', 'fjord.mp4', 'one.mp4', 'two.mp4', 'three.mp4', 'dragged.mp4']) copyFileSync(SAMPLE_PATH, pathOf(file));
    writeFileSync(pathOf('notes.mp4'), 'these are no moving pictures');
    writeFileSync(pathOf('empty.mp4'), '');
    mkdirSync(pathOf('holidays'));
    door = await open();
    page = door.page;
    await page.getByRole('button', { name: 'Launch only' }).click();
    await page.getByText('5 of 5 nodes').waitFor({ timeout: 60_000 });
    await door.show('/library');
  });
  afterAll(async () => {
    await door?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const uploadRows = (): Locator => page.getByRole('region', { name: 'Uploads' }).getByRole('listitem');
  const uploadOf = (title: string): Locator => uploadRows().filter({ has: page.getByText(title, { exact: true }) });
  const failed = (): Locator => page.getByText('Failed', { exact: true });
  /** Makes the upload of a file fail until the function returned is called: on its way from a browser, or, where the host reads it in place, by what it holds. */
  const breakUploadOf = async (file: string): Promise<() => Promise<void>> => {
    if (name === 'browser') {
      copyFileSync(SAMPLE_PATH, pathOf(file));
      await page.route('**/upload', (route) => route.abort());
      return () => page.unroute('**/upload');
    }
    writeFileSync(pathOf(file), 'no moving pictures yet');
    return () => Promise.resolve(copyFileSync(SAMPLE_PATH, pathOf(file)));
  };
  const upload = (files: readonly string[]): Promise<void> => door.pickFiles(files.map(pathOf), () => page.getByRole('button', { name: /Upload video|Choose files/ }).first().click());

  test('uploads several at once, lets the others wait, and takes back one that waits', async () => {
    await upload(['harbour.mp4', 'fjord.mp4', 'one.mp4', 'two.mp4', 'three.mp4']);
    // Two wait for the first three; the last of them is not wanted after all.
    await page.getByRole('button', { name: 'Cancel the upload of three' }).click();
    for (const title of ['harbour', 'fjord', 'one', 'two']) await titleOf(page, title).waitFor({ timeout: STORED_MS_MAX });
    await page.getByText('all done').waitFor();
    expect(await page.getByText('three', { exact: true }).count()).toBe(0);
    expect(await tableOf(page).locator('tbody tr[data-row]').count()).toBe(4);
  });

  test('says what will happen to files that are held over it, and uploads those that are dropped; of a folder it asks for the videos', async () => {
    const zone = page.locator('#main');
    const words = page.getByText('Drop to upload');
    const first = await door.dragFiles([pathOf('dragged.mp4')], zone);
    await words.waitFor();
    await first.leave();
    await words.waitFor({ state: 'detached' });
    const second = await door.dragFiles([pathOf('dragged.mp4'), pathOf('holidays')], zone);
    await second.drop();
    await page.getByText('"holidays" is a folder').waitFor();
    await titleOf(page, 'dragged').waitFor({ timeout: STORED_MS_MAX });
    expect(await words.count()).toBe(0);
    expect(await tableOf(page).locator('tbody tr[data-row]').count()).toBe(5);
  });

  test('tells in words why a file is refused and what to do', async () => {
    for (const [index, file] of ['notes.mp4', 'empty.mp4'].entries()) {
      await upload([file]);
      await expect.poll(() => failed().count(), { timeout: 30_000 }).toBe(index + 1);
    }
    await uploadOf('notes').getByText('The file is no video that can be read').waitFor();
    // A browser's file is refused before it is sent; one that the host reads in place, once it was opened.
    await uploadOf('empty').getByText(name === 'browser' ? '0 bytes came' : 'The file is empty (0 bytes)').waitFor();
  });

  test('tries it again when asked: once more in vain, and with success when what was wrong is mended', async () => {
    // Another try is a new upload, and the youngest stands first.
    expect(await uploadRows().first().getByText('notes', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Try notes again' }).click();
    await uploadRows().first().getByText('notes', { exact: true }).waitFor();
    await expect.poll(() => failed().count(), { timeout: 30_000 }).toBe(2);

    const mend = await breakUploadOf('mended.mp4');
    await upload(['mended.mp4']);
    await expect.poll(() => failed().count(), { timeout: 30_000 }).toBe(3);
    await mend();
    await page.getByRole('button', { name: 'Try mended again' }).click();
    await titleOf(page, 'mended').waitFor({ timeout: STORED_MS_MAX });
    expect(await failed().count()).toBe(2);
    await page.getByRole('button', { name: 'Clear finished' }).click();
    await failed().first().waitFor({ state: 'detached' });
  });

  test('makes a picture of each video once it has time', async () => {
    await expect.poll(() => tableOf(page).locator('img').count(), { timeout: 30_000 }).toBe(6);
  });

  test('renames a video', async () => {
    await choose(page, 'harbour', 'Rename…');
    await page.getByLabel('Title', { exact: true }).fill('Harbour at dawn');
    await page.keyboard.press('Enter');
    await titleOf(page, 'Harbour at dawn').waitFor();
    await door.show('/cluster');
    await door.show('/library');
    await titleOf(page, 'Harbour at dawn').waitFor();
  });

  test('deletes a video, and brings it back whole', async () => {
    await choose(page, 'fjord', 'Delete');
    await titleOf(page, 'fjord').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await titleOf(page, 'fjord').waitFor();
    await choose(page, 'fjord', 'Details');
    await page.getByRole('heading', { level: 1, name: 'fjord' }).waitFor();
    await page.getByText('Complete', { exact: true }).waitFor();
  });

  test('shows which node holds which chunk', async () => {
    const walk = page.getByRole('slider', { name: 'Chunk' });
    await walk.focus();
    await page.keyboard.press('ArrowRight');
    expect(await walk.getAttribute('aria-valuetext')).toMatch(/^chunk 1, held by node-\d, node-\d, node-\d$/);
    await page.getByText('held by', { exact: true }).waitFor();
  });

  test('gives back the file it recorded, byte for byte', async () => {
    const recorded = (await page.getByText(/^[0-9a-f]{64}$/).first().textContent())!.trim();
    const target = pathOf('back.mp4');
    const download = (): Promise<void> => page.getByRole('button', { name: 'Download', exact: true }).click();
    if (name === 'browser') {
      const [downloaded] = await Promise.all([page.waitForEvent('download'), download()]);
      expect(downloaded.suggestedFilename()).toBe('fjord.mp4');
      await downloaded.saveAs(target);
    } else {
      await door.pickFiles([target], download);
      await page.getByText('"fjord" was saved').waitFor();
      expect(await page.getByRole('button', { name: 'Show in folder' }).count()).toBe(1);
    }
    expect(createHash('sha256').update(readFileSync(target)).digest('hex')).toBe(recorded);
  });

  test('tells that a video is not there', async () => {
    await door.show('/library/vid-00000000beef');
    await page.getByText('There is no such video').waitFor();
  });

  test('nothing was complained about: no script error, no violated policy', () => {
    expect(door.complaints()).toEqual([]);
  });
});

