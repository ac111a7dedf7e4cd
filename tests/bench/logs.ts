/**
 * 10,000 log lines a second for a minute: a real child that writes its log file and streams the same lines, its IPC channel, the host's store,
 * a WebSocket, and a client that reads. Then a search over all lines that the host keeps.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ChildMessage } from '../../runtime/contract/child.ts';
import { createDispatcher, type Handlers } from '../../runtime/host/dispatcher.ts';
import { openControlDoor } from '../../runtime/host/door/control-door.ts';
import { createEventHub } from '../../runtime/host/event-hub.ts';
import { LINES_KEPT } from '../../runtime/host/log-ring.ts';
import { createLogStore } from '../../runtime/host/log-store.ts';
import { createVideoDownloads } from '../../runtime/host/video-downloads.ts';
import { systemClock } from '../../runtime/platform/clock.ts';
import { silentLogger } from '../../runtime/platform/log.ts';
import { createNodeStarter } from '../../runtime/platform/process/node-starter.ts';
import { printFigures } from './lib/figures.ts';

const LINES_PER_SECOND = 10_000;
const seconds = Number(process.argv.slice(2).find((arg) => /^\d+$/.test(arg)) ?? 60);
const TOKEN = 't'.repeat(64);

const dir = mkdtempSync(join(tmpdir(), 'vstack-logs-'));
const events = createEventHub();
const logs = createLogStore(systemClock, (data) => events.emit('logs:lines', data));
const door = await openControlDoor({
  host: {
    dispatcher: createDispatcher({} as Handlers), events, downloads: createVideoDownloads(systemClock, () => Promise.reject(new Error('none'))),
    clock: systemClock, log: silentLogger(), version: '0', door: 'cli',
  },
  port: 0, tokens: [TOKEN], httpToken: TOKEN,
});
const listener = new Worker(new URL('../fixtures/log-listener.ts', import.meta.url), { workerData: { url: door.controlUrl, token: TOKEN } });
const nextMessage = (): Promise<unknown> => new Promise((resolve) => listener.once('message', resolve));
await nextMessage();

const said = Promise.withResolvers<number>();
let droppedByChild = 0;
const onMessage = (message: ChildMessage): void => {
  if (message.kind === 'log') {
    droppedByChild += message.droppedCount;
    logs.add('node-1', message.lines, message.droppedCount);
  }
  if (message.kind === 'event' && message.name === 'said') said.resolve((message.data as { count: number }).count);
};
const entry = new URL('../fixtures/children/chatty.ts', import.meta.url).pathname;
const child = createNodeStarter({ nodePath: process.execPath }).start({ entry, nonce: 'bench', onMessage });
child.send({ kind: 'start', name: 'node-1', config: { linesPerSecond: LINES_PER_SECOND, seconds }, logFile: join(dir, 'node-1.log') });

const cpuBefore = process.threadCpuUsage();
const delays: number[] = [];
let lastTickMs = performance.now();
const ticker = setInterval(() => {
  const nowMs = performance.now();
  delays.push(nowMs - lastTickMs - 10);
  lastTickMs = nowMs;
}, 10);
const startedMs = performance.now();
const count = await said.promise;
await new Promise((resolve) => setTimeout(resolve, 1_000));
const elapsedMs = performance.now() - startedMs;
clearInterval(ticker);
const cpu = process.threadCpuUsage(cpuBefore);
listener.postMessage('counts');
const counts = (await nextMessage()) as { lines: number; dropped: number; batches: number; gaps: number };
const { rss } = process.memoryUsage();
const searchedMs = performance.now();
await logs.search({ level: 'debug', limit: 500, search: 'nothing (?:like|as) this' });
const searchMs = performance.now() - searchedMs;

printFigures('Logs', [
  { name: 'lines said by the child', value: count, unit: 'lines' },
  { name: 'lines that reached the client', value: counts.lines, unit: 'lines', target: count.toLocaleString('en-GB'), note: `${counts.dropped} dropped (${droppedByChild} in the child), ${counts.gaps} gaps` },
  { name: 'batches', value: counts.batches / (elapsedMs / 1000), unit: '/s', target: '≤ 5 /s' },
  { name: 'host, main thread', value: ((cpu.user + cpu.system) / 1000 / elapsedMs) * 100, unit: '% of a core' },
  { name: 'longest delay of the host loop', value: Math.max(...delays), unit: 'ms' },
  { name: `search of ${LINES_KEPT.toLocaleString('en-GB')} lines`, value: searchMs, unit: 'ms', note: 'a regular expression that fits none of them' },
  { name: 'resident memory at the end', value: rss / 2 ** 20, unit: 'MiB', note: "one process: host, benchmark, and the client's thread" },
]);
child.kill();
await child.exit;
await listener.terminate();
await door.close();
rmSync(dir, { recursive: true });
