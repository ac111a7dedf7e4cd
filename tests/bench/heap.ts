/**
 * Whether the page grows: the built page as people run it, in headless Chromium over a host that follows a script, through twelve simulated hours of
 * everything a host tells: cluster status, sample and playback once a second, log lines, events, uploads with their progress, changed lists and
 * settings. Meanwhile it goes from view to view, all of them every hour, and plays a video in one. The page's clock jumps five seconds at a time;
 * timers, frames and drawing run as they do otherwise. The first two hours fill what is bounded (50,000 log lines, the charts' rings) and let code be
 * compiled. Then the memory in use is compared, always in the same view and after five collections: objects of JavaScript and the memory behind typed
 * arrays. The list of videos and uploads stays as long as it is, because a library that grows may cost. `--hours=N` and `--runs=N` make it shorter.
 */
import { fileURLToPath } from 'node:url';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../runtime/contract/units.ts';
import { launchChromium, NO_BROWSER, requireChromium } from '../e2e/browser.ts';
import { showView } from '../e2e/door-parts.ts';
import { videoReaches } from '../e2e/video.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { cutSample } from '../fixtures/scripted-door/media.ts';
import { createHostScript } from './lib/host-script.ts';
import { median, printFigures, type Figure } from './lib/figures.ts';

const option = (name: string, otherwise: number): number => Number(process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise);
const HOURS = option('hours', 10);
const RUNS = option('runs', 3);
const WARM_UP_HOURS = 2;
/** Shorter than the silence after which a page asks whether its host still lives. */
const STEP_MS = 5 * SECOND_MS;
const COLLECTIONS = 5;
const MEGABYTE = 1_000_000;
const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));
const VIDEO_ID = 'vid-000000000000';
/** Where the memory is compared. */
const HOME = '/cluster';
const TOUR = [
  HOME, '/cluster/nodes/node-3', '/cluster/logs', '/library', `/library/${VIDEO_ID}`, `/watch/${VIDEO_ID}`, '/dashboard/realtime', '/dashboard/performance', '/dashboard/analytics',
  '/network', '/settings', '/about',
];

interface Memory {
  heapBytes: number;
  nodeCount: number;
}

const memoryOf = async (session: CDPSession): Promise<Memory> => {
  for (let count = 0; count < COLLECTIONS; count++) await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
  const { metrics } = await session.send('Performance.getMetrics');
  return { heapBytes: usage.usedSize + (usage.backingStorageSize ?? 0), nodeCount: metrics.find(({ name }) => name === 'Nodes')!.value };
};

/** The memory after warming up and after each hour. */
const run = async (browser: Browser, door: ScriptedDoor): Promise<Memory[]> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page: Page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  const script = createHostScript(door);
  await page.clock.install();
  await page.goto(`${door.signInUrl}&view=${HOME}`);
  await page.getByText('5 of 5 nodes').waitFor();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const nowMs = (): Promise<number> => page.evaluate(() => Date.now());

  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
      await page.clock.fastForward(STEP_MS);
      script.tellUntil(await nowMs());
    }
  };
  const hour = async (): Promise<void> => {
    for (const view of TOUR) {
      await showView(page, view);
      await page.locator('h1').first().waitFor();
      if (view.startsWith('/watch/')) await videoReaches(page, 0.2);
      await pass(Math.ceil(HOUR_MS / TOUR.length / MINUTE_MS) * MINUTE_MS);
    }
    await showView(page, HOME);
    await page.getByText('5 of 5 nodes').first().waitFor();
  };

  await showView(page, '/cluster/logs');
  await page.locator('h1').first().waitFor();
  await script.fillLogs(() => page.evaluate(() => undefined));
  const memories: Memory[] = [];
  for (let passed = 1; passed <= WARM_UP_HOURS + HOURS; passed++) {
    await hour();
    if (passed >= WARM_UP_HOURS) memories.push(await memoryOf(session));
    process.stderr.write(`hour ${passed}: ${((memories.at(-1)?.heapBytes ?? NaN) / MEGABYTE).toFixed(2)} MB\n`);
  }
  await context.close();
  if (problems.length > 0) throw new Error(`The page complained: ${problems.join('; ')}`);
  return memories;
};

const chromium = requireChromium();
if (!chromium) throw new Error(NO_BROWSER);
const door = await openScriptedDoor(RENDERER_DIR);
const { manifest, bytes } = await cutSample(VIDEO_ID, 'Sample: the tide clock', (nodeId) => `${door.url}/node/${nodeId}`);
for (const [chunkId, chunk] of bytes) door.chunks.set(chunkId, chunk);
door.answers['videos:manifest'] = () => manifest;
const browser = await launchChromium(chromium);
try {
  const runs: Memory[][] = [];
  for (let count = 0; count < RUNS; count++) runs.push(await run(browser, door));
  const growth = (memories: readonly Memory[]): number => 100 * (memories.at(-1)!.heapBytes / memories[0]!.heapBytes - 1);
  const hourly = (memories: readonly Memory[]): string => memories.map(({ heapBytes }) => (heapBytes / MEGABYTE).toFixed(1)).join(', ');
  printFigures('Heap of the page', [
    { name: 'memory in use after warming up', value: median(runs.map(([first]) => first!.heapBytes)) / MEGABYTE, unit: 'MB', note: `median of ${RUNS} runs` },
    ...runs.map((memories, index): Figure => ({
      name: `growth over ${HOURS} h, run ${index + 1}`, value: growth(memories), unit: '%', target: '≤ 5 %',
      note: `${memories.at(-1)!.nodeCount - memories[0]!.nodeCount} more DOM nodes; MB hour by hour: ${hourly(memories)}`,
    })),
  ]);
} finally {
  await browser.close();
  await door.close();
}
