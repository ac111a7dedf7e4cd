/** Every view and every state of it, judged by axe in both themes, over a host that follows a script. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparisonAnswers } from '../fixtures/scripted-door/comparison-scenes.ts';
import { type Answers, openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { metricSample, metricSummary, playbackSession } from '../fixtures/scripted-door/measurements.ts';
import { cutSample } from '../fixtures/scripted-door/media.ts';
import { busyNetwork, scriptedNetwork } from '../fixtures/scripted-door/network-states.ts';
import { scenes } from '../fixtures/scripted-door/scenes.ts';
import { clusterStatus, settings, systemInfo, uploads, videoRows } from '../fixtures/scripted-door/states.ts';
import { describeViolations, findViolations, findViolationsInThemes } from './axe.ts';
import { launchChromium, requireChromium } from './browser.ts';
import { isBuilt } from './web-door.ts';

const executablePath = requireChromium();
const projectPath = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const RENDERER_DIR = projectPath('out/renderer');
const VIDEO_ID = videoRows()[0]!.video_id;

/** What stands in the place of a parameter in an address; several where each shows something else. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  ':nodeId': ['node-3'],
  ':videoId': [VIDEO_ID],
  ':scenarioId': ['chaos'],
  ':tab(realtime|performance|comparison|analytics)': ['realtime', 'performance', 'comparison', 'analytics'],
  ':unknown(.*)*': ['no/such/view'],
};
/** Read from the router's text, because its views cannot be loaded outside a page. A view added there is judged here by itself. */
const addresses = [...readFileSync(projectPath('renderer/router.ts'), 'utf8').matchAll(/path: '([^']+)', component/g)].flatMap(([, pattern]) => {
  const [name] = /:.+/.exec(pattern!) ?? [];
  if (name === undefined) return [pattern!];
  const values = parameters[name];
  if (!values) throw new Error(`The router has a new parameter "${name}"; say in this test what may stand in its place.`);
  return values.map((value) => pattern!.replace(name, value));
});

/** Generous: one scene lives through a minute of a faked clock. */
const SCENE_MS_MAX = 180_000;

interface Overlay {
  address: string;
  open: (page: Page) => Promise<void>;
}
/** What opens over a view: dialogs, menus, lists of choices. Those of rarer states are scenes. */
const overlays: Readonly<Record<string, Overlay>> = {
  'the command palette': {
    address: '/cluster',
    open: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').waitFor();
    },
  },
  'the command palette with a search that finds nothing': {
    address: '/cluster',
    open: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').fill('zzzzzz');
    },
  },
  'the overview of shortcuts': {
    address: '/dashboard/realtime',
    open: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  'the menu of a video': {
    address: '/library',
    open: async (page) => {
      await page.locator('tbody [aria-haspopup="menu"]').first().click();
      await page.getByRole('menu').waitFor();
    },
  },
  'the menu of a node': {
    address: '/cluster',
    open: async (page) => {
      await page.locator('tbody [aria-haspopup="menu"]').first().click();
      await page.getByRole('menu').waitFor();
    },
  },
  'the profiles of a link': {
    address: '/network',
    open: async (page) => {
      await page.getByRole('button', { name: 'Profile of node-1: Clear' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  'the links a profile can be applied to': {
    address: '/network',
    open: async (page) => {
      await page.getByRole('button', { name: 'Apply LTE' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  'the list of log levels': {
    address: '/cluster/logs',
    open: async (page) => {
      await page.locator('[role="combobox"][aria-expanded]').first().click();
      await page.getByRole('listbox').waitFor();
    },
  },
};

describe.skipIf(!executablePath)('accessibility', () => {
  let browser: Browser;
  let door: ScriptedDoor;

  const answers = (): Answers => ({
    'system:info': () => systemInfo(),
    'settings:get': () => settings(),
    'cluster:status': () => clusterStatus(),
    'videos:list': () => ({ videos: videoRows(), totalCount: videoRows().length }),
    'videos:view': () => ({}),
    'uploads:list': () => ({ uploads: uploads() }),
    'events:list': () => ({ events: [] }),
    'logs:query': () => ({ lines: [] }),
    'playback:latest': () => ({ session: playbackSession() }),
    'playback:sessions': () => ({ sessions: [playbackSession()] }),
    'metrics:latest': () => ({ sample: metricSample() }),
    'metrics:history': () => ({ stepMs: 2_000, samples: Array.from({ length: 60 }, (_, index) => metricSample({ atMs: Date.now() - (60 - index) * 2_000 })) }),
    'metrics:summary': () => metricSummary(),
    ...comparisonAnswers(),
    ...scriptedNetwork(busyNetwork()).answers,
  });

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    [browser, door] = await Promise.all([launchChromium(executablePath!), openScriptedDoor(RENDERER_DIR, answers())]);
    const { manifest, bytes } = await cutSample(VIDEO_ID, 'Sample: the tide clock', (nodeId) => `${door.url}/node/${nodeId}`);
    for (const [chunkId, chunk] of bytes) door.chunks.set(chunkId, chunk);
    door.answers['videos:manifest'] = () => manifest;
  });
  afterAll(async () => {
    await browser?.close();
    await door?.close();
  });

  const onPage = async <T>(act: (page: Page) => Promise<T>): Promise<T> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    try {
      return await act(await context.newPage());
    } finally {
      await context.close();
    }
  };
  const visit = async (page: Page, address: string): Promise<void> => {
    await page.goto(`${door.signInUrl}&view=${address}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // What the view asks the host for is drawn.
    await page.waitForLoadState('networkidle');
  };
  /** Fails with every violation in words. */
  const expectNone = async (page: Page, where: string): Promise<void> => {
    const said = describeViolations(where, await findViolationsInThemes(page));
    if (said.length > 0) expect.fail(said.join('\n'));
  };

  test('the judge is awake: it finds a button without a name and grey on grey', async () => {
    const rules = await onPage(async (page) => {
      await page.setContent('<html lang="en"><title>Bad</title><main><h1>Bad</h1><button></button><p style="color:#999;background:#aaa">Grey</p></main></html>');
      return (await findViolations(page)).map(({ rule }) => rule);
    });
    expect(rules).toEqual(expect.arrayContaining(['button-name', 'color-contrast']));
  });

  test.concurrent.each(addresses)('%s has no violation in either theme', (address) =>
    onPage(async (page) => {
      await visit(page, address);
      await expectNone(page, address);
    }));

  test.concurrent.each(Object.entries(overlays))('%s has no violation in either theme', (name, { address, open }) =>
    onPage(async (page) => {
      await visit(page, address);
      await open(page);
      await expectNone(page, name);
    }));

  test.concurrent.each(Object.entries(scenes))('the scene %s has no violation in either theme', (name, scene) =>
    onPage(async (page) => {
      const close = await scene({ page, rendererDir: RENDERER_DIR });
      try {
        await expectNone(page, name);
      } finally {
        await close();
      }
    }), SCENE_MS_MAX);
});
