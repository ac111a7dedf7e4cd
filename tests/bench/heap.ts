/**
 * Whether the page grows: the built page as people run it, in headless Chromium over a host that follows a script, through ten simulated hours of
 * everything a host tells: cluster status, sample and playback once a second, log lines, events, uploads with their progress, changed lists and
 * settings. Meanwhile it goes from view to view, all of them every hour, and plays a video in one. The page's clock jumps some seconds at a time;
 * timers, frames and drawing run as they do otherwise. Before that, all that is bounded is filled (50,000 log lines, 200 events, the charts' rings),
 * every view is opened twelve times, so that its code is compiled, and an hour passes. Memory is compared always in the same view and after five
 * collections: objects of JavaScript and the memory behind typed arrays, and apart the code that the engine compiled, which is no data of ours. The
 * lists of videos and uploads stay as long as they are, because a library that grows may cost. `--hours=N` and `--runs=N` make it shorter.
 */
import { fileURLToPath } from 'node:url';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { HOUR_MS, SECOND_MS } from '../../runtime/contract/units.ts';
import { sleep, systemClock } from '../../runtime/platform/clock.ts';
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
const WARM_UP_TOURS = 12;
/** Shorter than the silence after which a page asks whether its host still lives. */
const STEP_MS = 8 * SECOND_MS;
const COLLECTIONS = 5;
/** How an event begins on the wire. */
const EVENT_FRAME = '{"kind":"event"';
/** Only a player that hangs reaches it. */
const PLAYING_MS_MAX = 180_000;
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
interface Run {
  /** After warming up and after each hour. */
  memories: Memory[];
  /** Compiled code in the first and in the last of them. */
  codeBytes: [first: number, last: number];
}

const memoryOf = async (session: CDPSession): Promise<Memory> => {
  for (let count = 0; count < COLLECTIONS; count++) await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
  const { metrics } = await session.send('Performance.getMetrics');
  return { heapBytes: usage.usedSize + (usage.backingStorageSize ?? 0), nodeCount: metrics.find(({ name }) => name === 'Nodes')!.value };
};

/** What the engine's snapshot counts as code: instructions, bytecode, feedback. */
const codeBytesOf = async (session: CDPSession): Promise<number> => {
  const pieces: string[] = [];
  const take = ({ chunk }: { chunk: string }): void => void pieces.push(chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', take);
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', take);
  const { snapshot, nodes } = JSON.parse(pieces.join('')) as { snapshot: { meta: { node_fields: string[]; node_types: [string[]] } }; nodes: number[] };
  const { node_fields: fields, node_types: [types] } = snapshot.meta;
  const [typeOffset, sizeOffset, code] = [fields.indexOf('type'), fields.indexOf('self_size'), types.indexOf('code')];
  let sum = 0;
  for (let index = 0; index < nodes.length; index += fields.length) if (nodes[index + typeOffset] === code) sum += nodes[index + sizeOffset]!;
  return sum;
};

const run = async (browser: Browser, door: ScriptedDoor): Promise<Run> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page: Page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  const script = createHostScript(door);
  let receivedCount = 0;
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => void (receivedCount += String(payload).startsWith(EVENT_FRAME) ? 1 : 0)));
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
      // A jump of the clock past what is still on its way would look like a host that has fallen silent.
      while (receivedCount < script.toldCount()) await sleep(systemClock, 1);
    }
  };
  const tour = async (stayMs: number): Promise<void> => {
    for (const view of TOUR) {
      await showView(page, view);
      await page.locator('h1').first().waitFor();
      if (view.startsWith('/watch/')) await videoReaches(page, 0.2, PLAYING_MS_MAX);
      await pass(stayMs);
    }
    await showView(page, HOME);
    await page.getByText('5 of 5 nodes').first().waitFor();
  };
  const hour = (): Promise<void> => tour(HOUR_MS / TOUR.length);

  await showView(page, '/cluster/logs');
  await page.locator('h1').first().waitFor();
  await script.fillLogs(() => page.evaluate(() => undefined));
  for (let count = 0; count < WARM_UP_TOURS; count++) await tour(STEP_MS);
  await hour();
  const memories = [await memoryOf(session)];
  const codeBytesFirst = await codeBytesOf(session);
  while (memories.length <= HOURS) {
    await hour();
    memories.push(await memoryOf(session));
  }
  const codeBytesLast = await codeBytesOf(session);
  await context.close();
  if (problems.length > 0) throw new Error(`The page complained: ${problems.join('; ')}`);
  return { memories, codeBytes: [codeBytesFirst, codeBytesLast] };
};

const chromium = requireChromium();
if (!chromium) throw new Error(NO_BROWSER);
const door = await openScriptedDoor(RENDERER_DIR);
const { manifest, bytes } = await cutSample(VIDEO_ID, 'Sample: the tide clock', (nodeId) => `${door.url}/node/${nodeId}`);
for (const [chunkId, chunk] of bytes) door.chunks.set(chunkId, chunk);
door.answers['videos:manifest'] = () => manifest;
const browser = await launchChromium(chromium);
try {
  const runs: Run[] = [];
  for (let count = 0; count < RUNS; count++) runs.push(await run(browser, door));
  const megabytes = (sizeBytes: number): string => (sizeBytes / MEGABYTE).toFixed(1);
  printFigures('Heap of the page', [
    { name: 'memory in use after warming up', value: median(runs.map(({ memories }) => memories[0]!.heapBytes)) / MEGABYTE, unit: 'MB', note: `median of ${RUNS} runs` },
    ...runs.flatMap(({ memories, codeBytes: [codeFirst, codeLast] }, index): Figure[] => {
      const [first, last] = [memories[0]!, memories.at(-1)!];
      return [
        {
          name: `growth over ${HOURS} h, run ${index + 1}`, value: 100 * (last.heapBytes / first.heapBytes - 1), unit: '%', target: '≤ 5 %',
          note: `${last.nodeCount - first.nodeCount} more DOM nodes; MB hour by hour: ${memories.map(({ heapBytes }) => megabytes(heapBytes)).join(', ')}`,
        },
        {
          name: `the same without compiled code, run ${index + 1}`, value: 100 * ((last.heapBytes - codeLast) / (first.heapBytes - codeFirst) - 1), unit: '%',
          note: `code: ${megabytes(codeFirst)} MB, then ${megabytes(codeLast)} MB`,
        },
      ];
    }),
  ]);
} finally {
  await browser.close();
  await door.close();
}
