import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { VStackError } from '../../runtime/contract/errors.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { cutSample } from '../fixtures/scripted-door/media.ts';
import { clusterStatus, failedCluster, launchingCluster, settings, stoppedCluster, systemInfo, videoRow } from '../fixtures/scripted-door/states.ts';
import { launchChromium, requireChromium } from './browser.ts';
import { videoReaches } from './video.ts';
import { isBuilt } from './web-door.ts';

const executablePath = requireChromium();
const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));

describe.skipIf(!executablePath)('states that a real cluster reaches rarely', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let door: ScriptedDoor;

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    browser = await launchChromium(executablePath!);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    door = await openScriptedDoor(RENDERER_DIR, {
      'system:info': () => systemInfo(),
      'settings:get': () => settings(),
      'cluster:status': () => clusterStatus(),
      'videos:list': () => ({ videos: [videoRow(1, 'Harbour')], totalCount: 1 }),
      'videos:view': () => ({}),
      'uploads:list': () => ({ uploads: [] }),
    });
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await door.close();
  });

  test('a wrong token is told in words, and not tried again and again', async () => {
    await page.goto(`${door.url}/#token=wrong`);
    await page.getByRole('heading', { name: 'This page is not signed in' }).waitFor();
    expect(door.calls).toEqual([]);
  });

  test('a lost connection shows at once; back again, the page is up to date without a reload', async () => {
    await page.goto(door.signInUrl);
    await page.getByText('5 of 5 nodes').waitFor();
    door.disconnect(true);
    await page.getByText('Connection to the host lost').waitFor();
    door.answers['cluster:status'] = () => stoppedCluster();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    door.comeBack();
    await page.getByText('No cluster is running').waitFor();
    expect(await page.getByText('Connection to the host lost').count()).toBe(0);
  });

  test('a port conflict names the port and its owner, and offers the fix', async () => {
    door.answers['cluster:status'] = () => failedCluster();
    door.answers['cluster:launch'] = () => clusterStatus();
    await page.goto(door.signInUrl);
    await page.getByText('Port 8081, wanted for node-1, is in use by nginx (pid 812).').waitFor();
    await page.getByRole('button', { name: 'Launch on free ports' }).click();
    await page.getByText('5 of 5 nodes').waitFor();
    expect(door.calls.find((call) => call.name === 'cluster:launch')!.input).toEqual({ nodeCount: 5, portBase: 0 });
  });

  test('a launch shows its steps and can be cancelled', async () => {
    door.answers['cluster:status'] = () => stoppedCluster();
    door.answers['cluster:stop'] = () => stoppedCluster();
    await page.goto(door.signInUrl);
    await page.getByText('No cluster is running').waitFor();
    door.emit('cluster:changed', launchingCluster());
    await page.getByRole('progressbar', { name: 'Launch' }).waitFor();
    await page.getByText('1 of 4 steps done').waitFor();
    await page.getByRole('button', { name: 'Cancel launch' }).click();
    await page.getByText('No cluster is running').waitFor();
  });

  test('an action that fails is told with the host\'s reason until it is closed', async () => {
    door.answers['nodes:pause'] = () => Promise.reject(new VStackError('not_supported', 'Windows cannot pause a process.'));
    await page.goto(door.signInUrl);
    await page.getByRole('button', { name: 'Pause (SIGSTOP) node-1' }).click();
    await page.getByText('Windows cannot pause a process.').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('Windows cannot pause a process.').waitFor({ state: 'detached' });
  });

  test('a question is answered no with Escape, and the focus returns', async () => {
    await page.goto(`${door.signInUrl}&view=/library`);
    const remove = page.getByRole('button', { name: 'Delete Harbour' });
    await remove.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(door.calls.map((call) => call.name)).not.toContain('videos:delete');
    await expect.poll(() => remove.evaluate((button) => button.matches(':focus'))).toBe(true);
  });

  test('views are reached by keyboard, and the theme by its switch', async () => {
    await page.goto(door.signInUrl);
    await page.getByText('5 of 5 nodes').waitFor();
    await page.keyboard.press('2');
    await page.getByRole('heading', { level: 1, name: 'Library' }).waitFor();
    // The next Tab goes on in the new view, not in what is gone.
    await expect.poll(() => page.locator('#main').evaluate((view) => view.matches(':focus'))).toBe(true);
    await page.getByRole('radio', { name: 'Light' }).focus();
    await page.keyboard.press('Space');
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light');
  });

  test('when every node that holds a chunk is gone, the player says so and goes on once they are back', async () => {
    const { manifest, bytes } = await cutSample('vid-000000000001', 'Harbour', (nodeId) => `${door.url}/node/${nodeId}`);
    for (const [chunkId, chunk] of bytes) door.chunks.set(chunkId, chunk);
    for (const nodeId of ['node-1', 'node-2', 'node-3', 'node-4', 'node-5']) door.downNodes.add(nodeId);
    door.answers['videos:manifest'] = () => manifest;
    await page.goto(`${door.signInUrl}&view=/watch/vid-000000000001`);
    await page.getByText('Buffering…').waitFor();
    door.downNodes.clear();
    await videoReaches(page, 1);
  });
});
