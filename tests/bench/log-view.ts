/**
 * The log view under 10,000 lines a second for a minute, in headless Chromium: the built page, the control contract's frames over a real
 * WebSocket, and as the source a scripted host that sends as the real one does, a batch every 200 ms. Long tasks are those the browser
 * itself reports (over 50 ms); scripting is its own account of the main thread's time. At the end the page exports what it shows: every one
 * of the last 50,000 lines must be there, in order. The second run searches by a regular expression meanwhile.
 *
 * A long task is 50 ms by the clock, so on a machine that is busy with other things even a short one is long. A trace of ten more seconds
 * therefore tells how much CPU time the longest task took by itself.
 */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { LogLine } from '../../runtime/contract/control/logs.ts';
import { launchChromium, requireChromium } from '../e2e/browser.ts';
import { logLines } from '../fixtures/scripted-door/cluster-states.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { clusterStatus, settings, systemInfo } from '../fixtures/scripted-door/states.ts';
import { percentile, printFigures } from './lib/figures.ts';

const LINES_PER_SECOND = 10_000;
/** As the host batches. */
const BATCH_MS = 200;
const BATCH_LINES = (LINES_PER_SECOND * BATCH_MS) / 1000;
const SECONDS = 60;
const SEARCH_SECONDS = 20;
const TRACE_SECONDS = 10;
/** What the view keeps. */
const LINES_KEPT = 50_000;
const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));

interface PageGlobals {
  longTaskMs: number[];
  document: { querySelectorAll(selector: string): ArrayLike<{ textContent: string | null }> };
}

/** Runs in the page before its own scripts. */
const watchLongTasks = (): void => {
  const longTaskMs: number[] = [];
  (globalThis as unknown as PageGlobals).longTaskMs = longTaskMs;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => longTaskMs.push(entry.duration))).observe({ type: 'longtask' as 'mark' }); // Node's types, which describe the global here, know no long tasks.
};

const metricsOf = async (session: CDPSession): Promise<Record<string, number>> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
};

/** Sends lines at the pace of the clock, whatever a single timer does. Every line's message is its number. */
const pour = async (door: ScriptedDoor, fromSequence: number, seconds: number, eachSecond: (sequence: number) => Promise<void>): Promise<number> => {
  const startMs = performance.now();
  let sequence = fromSequence;
  for (let batch = 1; batch <= (seconds * 1000) / BATCH_MS; batch++) {
    const lines: LogLine[] = logLines(sequence, BATCH_LINES, Date.now()).map((line) => ({ ...line, message: `${line.sequence} ${line.message}` }));
    sequence += BATCH_LINES;
    door.emit('logs:lines', { lines, droppedCount: 0 });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs + batch * BATCH_MS - performance.now())));
    if (batch % (1000 / BATCH_MS) === 0) await eachSecond(sequence - 1);
  }
  return sequence;
};

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** CPU time of the thread, in microseconds. */
  tdur?: number;
  args: { name?: string };
}

/** CPU milliseconds of the longest task of the page's main thread. */
const longestTaskMs = (trace: Buffer): number => {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const mainThreads = new Set(traceEvents.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain').map(threadOf));
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && mainThreads.has(threadOf(event)));
  return Math.max(...tasks.map((task) => (task.tdur ?? 0) / 1000));
};

const lastNumber = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const rows = (globalThis as unknown as PageGlobals).document.querySelectorAll('[role="log"] .text');
    return Number.parseInt(rows[rows.length - 1]?.textContent ?? '0', 10);
  });

const measure = async (page: Page, session: CDPSession, door: ScriptedDoor, fromSequence: number, seconds: number) => {
  await page.evaluate(() => ((globalThis as unknown as PageGlobals).longTaskMs.length = 0));
  const before = await metricsOf(session);
  const behind: number[] = [];
  const nextSequence = await pour(door, fromSequence, seconds, async (sent) => {
    behind.push(sent - (await lastNumber(page)));
  });
  const after = await metricsOf(session);
  const longTaskMs = await page.evaluate(() => [...(globalThis as unknown as PageGlobals).longTaskMs]);
  const shareOf = (name: string): number => ((after[name]! - before[name]!) / (after.Timestamp! - before.Timestamp!)) * 100;
  return { nextSequence, behind, longTaskMs, scriptShare: shareOf('ScriptDuration'), taskShare: shareOf('TaskDuration'), heapMib: after.JSHeapUsedSize! / 2 ** 20 };
};

const exportedNumbers = async (page: Page): Promise<number[]> => {
  await page.getByRole('button', { name: 'More about this log' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export what is shown' }).click()]);
  return readFileSync(await download.path(), 'utf8').trim().split('\n').map((line) => (JSON.parse(line) as LogLine).sequence);
};

const run = async (browser: Browser): Promise<void> => {
  const door = await openScriptedDoor(RENDERER_DIR, {
    'system:info': () => systemInfo(), 'settings:get': () => settings(), 'cluster:status': () => clusterStatus(), 'videos:list': () => ({ videos: [], totalCount: 0 }),
    'uploads:list': () => ({ uploads: [] }), 'events:list': () => ({ events: [] }), 'logs:query': () => ({ lines: logLines(1, 1) }),
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(watchLongTasks);
    await page.goto(`${door.signInUrl}&view=${encodeURIComponent('/cluster/logs?level=debug')}`);
    await page.getByText('heartbeat answered').first().waitFor();
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');

    // Before it is measured the ring is filled, so that what is measured lasts.
    const { nextSequence } = await measure(page, session, door, 2, LINES_KEPT / LINES_PER_SECOND);
    const plain = await measure(page, session, door, nextSequence, SECONDS);
    await browser.startTracing(page, { categories: ['__metadata', 'disabled-by-default-devtools.timeline'] });
    const traced = await measure(page, session, door, plain.nextSequence, TRACE_SECONDS);
    const longestMs = longestTaskMs(await browser.stopTracing());
    const kept = await exportedNumbers(page);
    const missingCount = kept.filter((sequence, index) => index > 0 && sequence !== kept[index - 1]! + 1).length + (kept.at(-1) === traced.nextSequence - 1 ? 0 : 1);

    await page.getByRole('textbox', { name: 'Search by regular expression' }).fill('time.?out|50[0-9]$');
    await page.getByText('found').waitFor();
    const searched = await measure(page, session, door, traced.nextSequence, SEARCH_SECONDS);

    const over = (longTaskMs: readonly number[]): string => (longTaskMs.length === 0 ? 'none' : `longest ${Math.max(...longTaskMs).toFixed(0)} ms`);
    printFigures('The log view', [
      { name: `long tasks over 50 ms, ${SECONDS} s at 10,000 lines/s`, value: plain.longTaskMs.length, unit: '', target: '≤ 0', note: `${over(plain.longTaskMs)}; load of the machine ${loadavg()[0]!.toFixed(1)}` },
      { name: 'longest task, CPU time', value: longestMs, unit: 'ms', target: '≤ 50 ms', note: `trace of ${TRACE_SECONDS} s more` },
      { name: 'of the last 50,000 lines, missing or out of order', value: missingCount, unit: 'lines', target: '≤ 0', note: `${kept.length.toLocaleString('en')} exported, ${(SECONDS * LINES_PER_SECOND).toLocaleString('en')} sent` },
      { name: 'last line on screen behind the source, p95', value: percentile(plain.behind, 95), unit: 'lines', note: 'a batch is 2,000' },
      { name: 'scripting share of the main thread', value: plain.scriptShare, unit: '%', note: `all tasks ${plain.taskShare.toFixed(1)} %` },
      { name: 'heap', value: plain.heapMib, unit: 'MiB', note: 'before a collection' },
      { name: `long tasks over 50 ms while a search runs along, ${SEARCH_SECONDS} s`, value: searched.longTaskMs.length, unit: '', target: '≤ 0', note: over(searched.longTaskMs) },
      { name: 'scripting share while a search runs along', value: searched.scriptShare, unit: '%', note: `all tasks ${searched.taskShare.toFixed(1)} %` },
    ]);
  } finally {
    await context.close();
    await door.close();
  }
};

const executablePath = requireChromium();
if (!executablePath) process.exit(1);
const browser = await launchChromium(executablePath);
try {
  await run(browser);
} finally {
  await browser.close();
}
