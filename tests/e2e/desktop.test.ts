/** What the desktop program does beyond the page: the built bundles in the stand-in of Electron, the page in a real browser. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { requireChromium } from './browser.ts';
import type { OpenStandInDoor } from './door-stand-in.ts';
import { standInDoor } from './doors.ts';
import { chooseNodeCount } from './launch.ts';
import { isBuilt, SAMPLE_PATH } from './web-door.ts';

interface PageGlobals {
  vstack: Record<string, unknown> & { native: Record<string, (input: unknown) => Promise<unknown>>; call(id: number, name: string, input: unknown): Promise<unknown> };
  open(url: string): unknown;
  location: { href: string };
}

describe.skipIf(!requireChromium())('the desktop program', () => {
  let door: OpenStandInDoor;
  let page: Page;

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built program.').toBe(true);
    door = (await standInDoor.open()) as OpenStandInDoor;
    ({ page } = door);
    await page.getByRole('button', { name: 'Launch only' }).waitFor();
  });
  afterAll(() => door?.close());
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  test('shows its window before anything is started in the data folder', async () => {
    const journal = await door.standIn.program.journal();
    expect(journal.slice(0, 6)).toEqual(['scheme', 'sandbox', 'single instance', 'ready', 'window', 'show, with 0 files in the data folder']);
  });

  test('gives the page the bridge and nothing else: no Node, no Electron', async () => {
    const seen = await page.evaluate(() => {
      const globals = globalThis as unknown as Record<string, unknown>;
      return {
        names: ['process', 'require', 'module', 'Buffer', 'global', 'vstackStandInBinding'].filter((name) => name in globals),
        bridge: Object.keys(globals.vstack as object).sort(),
        isFrozen: Object.isFrozen(globals.vstack),
      };
    });
    expect(seen).toEqual({ names: [], bridge: ['call', 'cancel', 'native', 'onEvent', 'onMenuCommand', 'pathOf', 'subscribe'], isFrozen: true });
  });

  test('the menu leads through the views, opens the palette and changes the theme', async () => {
    const { chooseMenu } = door.standIn.program;
    await chooseMenu(['View', 'Library']);
    await heading('Library');
    await chooseMenu(['File', 'Settings']);
    await page.waitForURL(/#\/settings/);
    await chooseMenu(['View', 'Theme', 'Light']);
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light');
    await chooseMenu(['View', 'Cluster']);
    await heading('Cluster');
  });

  test('starting it again brings up the view that was asked for', async () => {
    await door.standIn.program.startSecondInstance({ dataDir: door.dataDir, view: '/about' });
    await page.waitForURL(/#\/about/);
    await door.show('/cluster');
  });

  test('a link that leads away leads nowhere; our documentation opens in the system\'s browser', async () => {
    const url = page.url();
    await page.evaluate(() => {
      (globalThis as unknown as PageGlobals).location.href = 'https://example.org/';
    });
    await page.evaluate(() => {
      const { open } = globalThis as unknown as PageGlobals;
      open('https://example.org/other');
      open('https://github.com/vstack/control-center/docs');
    });
    await expect.poll(() => door.standIn.program.journal()).toContain('open external https://github.com/vstack/control-center/docs');
    await expect.poll(() => door.standIn.context.pages().length).toBe(1);
    expect((await door.standIn.program.journal()).filter((entry) => entry.includes('example.org'))).toEqual([]);
    expect(page.url()).toBe(url);
  });

  test('a frame within the page is no sender', async () => {
    const answers = await page.evaluate(async () => {
      const { vstack } = globalThis as unknown as PageGlobals;
      return [await vstack.call(1_000_001, 'cluster:launch', { nodeCount: 0 }), await vstack.native.chooseSavePath!({ suggestedName: '../evil' })];
    });
    expect(answers).toMatchObject([{ kind: 'error', error: { code: 'bad_request' } }, { kind: 'error', error: { code: 'bad_request' } }]);
    const forged = await door.standIn.program.invoke(1, { url: 'https://example.org/', isMain: true }, 'vstack:call', [{ kind: 'call', id: 1, name: 'cluster:stop', input: {} }]);
    expect(forged).toMatchObject({ kind: 'error', error: { code: 'foreign_origin' } });
    // The forged message told the stand-in another address of the main frame; the next true one sets it right.
    const [status] = await page.evaluate(async () => [await (globalThis as unknown as PageGlobals).vstack.call(1_000_002, 'cluster:status', {})]);
    expect(status).toMatchObject({ kind: 'result' });
  });

  test('videos picked in the native dialog are uploaded from where they lie', async () => {
    await chooseNodeCount(page, 3);
    await page.getByRole('button', { name: 'Launch only' }).click();
    await page.getByRole('row', { name: /Uploader Ready/ }).waitFor({ timeout: 60_000 });
    door.standIn.pick([SAMPLE_PATH]);
    onTestFinished(() => door.standIn.pick(null));
    await door.standIn.program.chooseMenu(['File', 'Open Videos…']);
    await page.getByRole('link', { name: 'sample', exact: true }).waitFor({ timeout: 60_000 });
    expect(door.standIn.dialogs.at(-1)).toMatchObject({ kind: 'open', options: { defaultPath: expect.any(String), properties: ['openFile', 'multiSelections'] } });
  });

  test('the dashboard\'s door opens and closes with its setting, and stands in cluster.json', async () => {
    const set = (change: object): Promise<unknown> =>
      page.evaluate((input) => (globalThis as unknown as PageGlobals).vstack.call(2_000_000 + Math.floor(performance.now()), 'settings:set', input), change);
    const webUrl = async (): Promise<string | null> => {
      const { readFile } = await import('node:fs/promises');
      return (JSON.parse(await readFile(join(door.dataDir, 'cluster.json'), 'utf8')) as { web_url: string | null }).web_url;
    };
    expect(await webUrl()).toBeNull();
    await set({ dashboardDoor: 'on' });
    await expect.poll(webUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const url = (await webUrl())!;
    expect((await fetch(`${url}/`)).status).toBe(200);
    expect((await fetch(`${url}/api/status`)).status).toBe(401);
    await set({ dashboardDoor: 'off' });
    await expect.poll(webUrl).toBeNull();
    // The file tells first, so that nobody new comes while the door closes.
    const isReached = (): Promise<boolean> => fetch(`${url}/`).then(() => true, () => false);
    await expect.poll(isReached).toBe(false);
  });

  test('nothing was complained about', () => {
    expect(door.complaints()).toEqual([]);
  });
});
