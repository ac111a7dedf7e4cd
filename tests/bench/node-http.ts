/**
 * The storage node over HTTP: GET of 2 MiB chunks beside nginx serving the same bytes, HEAD /ping, and the node's memory.
 *
 *   node tests/bench/node-http.ts [--rounds=5] [--seconds=4] [--json]
 *
 * Ratios come from pairs measured right after one another, because a busy machine slows both. The node runs as it ships: bundled, a process
 * of its own, every block's CRC checked at every read, authentication on. Without nginx or wrk (Debian: nginx-light, wrk) it says so and
 * measures what it can.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { childEnvironment } from '../../runtime/platform/process/environment.ts';
import { median, printFigures, type Figure } from './lib/figures.ts';
import { rssBytes, watchMemory } from './lib/process-memory.ts';

const option = (name: string, fallback: number): number => Number(process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? fallback);
const rounds = option('rounds', 5);
const seconds = option('seconds', 4);

const MIB = 1024 * 1024;
const CHUNK_BYTES = 2 * MIB;
const CHUNK_COUNT = 64;
const CONNECTIONS = [16, 64];
const KEY = '5'.repeat(64);
const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync);
const WRK = ['/usr/bin/wrk', '/usr/local/bin/wrk', '/opt/homebrew/bin/wrk'].find(existsSync);
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const run = promisify(execFile);

const dir = await mkdtemp(join(tmpdir(), 'vstack-bench-http-'));
const children: ChildProcess[] = [];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** One file, as it ships: reading sources costs a process memory that users never see. */
const bundle = async (): Promise<string> => {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: true, outDir: join(dir, 'out'), minify: false, rolldownOptions: { input: { 'storage-node': join(root, 'runtime/services/storage-node/storage-node.ts') }, output: { entryFileNames: '[name].mjs' } } },
  });
  return join(dir, 'out/storage-node.mjs');
};

/** Starts a storage node as a child with an IPC channel, as the supervisor does. */
const startNode = (entry: string): Promise<{ url: string; pid: number }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: childEnvironment() });
    children.push(child);
    child.once('exit', (code) => reject(new Error(`The storage node ended with ${code}.`)));
    child.on('message', (message: { kind: string; port?: number; detail?: string }) => {
      if (message.kind === 'ready') resolve({ url: `http://127.0.0.1:${message.port}`, pid: child.pid! });
      if (message.kind === 'failed') reject(new Error(message.detail));
    });
    const config = { port: 0, clusterSecret: KEY, nodeId: 'bench', dir: join(dir, 'store'), grantKey: KEY, urlKey: KEY, nodeKey: KEY, scrub: false };
    child.send({ kind: 'start', name: 'bench', config });
  });

const startNginx = async (files: string): Promise<string> => {
  const port = await freePort();
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ');
  await writeFile(
    join(dir, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root; ' : ''}worker_processes auto; daemon off; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
     events { worker_connections 1024; }
     http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; ${scratch}
            server { listen 127.0.0.1:${port}; location /chunk/ { alias ${files}/; } } }`,
  );
  children.push(spawn(NGINX!, ['-c', join(dir, 'nginx.conf'), '-p', dir], { stdio: ['ignore', 'ignore', 'ignore'] }));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await fetch(`http://127.0.0.1:${port}/chunk/c0`, { method: 'HEAD' }).catch(() => undefined)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return `http://127.0.0.1:${port}`;
};

interface Load {
  perSecond: number;
  p99Ms: number;
}

const UNITS_MS: Record<string, number> = { us: 0.001, ms: 1, s: 1000 };

const load = async (url: string, connections: number, script: string): Promise<Load> => {
  const { stdout } = await run(WRK!, ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, url]);
  const [, latency, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  const errors = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1];
  if (errors !== undefined) throw new Error(`${url} answered ${errors} requests with an error.`);
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), p99Ms: Number(latency) * UNITS_MS[unit ?? 'ms']! };
};

const figures: Figure[] = [];
const missing = [!NGINX && 'nginx', !WRK && 'wrk'].filter(Boolean).join(' and ');
if (missing) figures.push({ name: 'not measured', value: missing, unit: '', note: 'not installed on this machine' });

/** Pairs of runs, nginx and node in alternating order, so that neither always runs into what the other left behind. */
const measureGets = async (nodeUrl: string, nginxUrl: string | undefined, connections: number, script: string): Promise<void> => {
  const own: Load[] = [];
  const other: Load[] = [];
  for (let pair = 0; pair < rounds; pair++) {
    if (nginxUrl && pair % 2 === 0) other.push(await load(nginxUrl, connections, script));
    own.push(await load(nodeUrl, connections, script));
    if (nginxUrl && pair % 2 === 1) other.push(await load(nginxUrl, connections, script));
  }
  const name = `GET 2 MiB, ${connections} connections`;
  const ratios = other.map(({ perSecond }, pair) => own[pair]!.perSecond / perSecond);
  const note = `median of ${rounds} × ${seconds} s`;
  if (nginxUrl) figures.push({ name: `${name}, of nginx`, value: median(ratios), unit: '×', target: '≥ 0.7', note: `pairs: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}` });
  figures.push({ name, value: median(own.map(({ perSecond }) => perSecond)) * (CHUNK_BYTES / MIB), unit: 'MiB/s', note });
  figures.push({ name: `${name}, p99`, value: median(own.map(({ p99Ms }) => p99Ms)), unit: 'ms', note: nginxUrl ? `nginx ${median(other.map(({ p99Ms }) => p99Ms)).toFixed(1)} ms` : note });
};

try {
  const files = join(dir, 'files');
  await mkdir(files);
  const node = await startNode(await bundle());
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const idleBytes = rssBytes(node.pid);

  for (let index = 0; index < CHUNK_COUNT; index++) {
    const bytes = randomBytes(CHUNK_BYTES);
    await writeFile(join(files, `c${index}`), bytes);
    const answer = await fetch(`${node.url}/chunk/c${index}`, { method: 'PUT', body: bytes, headers: { Authorization: `Bearer ${KEY}` } });
    if (answer.status !== 201) throw new Error(`PUT answered ${answer.status}: ${await answer.text()}`);
  }

  if (WRK) {
    const getScript = join(dir, 'get.lua');
    await writeFile(
      getScript,
      `local i = 0
       request = function() i = (i + 7) % ${CHUNK_COUNT}; return wrk.format("GET", "/chunk/c" .. i, { Authorization = "Bearer ${KEY}" }) end`,
    );
    const pingScript = join(dir, 'ping.lua');
    await writeFile(pingScript, `wrk.method = "HEAD"; wrk.path = "/ping"; wrk.headers.Authorization = "Bearer ${KEY}"`);
    const nginxUrl = NGINX ? await startNginx(files) : undefined;

    for (const connections of CONNECTIONS) await measureGets(node.url, nginxUrl, connections, getScript);

    const stopWatching = watchMemory([node.pid]);
    await load(node.url, 100, getScript);
    const peakBytes = stopWatching().get(node.pid);
    if (idleBytes !== undefined && peakBytes !== undefined) {
      figures.push({ name: 'RSS idle', value: idleBytes / MIB, unit: 'MiB', target: '≤ 100 MiB' });
      figures.push({ name: 'RSS peak under 100 GETs of 2 MiB', value: peakBytes / MIB, unit: 'MiB', target: '≤ 250 MiB', note: `${seconds} s of load` });
    }
    const pings: Load[] = [];
    for (let time = 0; time < rounds; time++) pings.push(await load(node.url, 16, pingScript));
    figures.push({ name: 'HEAD /ping, 16 connections', value: median(pings.map(({ perSecond }) => perSecond)), unit: '/s', note: `median of ${rounds} × ${seconds} s` });
    figures.push({ name: 'HEAD /ping, p99', value: median(pings.map(({ p99Ms }) => p99Ms)), unit: 'ms' });
  }
  printFigures('The storage node over HTTP', figures);
} finally {
  for (const child of children) {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await ended;
  }
  await rm(dir, { recursive: true, force: true });
}
