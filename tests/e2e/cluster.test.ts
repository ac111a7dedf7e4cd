/** The cluster view: over a real cluster what people do with it, over a scripted host what a real one shows rarely. */
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeTraffic, trafficSample } from '../fixtures/scripted-door/cluster-states.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { clusterStatus, failedCluster, node, settings, stoppedCluster, systemInfo, wedgedCluster } from '../fixtures/scripted-door/states.ts';
import { describeDoors, type OpenDoor } from './doors.ts';
import { step } from './step.ts';
import { isBuilt } from './web-door.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));
/** Launches and restarts of real processes, also on a busy machine. */
const PROCESS_MS_MAX = 60_000;
const WALK_MS_MAX = 5 * PROCESS_MS_MAX;

interface PageGlobals {
  getComputedStyle(element: unknown): { animationName: string };
}

const rowOf = (page: Page, text: RegExp): Locator => page.getByRole('table', { name: 'Processes of the cluster' }).getByRole('row', { name: text });
const more = async (page: Page, name: string, item: string): Promise<void> => {
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

describeDoors('the cluster view, over a real cluster', ({ open }) => {
  let door: OpenDoor;
  let page: Page;

  // A program of its own for every attempt: what one left behind would fail its retry, too.
  beforeEach(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    door = await open();
    ({ page } = door);
    page.setDefaultTimeout(PROCESS_MS_MAX);
  });
  afterEach(() => door?.close());

  test('shows and does what people do with a cluster, from a taken port to its end', { timeout: WALK_MS_MAX }, async () => {
    await step('a port that is taken is named with its owner, and one click launches all the same', async () => {
      const blocker: Server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => blocker.once('listening', resolve));
      try {
        const { port } = blocker.address() as AddressInfo;
        await page.getByLabel('Storage nodes', { exact: true }).fill('3');
        await page.getByLabel('Storage nodes', { exact: true }).blur();
        await page.getByText('Options', { exact: true }).click();
        await page.getByText('From', { exact: true }).click();
        await page.getByRole('textbox', { name: 'First port' }).fill(String(port));
        await page.getByRole('button', { name: 'Launch only' }).click();
        await page.getByRole('heading', { name: 'The launch failed' }).waitFor();
        await page.getByText(new RegExp(`Port ${port}, wanted for .*, is held by process ${process.pid}`)).first().waitFor();
        await page.getByRole('button', { name: 'Let the system choose' }).click();
        await page.getByText('3 of 3 nodes').waitFor();
      } finally {
        blocker.close();
      }
    });

    await step('the steps of the launch are told with their times', async () => {
      await page.getByRole('button', { name: 'Steps' }).click();
      const steps = page.getByRole('list', { name: 'Steps of the launch' }).getByRole('listitem');
      await expect.poll(() => steps.count()).toBeGreaterThan(2);
      for (const text of await steps.allTextContents()) expect(text).toMatch(/done.*\d/);
    });

    await step('a killed node is restarted and told about', async () => {
      await page.getByRole('button', { name: 'Break something…' }).click();
      await page.getByRole('menuitem', { name: 'node-2' }).press('ArrowRight');
      await page.getByRole('menuitem', { name: /^Kill dies/ }).click();
      await rowOf(page, /^node-2 (Restarting|Starting)/).waitFor();
      await rowOf(page, /^node-2 Ready/).waitFor();
      const events = page.getByRole('log', { name: 'Events of the cluster' });
      await events.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'node-2' }) }).first().waitFor();
    });

    await step('a paused and a stopped node are back after one click', async () => {
      await page.getByRole('button', { name: 'Pause (SIGSTOP) node-1' }).click();
      await rowOf(page, /^node-1 Paused/).waitFor();
      await page.getByRole('button', { name: 'Stop node-3' }).click();
      await rowOf(page, /^node-3 Stopped/).waitFor();
      await page.getByRole('button', { name: 'Back to normal' }).click();
      await rowOf(page, /^node-1 Ready/).waitFor();
      await rowOf(page, /^node-3 Ready/).waitFor();
      await page.getByText('3 of 3 nodes').waitFor();
    });

    await step('a node is added, seen on a page of its own, and removed with its data', async () => {
      await page.getByRole('button', { name: 'Add node' }).click();
      await page.getByText('node-4 was added').waitFor();
      await page.getByRole('list', { name: 'Nodes in the picture' }).getByRole('link', { name: /^node-4, ready/ }).press('Enter');
      await page.getByRole('heading', { level: 1, name: 'node-4' }).waitFor();
      await page.getByText('Data folder', { exact: true }).waitFor();
      const folder = join(door.dataDir, 'nodes', 'node-4');
      expect(existsSync(folder)).toBe(true);
      await more(page, 'node-4', 'Remove…');
      await page.getByLabel('Delete its data too').click();
      await page.getByRole('button', { name: 'Remove and delete data' }).click();
      await page.getByRole('heading', { name: 'There is no node-4' }).waitFor();
      expect(existsSync(folder)).toBe(false);
      await page.getByRole('button', { name: 'To the cluster' }).click();
      await page.getByText('3 of 3 nodes').waitFor();
    });

    await step('what a node says is one click away', async () => {
      await more(page, 'node-1', 'Logs');
      await page.getByRole('heading', { level: 1, name: 'Logs' }).waitFor();
      expect(page.url()).toContain('source=node-1');
      await page.getByRole('log', { name: 'Log lines' }).getByText('node-1').first().waitFor();
      await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'Cluster' }).click();
    });

    await step('everything is stopped after a question', async () => {
      await page.getByRole('button', { name: 'Stop all' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Stop all' }).click();
      await page.getByRole('heading', { name: 'No cluster is running' }).waitFor();
    });

    expect(door.complaints()).toEqual([]);
  });
});

describeDoors('the cluster view, over a scripted host', ({ open }) => {
  let door: OpenDoor;
  let host: ScriptedDoor;
  const show = async (view?: string): Promise<Page> => {
    door = await open({ scripted: host, view });
    return door.page;
  };

  beforeEach(async () => {
    host = await openScriptedDoor(RENDERER_DIR, {
      'system:info': () => systemInfo(), 'settings:get': () => settings(), 'settings:set': () => settings(), 'cluster:status': () => clusterStatus(),
      'videos:list': () => ({ videos: [], totalCount: 0 }), 'uploads:list': () => ({ uploads: [] }), 'events:list': () => ({ events: [] }),
      'metrics:latest': () => ({ sample: trafficSample() }), 'logs:query': () => ({ lines: [] }),
    });
  });
  afterEach(async () => {
    await door?.close();
    await host.close();
  });

  test('five nodes fit into 1280 × 800 without scrolling', async () => {
    const page = await show();
    await rowOf(page, /^node-5 Ready/).waitFor();
    const main = page.getByRole('main');
    expect(await main.evaluate((element) => [element.scrollHeight - element.clientHeight, element.scrollWidth - element.clientWidth])).toEqual([0, 0]);
  });

  test('a launch uses what was chosen, and what was chosen can become the default', async () => {
    let saved = settings();
    host.answers['settings:set'] = (change: object) => (saved = { ...saved, ...change });
    host.answers['cluster:status'] = () => stoppedCluster();
    host.answers['cluster:launch'] = () => clusterStatus();
    const page = await show();
    await page.getByText('Options', { exact: true }).click();
    await page.getByRole('button', { name: 'Fewer: Copies of a chunk' }).click();
    await page.getByRole('switch', { name: 'Authentication' }).click();
    await page.getByRole('button', { name: 'Save as defaults' }).click();
    await expect.poll(() => host.calls.find(({ name }) => name === 'settings:set')?.input).toEqual({ replicaCount: 2, authentication: 'off' });
    await page.getByRole('button', { name: 'Fewer: Copies of a chunk' }).click();
    await page.getByRole('textbox', { name: 'Capacity of a node in GiB' }).fill('1.5');
    await page.getByRole('button', { name: 'Launch only' }).click();
    await page.getByText('5 of 5 nodes').waitFor();
    expect(host.calls.find(({ name }) => name === 'cluster:launch')!.input).toEqual({ nodeCount: 5, replicaCount: 1 });
    expect(host.calls.findLast(({ name }) => name === 'settings:set')!.input).toEqual({ nodeCapacityBytes: 1.5 * 2 ** 30 });
  });

  test('an impossible port is told in words and not launched with', async () => {
    host.answers['cluster:status'] = () => stoppedCluster();
    const page = await show();
    await page.getByText('Options', { exact: true }).click();
    await page.getByText('From', { exact: true }).click();
    await page.getByRole('textbox', { name: 'First port' }).fill('80');
    await page.getByText('Expected a number from 1024 to 65000, got “80”.').waitFor();
    expect(await page.getByRole('button', { name: 'Launch only' }).isDisabled()).toBe(true);
  });

  test('a port conflict offers ports that are free', async () => {
    host.answers['cluster:status'] = () => failedCluster();
    host.answers['cluster:launch'] = () => clusterStatus();
    const page = await show();
    await page.getByRole('cell', { name: 'nginx: master process, process 812' }).waitFor();
    await page.getByRole('button', { name: 'Use ports from 8100' }).click();
    await page.getByText('5 of 5 nodes').waitFor();
    expect(host.calls.find(({ name }) => name === 'cluster:launch')!.input).toMatchObject({ portBase: 8100 });
  });

  test('the picture says what flows, also in words, and follows each sample', async () => {
    const page = await show();
    await page.getByRole('link', { name: /^node-1, ready, sends 24\.1 Mbit\/s/ }).waitFor();
    host.emit('metrics:sample', trafficSample({ atMs: Date.now() + 1_000, nodes: [nodeTraffic(1, { readBytesPerSecond: 0, writtenBytesPerSecond: 10_000_000 })] }));
    await page.getByRole('link', { name: /^node-1, ready, sends 0\.00 Mbit\/s, receives 80\.0 Mbit\/s/ }).waitFor();
    // To node-1, and from it to the metadata service.
    expect(await page.locator('.flow').count()).toBe(2);
  });

  test('sixteen nodes have a place each, and the keyboard reaches them', async () => {
    const numbers = Array.from({ length: 16 }, (_, index) => index + 1);
    host.answers['cluster:status'] = () => clusterStatus({ children: numbers.map((number) => node(number)) });
    const page = await show();
    const links = page.getByRole('list', { name: 'Nodes in the picture' }).getByRole('link');
    await links.nth(15).waitFor();
    expect(await links.count()).toBe(16);
    const tops = await links.evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom]));
    for (const [index, [top]] of tops.entries()) if (index > 0) expect(top).toBeGreaterThanOrEqual(tops[index - 1]![1]!);
    await links.nth(15).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'node-16' }).waitFor();
  });

  test('back to normal resumes and starts what is broken, and nothing else', async () => {
    host.answers['cluster:status'] = () => wedgedCluster();
    host.answers['nodes:resume'] = host.answers['nodes:start'] = () => ({});
    const page = await show();
    await page.getByRole('button', { name: 'Back to normal' }).click();
    await expect.poll(() => host.calls.filter(({ name }) => name.startsWith('nodes:')).map(({ name, input }) => `${name} ${(input as { nodeId: string }).nodeId}`)).toEqual([
      'nodes:resume node-2', 'nodes:start node-4', 'nodes:start node-5',
    ]);
  });

  test('a folder that nothing can open is told by its path', async () => {
    host.answers['system:open-folder'] = () => ({ path: '/home/ada/nodes/node-1', opened: false });
    const page = await show();
    await more(page, 'node-1', 'Open folder');
    await page.getByText('/home/ada/nodes/node-1').waitFor();
    await page.getByRole('button', { name: 'Copy path' }).waitFor();
  });

  test('a node that does not exist says so, and names those that do', async () => {
    const page = await show('/cluster/nodes/node-99');
    await page.getByRole('heading', { name: 'There is no node-99' }).waitFor();
    await page.getByText('node-1, node-2, node-3, node-4, node-5').waitFor();
  });

  describe('with reduced motion', () => {
    test('nothing travels on the links', async () => {
      const page = await show();
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.locator('.flow').first().waitFor({ state: 'attached' });
      const animation = await page.locator('.flow').first().evaluate((element) => (globalThis as unknown as PageGlobals).getComputedStyle(element).animationName);
      expect(animation).toBe('none');
    });
  });
});
