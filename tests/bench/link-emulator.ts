/**
 * The link emulator as it ships, a process of its own, between a client and a server in two other processes, all on this machine.
 * Round trips: 13 bytes there and back over eight connections at once, each waiting for its answer and then up to 10 ms more; the error is what
 * was measured less what was set, less the median without the emulator, and its size is what counts. In turns with them the server itself answers
 * after two timers of half the time each, which shows what timers alone are worth on the machine at that moment. Rates: five links at once, each with one
 * connection that takes what comes for 20 s, from its first piece to its last; the worst of the five counts. Edits: latency, jitter, rate and losses
 * of five links changed over IPC every 10 ms while ten connections stream; then the streams end, and the SHA-256 that the server made is compared.
 * An edit's effect: from the call until bytes arrive that were under way with a latency of 10 s, which was set to nothing. Bytes through losses: eight
 * connections, each checked by SHA-256. Unshaped: one connection, in turns with one that goes to the server directly. `--quick` measures less.
 */
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LinkSettings, normalLink } from '../../runtime/contract/link.ts';
import { createRandom, drawShare } from '../../runtime/core/random.ts';
import { spawnLinkEmulator } from '../fixtures/spawn-link-emulator.ts';
import { bothWays } from '../fixtures/virtual-link.ts';
import { median, percentile, printFigures, type Figure } from './lib/figures.ts';
import { cpuMs, watchMemory } from './lib/process-memory.ts';
import { startTrafficServer } from './lib/traffic-server.ts';

const IS_QUICK = process.argv.includes('--quick');
const ENTRY = fileURLToPath(new URL('../../out/main/link-emulator.js', import.meta.url));
const LINKS = 5;
const MBIT = 1e6;
const MB = 1e6;
const HASH_BYTES = 64;

const PINGS = 'ping and pong';
const PING_CONNECTIONS = 8;
const PING_GAP_MS = 10;
/** Of round trips in milliseconds: how many are measured on each connection. */
const PING_COUNTS = new Map([[5, 200], [20, 100], [100, 40], [500, 20]]);
const PING_TURNS = 4;
/** Mbit/s. */
const RATES = [0.25, 10, 100];
const RATE_MS = IS_QUICK ? 5_000 : 20_000;
const EDITS = IS_QUICK ? 200 : 1_000;
const EDIT_MS = 10;
const EFFECTS = IS_QUICK ? 20 : 100;
const LOSSY_BYTES = IS_QUICK ? 100 * MB : 1_000 * MB;
const LOSSY_CONNECTIONS = 8;
const LOSSY = { latencyMs: 2, jitterMs: 0.5, loss: { model: 'bernoulli', share: 0.01 } } as const;
const UNSHAPED_BYTES = IS_QUICK ? 500 * MB : 2_000 * MB;
const UNSHAPED_PAIRS = IS_QUICK ? 2 : 5;

const server = await startTrafficServer();
const target = { host: '127.0.0.1', port: server.port };
const nodeIds = Array.from({ length: LINKS }, (_, index) => `node-${index + 1}`);
const emulator = await spawnLinkEmulator({ links: nodeIds.map((nodeId) => ({ nodeId, port: 0, target })), seed: 1 }, { entry: ENTRY });
const ports = emulator.ready.links.map(({ port }) => port);
const stopWatching = watchMemory([emulator.pid]);

const setAll = async (settings: LinkSettings): Promise<void> => void (await emulator.call('links-set', { links: nodeIds.map((nodeId) => ({ nodeId, settings })) }));
const counters = async () => (await emulator.call('links-counters', {})).links.map((link) => link.counters);
const total = async (name: 'lossCountTotal' | 'resetCountTotal'): Promise<number> => (await counters()).reduce((sum, each) => sum + each[name], 0);

/** However it ends: what came tells. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

const open = async (port: number, wish: string): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', () => {}); // 'close' follows, and every measurement looks at what it got.
  socket.write(`${wish}\n`);
  return socket;
};

/** Milliseconds from sending to having all of the answer. */
const pingOnce = (socket: Socket): Promise<number> =>
  new Promise((resolve) => {
    const sentMs = performance.now();
    let leftBytes = PINGS.length;
    const onData = (piece: Buffer): void => {
      leftBytes -= piece.length;
      if (leftBytes > 0) return;
      socket.off('data', onData);
      resolve(performance.now() - sentMs);
    };
    socket.on('data', onData);
    socket.write(PINGS);
  });
const pings = async (port: number, count: number, wish = 'echo'): Promise<number[]> => {
  const random = createRandom(port);
  const each = await Promise.all(
    Array.from({ length: PING_CONNECTIONS }, async () => {
      const socket = await open(port, wish);
      await pingOnce(socket);
      const timesMs: number[] = [];
      for (let index = 0; index < count; index += 1) {
        await sleep(drawShare(random) * PING_GAP_MS);
        timesMs.push(await pingOnce(socket));
      }
      socket.destroy();
      return timesMs;
    }),
  );
  return each.flat();
};

/** CPU milliseconds of the emulator from here to the call of what is returned. */
const watchCpu = (): (() => number) => {
  const before = cpuMs(emulator.pid) ?? NaN;
  return () => (cpuMs(emulator.pid) ?? NaN) - before;
};

/** Takes what comes for so long; bits a second from the first piece to the last. */
const measureRate = async (port: number, durationMs: number): Promise<number> => {
  const socket = await open(port, 'stream');
  let firstMs = 0;
  let lastMs = 0;
  let sizeBytes = 0;
  socket.on('data', (piece: Buffer) => {
    lastMs = performance.now();
    // The first piece says when the time begins; its bytes came before.
    if (firstMs === 0) firstMs = lastMs;
    else sizeBytes += piece.length;
  });
  await sleep(durationMs);
  socket.destroy();
  return (sizeBytes * 8 * 1_000) / (lastMs - firstMs);
};

/** Hashes all but the last 64 bytes, which are the server's hash. */
const receive = (socket: Socket): { done: Promise<{ sizeBytes: number; isIntact: boolean }> } => {
  const hash: Hash = createHash('sha256');
  let tail: Buffer = Buffer.alloc(0);
  let sizeBytes = 0;
  socket.on('data', (piece: Buffer) => {
    const all = tail.length > 0 ? Buffer.concat([tail, piece]) : piece;
    const body = all.subarray(0, Math.max(0, all.length - HASH_BYTES));
    tail = all.subarray(body.length);
    hash.update(body);
    sizeBytes += body.length;
  });
  return { done: closed(socket).then(() => ({ sizeBytes, isIntact: hash.digest('hex') === tail.toString() })) };
};
const fetchBytes = async (port: number, sizeBytes: number): Promise<{ sizeBytes: number; isIntact: boolean }> => {
  const socket = await open(port, `send ${sizeBytes}`);
  const { done } = receive(socket);
  socket.once('end', () => socket.end());
  return done;
};

const figures: Figure[] = [];

const benchRoundTrips = async (): Promise<void> => {
  const directMs = median(await pings(server.port, 200));
  const unshapedMs = median(await pings(ports[0]!, 200));
  figures.push({ name: 'round trip through a normal link', value: unshapedMs, unit: 'ms', note: `median; without the emulator ${directMs.toFixed(2)} ms` });
  for (const [rttMs, fullCount] of PING_COUNTS) {
    await setAll(bothWays({ latencyMs: rttMs / 2 }));
    const count = IS_QUICK ? Math.ceil(fullCount / 4) : fullCount;
    const errorsMs: { link: number[]; timers: number[] } = { link: [], timers: [] };
    // In turns, so that what else the machine does meets both.
    for (let turn = 0; turn < PING_TURNS; turn += 1) {
      for (const [way, port, wish] of [['link', ports[0]!, 'echo'], ['timers', server.port, `wait ${rttMs}`]] as const) {
        errorsMs[way].push(...(await pings(port, Math.ceil(count / PING_TURNS), wish)).map((timeMs) => timeMs - rttMs - directMs));
      }
    }
    const [link, timers] = [errorsMs.link.map(Math.abs), errorsMs.timers.map(Math.abs)];
    const note = `${link.length} round trips; from ${Math.min(...errorsMs.link).toFixed(2)} to ${Math.max(...errorsMs.link).toFixed(2)} ms`;
    figures.push({ name: `error of an added ${rttMs} ms, p50`, value: percentile(link, 50), unit: 'ms', target: '≤ 2 ms', note: `two bare timers ${percentile(timers, 50).toFixed(2)} ms; ${note}` });
    figures.push({ name: `error of an added ${rttMs} ms, p95`, value: percentile(link, 95), unit: 'ms', target: '≤ 5 ms', note: `two bare timers ${percentile(timers, 95).toFixed(2)} ms` });
  }
};

const benchRates = async (): Promise<void> => {
  for (const megabits of RATES) {
    await setAll(bothWays({ bitsPerSecond: megabits * MBIT }));
    const cpu = watchCpu();
    const errors = (await Promise.all(ports.map((port) => measureRate(port, RATE_MS)))).map((rate) => (rate / (megabits * MBIT) - 1) * 100);
    const worst = errors.reduce((most, error) => (Math.abs(error) > Math.abs(most) ? error : most), 0);
    const note = `worst of ${LINKS} links at once over ${RATE_MS / 1_000} s: ${errors.map((error) => `${error.toFixed(2)} %`).join(', ')}`;
    const share = cpu() / RATE_MS;
    figures.push({ name: `error of ${megabits} Mbit/s`, value: Math.abs(worst), unit: '%', target: '≤ 1 %', note });
    if (megabits === RATES.at(-1)) figures.push({ name: `share of a core for ${LINKS} × ${megabits} Mbit/s`, value: share * 100, unit: '%', note: 'CPU time of the emulator' });
  }
};

const benchEdits = async (): Promise<void> => {
  const random = createRandom(9);
  const draw = (max: number): number => drawShare(random) * max;
  await setAll(bothWays({ latencyMs: 2, bitsPerSecond: 10 * MBIT }));
  const sockets = await Promise.all([...ports, ...ports].map((port) => open(port, 'stream')));
  const receptions = sockets.map(receive);
  const resetsBefore = await total('resetCountTotal');
  for (let edit = 0; edit < EDITS; edit += 1) {
    await setAll(bothWays({ latencyMs: draw(20), jitterMs: draw(10), bitsPerSecond: (1 + draw(40)) * MBIT, loss: { model: 'bernoulli', share: draw(0.05) } }));
    await sleep(EDIT_MS);
  }
  await setAll(normalLink);
  for (const socket of sockets) socket.end();
  const results = await Promise.all(receptions.map(({ done }) => done));
  const droppedCount = results.filter(({ isIntact }) => !isIntact).length + ((await total('resetCountTotal')) - resetsBefore);
  const megabytes = results.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / MB;
  figures.push({ name: `connections dropped or damaged by ${EDITS.toLocaleString('en')} edits`, value: droppedCount, unit: '', target: '≤ 0', note: `of ${sockets.length} that streamed ${megabytes.toFixed(0)} MB meanwhile` });
};

const benchEffect = async (): Promise<void> => {
  const socket = await open(ports[0]!, 'echo');
  await pingOnce(socket);
  const effectsMs: number[] = [];
  for (let index = 0; index < EFFECTS; index += 1) {
    await setAll(bothWays({ latencyMs: 10_000 }));
    const answer = pingOnce(socket);
    await sleep(10);
    const editedMs = performance.now();
    void setAll(normalLink);
    await answer;
    effectsMs.push(performance.now() - editedMs);
  }
  socket.destroy();
  figures.push({ name: 'from an edit to its effect on bytes under way, worst', value: Math.max(...effectsMs), unit: 'ms', target: '≤ 50 ms', note: `${EFFECTS} edits, median ${median(effectsMs).toFixed(1)} ms; there and back, the IPC call included` });
};

const benchLossy = async (): Promise<void> => {
  await setAll(bothWays(LOSSY));
  const lossesBefore = await total('lossCountTotal');
  const startedMs = performance.now();
  const results = await Promise.all(Array.from({ length: LOSSY_CONNECTIONS }, () => fetchBytes(ports[0]!, LOSSY_BYTES / LOSSY_CONNECTIONS)));
  const seconds = (performance.now() - startedMs) / 1_000;
  const intactBytes = results.reduce((sum, { sizeBytes, isIntact }) => sum + (isIntact ? sizeBytes : 0), 0);
  const lossCount = (await total('lossCountTotal')) - lossesBefore;
  figures.push({
    name: `of ${LOSSY_BYTES / MB} MB through a lossy link intact`, value: (intactBytes / LOSSY_BYTES) * 100, unit: '%', target: '≥ 100 %',
    note: `SHA-256; loss ${LOSSY.loss.share * 100} %, round trip ${LOSSY.latencyMs * 2} ± ${LOSSY.jitterMs * 2} ms, ${LOSSY_CONNECTIONS} connections, ${lossCount.toLocaleString('en')} packets sent again, ${seconds.toFixed(0)} s`,
  });
};

const benchUnshaped = async (): Promise<void> => {
  await setAll(normalLink);
  const rateOf = async (port: number): Promise<number> => {
    const socket = await open(port, `send ${UNSHAPED_BYTES}`);
    const startedMs = performance.now();
    let sizeBytes = 0;
    socket.on('data', (piece: Buffer) => (sizeBytes += piece.length));
    socket.once('end', () => socket.end());
    await closed(socket);
    return (sizeBytes * 8 * 1_000) / (performance.now() - startedMs) / 1e9;
  };
  const pairs: { direct: number; link: number }[] = [];
  const cpu = watchCpu();
  for (let pair = 0; pair < UNSHAPED_PAIRS; pair += 1) pairs.push({ direct: await rateOf(server.port), link: await rateOf(ports[0]!) });
  const note = `median of ${UNSHAPED_PAIRS} × ${UNSHAPED_BYTES / MB} MB; directly ${median(pairs.map(({ direct }) => direct)).toFixed(1)} Gbit/s, the server hashing`;
  figures.push({ name: 'throughput of a normal link', value: median(pairs.map(({ link }) => link)), unit: 'Gbit/s', target: '≥ 1 Gbit/s', note });
  figures.push({ name: 'CPU time for 1 GB through a normal link', value: cpu() / ((UNSHAPED_PAIRS * UNSHAPED_BYTES) / 1e9), unit: 'ms', note: 'of the emulator; it does not depend on what else runs as the throughput does' });
};

try {
  const loadBefore = loadavg()[0]!;
  await benchRoundTrips();
  await benchRates();
  await benchEdits();
  await benchEffect();
  await benchLossy();
  await benchUnshaped();
  figures.push({ name: 'peak memory of the emulator', value: (stopWatching().get(emulator.pid) ?? 0) / MB, unit: 'MB', note: `over all of the above; load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after` });
} finally {
  stopWatching();
  await emulator.kill();
  server.stop();
}
printFigures('Link emulator', figures);
