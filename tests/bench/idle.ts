/**
 * What it costs to watch a cluster that does nothing: a cluster of 5 nodes in `vstack serve`, and the page in headless Chromium with the dashboard open
 * and in sight, as a person leaves it: each of its measured tabs for 60 s, after 15 s in which it warms up. What counts is the CPU time of the host,
 * which is the web door too, by its own count, read at its `/metrics` before and after; the browser's own is not in it. What the page asked and was
 * told meanwhile is read off its WebSocket. `--seconds=N` measures longer or shorter.
 */
import type { Page } from 'playwright-core';
import { SECOND_MS } from '../../runtime/contract/units.ts';
import { connectControl } from '../../runtime/client/control/websocket-client.ts';
import { createHttpClient } from '../../runtime/platform/http/client.ts';
import { sleep, systemClock } from '../../runtime/platform/clock.ts';
import { launchChromium, NO_BROWSER, requireChromium } from '../e2e/browser.ts';
import { showView } from '../e2e/door-parts.ts';
import { startWebDoor } from '../e2e/web-door.ts';
import { printFigures, type Figure } from './lib/figures.ts';

const NODES = 5;
const WARM_UP_MS = 15 * SECOND_MS;
const MEASURED_MS = Number(process.argv.find((arg) => arg.startsWith('--seconds='))?.split('=')[1] ?? 60) * SECOND_MS;
const TABS = ['realtime', 'performance', 'analytics'] as const;

/** Counts what crosses the page's WebSocket from now on. */
const countFrames = (page: Page) => {
  const counts = { calls: 0, events: 0, receivedBytes: 0 };
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      if ((JSON.parse(String(payload)) as { kind: string }).kind === 'call') counts.calls += 1;
    });
    socket.on('framereceived', ({ payload }) => {
      counts.receivedBytes += payload.length;
      if ((JSON.parse(String(payload)) as { kind: string }).kind === 'event') counts.events += 1;
    });
  });
  return counts;
};

const chromium = requireChromium();
if (!chromium) throw new Error(NO_BROWSER);
const door = await startWebDoor();
const browser = await launchChromium(chromium);
try {
  const { origin, host, hash } = new URL(door.signInUrl);
  const token = new URLSearchParams(hash.slice(1)).get('token')!;
  /** Not connected while anything is measured. */
  const ask = async <T>(question: (client: Awaited<ReturnType<typeof connectControl>>) => Promise<T>): Promise<T> => {
    const client = await connectControl(`ws://${host}/control`, { token });
    try {
      return await question(client);
    } finally {
      client.close();
    }
  };
  await ask((client) => client.call('cluster:launch', { nodeCount: NODES }));

  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const counts = countFrames(page);
  await page.goto(`${door.signInUrl}&view=/dashboard/${TABS[0]}`);
  await page.getByText(`${NODES} of ${NODES} nodes`).waitFor();

  const http = createHttpClient({ secret: token });
  const look = async (): Promise<{ cpuSeconds: number; rssMib: number }> => {
    const text = (await (await http.request(`${origin}/metrics`)).bytes()).toString('utf8');
    return {
      cpuSeconds: Number(/^vstack_process_cpu_seconds_total (\S+)$/m.exec(text)![1]),
      rssMib: Number(/^vstack_process_resident_memory_bytes (\S+)$/m.exec(text)![1]) / 2 ** 20,
    };
  };
  let rssMib = 0;
  const measure = async (tab: string): Promise<Figure> => {
    await showView(page, `/dashboard/${tab}`);
    await sleep(systemClock, WARM_UP_MS);
    const [before, countsBefore, startMs] = [await look(), { ...counts }, performance.now()];
    await sleep(systemClock, MEASURED_MS);
    const [after, seconds] = [await look(), (performance.now() - startMs) / SECOND_MS];
    rssMib = after.rssMib;
    const perSecond = (key: keyof typeof counts): number => (counts[key] - countsBefore[key]) / seconds;
    return {
      name: `host and web door, ${tab} open`, value: ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100, unit: '% of a core', target: '≤ 2 %',
      note: `${MEASURED_MS / SECOND_MS} s, ${NODES} nodes; ${perSecond('events').toFixed(1)} events/s, ${perSecond('calls').toFixed(2)} calls/s, ${(perSecond('receivedBytes') / 1024).toFixed(1)} KiB/s`,
    };
  };
  const figures: Figure[] = [];
  for (const tab of TABS) figures.push(await measure(tab));
  http.close();
  const { children } = await ask((client) => client.call('cluster:status', {}));
  printFigures('Idle cluster', [
    ...figures,
    { name: 'metadata, 5 nodes and uploader together', value: children.reduce((sum, { cpuPercent }) => sum + (cpuPercent ?? 0), 0), unit: '% of a core', note: 'over the last beats' },
    { name: 'memory of the host', value: rssMib, unit: 'MiB' },
  ]);
} finally {
  await browser.close();
  await door.stop();
}
