/**
 * Twelve live charts with an hour of history at 4 Hz (14,400 samples, up to five lines each), in headless Chromium at 1280 × 800 without a GPU: the
 * dashboard's own record and components, on a page of their own. Samples come at their real pace, first with the page left alone, then with a pointer
 * that moves its crosshair over all twelve; what mounting costs is told apart. A long task is one of over 50 ms on the main thread: by its CPU time,
 * so that neighbours on the machine do not count, and by the clock, as the browser itself counts. Shares are CPU time too. The heap is compared after
 * garbage collection, before and after ten hours of samples, each parsed from its text as a socket delivers it.
 */
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { Browser, CDPSession } from 'playwright-core';
import { build } from 'vite';
import { launchChromium, NO_BROWSER, requireChromium } from '../e2e/browser.ts';
import { printFigures } from './lib/figures.ts';

const LIVE_SEC = 30;
const POINTER_SEC = 10;
/** What mounting leaves to do is not counted to what follows. */
const SETTLE_MS = 2_000;
const HOURS = 10;
/** Rings are full and code is compiled after this many hours more. */
const WARM_UP_HOURS = 2;
const VIEWPORT = { width: 1280, height: 800 };
const MEGABYTE = 1_000_000;
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
/** Bytes that are really in use. Some garbage is only found by the second collection. */
const heapOf = async (session: CDPSession): Promise<number> => {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
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
  const page = await browser.newPage({ viewport: VIEWPORT });
  page.on('pageerror', (error) => {
    throw error;
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(server.url);
  const longTasksSince = async (sinceMs: number): Promise<number[]> =>
    longOnes(((await page.evaluate('bench.longTasks')) as LongTask[]).filter(({ startMs }) => startMs >= sinceMs).map(({ durationMs }) => durationMs));
  /** Runs something and tells its tasks by CPU time and by the clock, and the shares of the main thread in percent. */
  const observe = async (action: () => Promise<unknown>) => {
    const startMs = await pageNowMs();
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
  const pageNowMs = (): Promise<number> => page.evaluate('performance.now()');

  await page.evaluate('bench.fill()');
  let mountMs = 0;
  const mounting = await observe(async () => {
    mountMs = await page.evaluate('bench.mount()');
  });
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
  await page.mouse.move(0, 0);
  await page.evaluate('window.stopLive()');

  await page.evaluate(`bench.hours(${WARM_UP_HOURS})`);
  const heapBefore = await heapOf(session);
  const nodesBefore = (await metricsOf(session)).Nodes!;
  const taken = (await page.evaluate(`bench.hours(${HOURS})`)) as number;
  const heapAfter = await heapOf(session);
  const nodesAfter = (await metricsOf(session)).Nodes!;

  const load = `load average ${loadavg()[0]!.toFixed(1)}`;
  printFigures('Charts', [
    { name: 'tasks over 50 ms of CPU time', value: live.longMs.length, unit: '', target: '≤ 0', note: `${LIVE_SEC} s live, after mounting; ${longest(live.tasksMs)}` },
    { name: 'the same under a moving pointer', value: pointed.longMs.length, unit: '', target: '≤ 0', note: `${POINTER_SEC} s, the crosshair in all twelve; ${longest(pointed.tasksMs)}` },
    { name: 'long tasks by the clock', value: live.longByClockMs.length, unit: '', target: '≤ 0', note: `${longest(live.longByClockMs)}; ${load}` },
    { name: 'the same under a moving pointer', value: pointed.longByClockMs.length, unit: '', target: '≤ 0', note: longest(pointed.longByClockMs) },
    { name: 'scripting share of the main thread', value: live.scriptShare, unit: '%', note: `over ${LIVE_SEC} s; under a moving pointer ${pointed.scriptShare.toFixed(1)} %` },
    { name: 'all tasks of the main thread', value: live.taskShare, unit: '%', note: 'scripting, layout, painting in software' },
    { name: 'mounting, to the last of twelve drawn', value: mountMs, unit: 'ms', note: 'by the clock; Chart.js is loaded meanwhile' },
    { name: 'longest task while mounting', value: Math.max(...mounting.tasksMs), unit: 'ms', note: `of CPU time; ${mounting.tasksMs.reduce((sum, taskMs) => sum + taskMs, 0).toFixed(0)} ms in all` },
    { name: 'heap after warming up', value: heapBefore / MEGABYTE, unit: 'MB' },
    { name: `heap growth over ${HOURS} h of samples`, value: (100 * (heapAfter - heapBefore)) / heapBefore, unit: '%', target: '≤ 5 %', note: `${taken.toLocaleString('en')} samples of five nodes and a player; ${nodesAfter - nodesBefore} more DOM nodes` },
  ]);
} finally {
  await browser.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
}
