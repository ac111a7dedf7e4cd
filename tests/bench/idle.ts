/**
 * What it costs to watch a cluster that does nothing: a cluster of 5 nodes in `vstack serve`, one WebSocket client subscribed to everything that
 * the dashboard shows, and the CPU time of the host (which is the web door too) over 60 s, after 15 s in which it warms up. The CPU time is the
 * host's own count, read at its `/metrics` before and after. `--seconds=N` measures longer or shorter.
 */
import type { EventName } from '../../runtime/contract/control/index.ts';
import { SECOND_MS } from '../../runtime/contract/units.ts';
import { connectControl } from '../../runtime/client/control/websocket-client.ts';
import { createHttpClient } from '../../runtime/platform/http/client.ts';
import { sleep, systemClock } from '../../runtime/platform/clock.ts';
import { startWebDoor } from '../e2e/web-door.ts';
import { printFigures, type Figure } from './lib/figures.ts';

const NODES = 5;
const WARM_UP_MS = 15 * SECOND_MS;
const MEASURED_MS = Number(process.argv.find((arg) => arg.startsWith('--seconds='))?.split('=')[1] ?? 60) * SECOND_MS;

/** Everything but the log lines, which the dashboard does not show. */
const WATCHED = ['cluster:changed', 'metrics:sample', 'events:added', 'uploads:changed', 'videos:changed', 'settings:changed', 'playback:changed'] as const satisfies readonly EventName[];

const door = await startWebDoor();
try {
  const { origin, host, hash } = new URL(door.signInUrl);
  const token = new URLSearchParams(hash.slice(1)).get('token')!;
  const client = await connectControl(`ws://${host}/control`, { token });
  const counts = new Map<string, number>(WATCHED.map((name) => [name, 0]));
  let eventBytes = 0;
  for (const name of WATCHED) {
    client.on(name, (data) => {
      counts.set(name, counts.get(name)! + 1);
      eventBytes += JSON.stringify(data).length;
    });
  }
  await client.call('cluster:launch', { nodeCount: NODES });

  const http = createHttpClient({ secret: token });
  /** CPU seconds of the host, and of its children in percent of a core. */
  const look = async (): Promise<{ hostSeconds: number; childrenPercent: number; rssMib: number }> => {
    const text = (await (await http.request(`${origin}/metrics`)).bytes()).toString('utf8');
    const { children } = await client.call('cluster:status', {});
    return {
      hostSeconds: Number(/^vstack_process_cpu_seconds_total (\S+)$/m.exec(text)![1]),
      childrenPercent: children.reduce((sum, { cpuPercent }) => sum + (cpuPercent ?? 0), 0),
      rssMib: Number(/^vstack_process_resident_memory_bytes (\S+)$/m.exec(text)![1]) / 2 ** 20,
    };
  };

  const measure = async (): Promise<{ hostPercent: number; childrenPercent: number; rssMib: number; eventsPerSecond: number; kibPerSecond: number }> => {
    const [before, startMs] = [await look(), performance.now()];
    for (const name of counts.keys()) counts.set(name, 0);
    eventBytes = 0;
    await sleep(systemClock, MEASURED_MS);
    const [after, seconds] = [await look(), (performance.now() - startMs) / SECOND_MS];
    const eventCount = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const { childrenPercent, rssMib } = after;
    const hostPercent = ((after.hostSeconds - before.hostSeconds) / seconds) * 100;
    return { hostPercent, childrenPercent, rssMib, eventsPerSecond: eventCount / seconds, kibPerSecond: eventBytes / seconds / 1024 };
  };

  await sleep(systemClock, WARM_UP_MS);
  const watched = await measure();
  client.close();
  const note = `${MEASURED_MS / SECOND_MS} s, ${NODES} nodes`;
  const figures: Figure[] = [
    { name: 'host and web door, dashboard open', value: watched.hostPercent, unit: '% of a core', target: '≤ 2 %', note: `${note}; ${watched.eventsPerSecond.toFixed(1)} events/s, ${watched.kibPerSecond.toFixed(1)} KiB/s` },
    { name: 'metadata, 5 nodes and uploader together', value: watched.childrenPercent, unit: '% of a core', note: 'over the last beats' },
    { name: 'memory of the host', value: watched.rssMib, unit: 'MiB' },
  ];
  http.close();
  printFigures('Idle cluster', figures);
} finally {
  await door.stop();
}
