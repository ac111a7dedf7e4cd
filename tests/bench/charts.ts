/**
 * Twelve live charts with an hour of history at 4 Hz (14,400 samples, up to five lines each), in headless Chromium at 1280 × 800 without a GPU: the
 * dashboard's own record and components, on a page of their own. Samples come at their real pace, first with the page left alone, then with a pointer
 * that moves its crosshair over all twelve; mounting them is measured apart, in pages of their own. A long task is one of over 50 ms on the main thread:
 * by its CPU time, so that neighbours on the machine do not count, and by the clock, as the browser itself counts. Shares are CPU time too. What
 * the whole page holds over hours is another benchmark: heap.
 */
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { build } from 'vite';
import { launchChromium, NO_BROWSER, requireChromium } from '../e2e/browser.ts';
import { median, printFigures } from './lib/figures.ts';

const LIVE_SEC = 30;
const POINTER_SEC = 10;
/** What mounting leaves to do is not counted to what follows. */
const SETTLE_MS = 2_000;
/** A first mounting, with nothing compiled, each in a page of its own. */
const MOUNTINGS = 5;
const VIEWPORT = { width: 1280, height: 800 };
const LONG_TASK_MS = 50;
const MIME: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };

interface LongTask {
  startMs: number;
  durationMs: number;
}
/** As the browser writes them; durations in microseconds, `tdur` of CPU time. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  tdur?: number;
  args?: { name?: string };
}

const serve = async (folder: string): Promise<{ url: string; close: () => void }> => {
  const server = createServer((request, response) => {
    const name = request.url === '/' ? '/index.html' : normalize(request.url!.split('?')[0]!);
    readFile(join(folder, name)).then(
      (bytes) => response.writeHead(200, { 'Content-Type': MIME[extname(name)] ?? 'application/octet-stream' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const metricsOf = async (session: CDPSession): Promise<Record<string, number>> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
};
/** Follows the tasks of the main threads of all pages; the function returned resolves with their CPU times in milliseconds. */
const traceTasks = async (browser: Browser): Promise<() => Promise<number[]>> => {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', { traceConfig: { includedCategories: ['toplevel'] } });
  return async () => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.end');
    await complete;
    await session.detach();
    const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
    const mainThreads = new Set(events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf));
    return events.filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && mainThreads.has(threadOf(event))).map(({ tdur = 0 }) => tdur / 1_000);
  };
};
const longest = (durationsMs: readonly number[]): string => (durationsMs.length === 0 ? 'none' : `longest ${Math.max(...durationsMs).toFixed(0)} ms`);
const longOnes = (durationsMs: readonly number[]): number[] => durationsMs.filter((durationMs) => durationMs > LONG_TASK_MS);

const chromium = requireChromium();
if (!chromium) throw new Error(NO_BROWSER);
const folder = await mkdtemp(join(tmpdir(), 'vstack-charts-'));
await build({ configFile: false, logLevel: 'error', root: fileURLToPath(new URL('charts-page', import.meta.url)), plugins: [vue()], build: { outDir: folder, emptyOutDir: true } });
const server = await serve(folder);
const browser = await launchChromium(chromium);
try {
  /** A page of its own with an hour of history and no chart yet. */
  const openPage = async (): Promise<{ page: Page; session: CDPSession }> => {
    const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(server.url);
    await page.evaluate('bench.fill()');
    return { page, session };
  };
  const mount = async (page: Page): Promise<{ mountMs: number; tasksMs: number[] }> => {
    const endTrace = await traceTasks(browser);
    const mountMs = (await page.evaluate('bench.mount()')) as number;
    return { mountMs, tasksMs: await endTrace() };
  };
  const mountings = [];
  for (let count = 1; count < MOUNTINGS; count++) {
    const { page } = await openPage();
    mountings.push(await mount(page));
    await page.context().close();
  }

  const { page, session } = await openPage();
  const longTasksSince = async (sinceMs: number): Promise<number[]> =>
    longOnes(((await page.evaluate('bench.longTasks')) as LongTask[]).filter(({ startMs }) => startMs >= sinceMs).map(({ durationMs }) => durationMs));
  /** Runs something and tells its tasks by CPU time and by the clock, and the shares of the main thread in percent. */
  const observe = async (action: () => Promise<unknown>) => {
    const startMs = (await page.evaluate('performance.now()')) as number;
    const before = await metricsOf(session);
    const endTrace = await traceTasks(browser);
    const startedMs = performance.now();
    await action();
    const tookSec = (performance.now() - startedMs) / 1_000;
    const tasksMs = await endTrace();
    const after = await metricsOf(session);
    const share = (name: string): number => (100 * (after[name]! - before[name]!)) / tookSec;
    return { tasksMs, longMs: longOnes(tasksMs), longByClockMs: await longTasksSince(startMs), scriptShare: share('ScriptDuration'), taskShare: share('TaskDuration') };
  };

  mountings.push(await mount(page));
  await page.waitForTimeout(SETTLE_MS);
  await page.evaluate('window.stopLive = bench.live(); undefined');
  const live = await observe(() => page.waitForTimeout(LIVE_SEC * 1_000));
  const pointed = await observe(async () => {
    const endMs = Date.now() + POINTER_SEC * 1_000;
    for (let step = 0; Date.now() < endMs; step++) {
      await page.mouse.move(60 + ((step * 3) % 200), 60);
      await page.waitForTimeout(16);
    }
  });
  await page.evaluate('window.stopLive()');

  const load = `load average ${loadavg()[0]!.toFixed(1)}`;
  const longestMs = mountings.map(({ tasksMs }) => Math.max(...tasksMs));
  const inAllMs = median(mountings.map(({ tasksMs }) => tasksMs.reduce((sum, taskMs) => sum + taskMs, 0)));
  printFigures('Charts', [
    { name: 'tasks over 50 ms of CPU time', value: live.longMs.length, unit: '', target: '≤ 0', note: `${LIVE_SEC} s live, after mounting; ${longest(live.tasksMs)}` },
    { name: 'the same under a moving pointer', value: pointed.longMs.length, unit: '', target: '≤ 0', note: `${POINTER_SEC} s, the crosshair in all twelve; ${longest(pointed.tasksMs)}` },
    { name: 'long tasks by the clock', value: live.longByClockMs.length, unit: '', target: '≤ 0', note: `${longest(live.longByClockMs)}; ${load}` },
    { name: 'the same under a moving pointer', value: pointed.longByClockMs.length, unit: '', target: '≤ 0', note: longest(pointed.longByClockMs) },
    { name: 'scripting share of the main thread', value: live.scriptShare, unit: '%', note: `over ${LIVE_SEC} s; under a moving pointer ${pointed.scriptShare.toFixed(1)} %` },
    { name: 'all tasks of the main thread', value: live.taskShare, unit: '%', note: 'scripting, layout, painting in software' },
    { name: 'longest task while mounting', value: Math.max(...longestMs), unit: 'ms', target: '≤ 50 ms', note: `of CPU time, the worst of ${MOUNTINGS} pages: ${longestMs.map((ms) => ms.toFixed(0)).join(', ')} ms; ${inAllMs.toFixed(0)} ms in all tasks together` },
    { name: 'mounting, to the last of twelve drawn', value: median(mountings.map(({ mountMs }) => mountMs)), unit: 'ms', note: 'by the clock; Chart.js is loaded meanwhile' },
  ]);
} finally {
  await browser.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
}
