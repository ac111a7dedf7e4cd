/** The built program as a person runs it: real processes, real files, one cluster after the other in temporary data folders. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectControl } from '../../runtime/client/control/websocket-client.ts';
import type { ClusterFile } from '../../runtime/contract/cluster-file.ts';
import type { Upload } from '../../runtime/contract/control/uploads.ts';
import { eventually, isAlive, newDataDir, removeDataDir, SAMPLE_PATH } from '../fixtures/cluster-process.ts';

const projectPath = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const NODE_PATH = projectPath(`node_modules/node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`);
const VSTACK_PATH = projectPath('out/main/vstack.js');

/** A dozen programs are started in some of these tests, on machines that have other things to do. */
vi.setConfig({ testTimeout: 180_000 });

type Line = Record<string, unknown> & { event: string };

interface Program {
  child: ChildProcess;
  /** With --json: what it has said so far. */
  lines(): Line[];
  out(): string;
  exited: Promise<number>;
}

let dataDir: string;
let programs: Program[] = [];
beforeEach(() => {
  dataDir = newDataDir();
});
afterEach(async () => {
  for (const { child, exited } of programs.reverse()) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  }
  programs = [];
  removeDataDir(dataDir);
});

const start = (...args: string[]): Program => {
  const child = spawn(NODE_PATH, [VSTACK_PATH, ...args, '--data', dataDir], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  let out = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (out += text));
  const program = {
    child,
    out: () => out,
    lines: () => out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line),
    exited: new Promise<number>((resolve) => child.once('close', (code, signal) => resolve(signal ? 128 : (code ?? 1)))),
  };
  programs.push(program);
  return program;
};

/** Runs a command to its end. */
const vstack = async (...args: string[]): Promise<{ code: number; result: Line; out: string }> => {
  const program = start(...args, '--json');
  const code = await program.exited;
  return { code, result: program.lines().at(-1)!, out: program.out() };
};

const told = (program: Program, event: string): Promise<Line> =>
  eventually(`"${event}" of the program`, () => {
    const line = program.lines().find((candidate) => candidate.event === event);
    if (!line && program.child.exitCode !== null) throw new Error(`it ended with ${program.child.exitCode}:\n${program.out()}`);
    return Promise.resolve(line);
  });

const clusterPath = (): string => join(dataDir, 'cluster.json');
const clusterFile = (): ClusterFile => JSON.parse(readFileSync(clusterPath(), 'utf8')) as ClusterFile;
const pidsOf = ({ pid, metadata_pid, links_pid, uploader_pid, nodes }: ClusterFile): number[] => [pid, metadata_pid, links_pid, uploader_pid, ...nodes.map((node) => node.pid)].map((one) => one!);
const nobodyLeft = (pids: readonly number[]): Promise<true> => eventually('the end of every process', () => Promise.resolve(pids.some(isAlive) ? undefined : true), 5_000);

const up = async (...args: string[]): Promise<Program> => {
  const program = start('up', '--json', '--nodes', '3', ...args);
  await told(program, 'ready');
  return program;
};
const uploadSample = async (): Promise<string> => {
  const { code, result } = await vstack('upload', SAMPLE_PATH, '--title', 'Sample');
  expect(result).toMatchObject({ event: 'result', phase: 'completed', title: 'Sample', degraded: false });
  expect(code).toBe(0);
  return result.video_id as string;
};

describe('vstack up', () => {
  it('ends its launch with what stands in cluster.json, which is for its owner alone, and Ctrl-C leaves nothing behind', async () => {
    const program = await up();
    const { secret, ...expected } = clusterFile();
    const { event: _event, ...ready } = await told(program, 'ready');
    expect(ready).toEqual(expected);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(program.out()).not.toContain(secret);
    expect(expected.nodes.map((node) => node.node_id)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(expected.pid).toBe(program.child.pid);
    if (process.platform !== 'win32') {
      for (const name of ['cluster.json', 'keys.json', 'web-token.json']) expect(statSync(join(dataDir, name)).mode & 0o777, name).toBe(0o600);
    }
    const pids = pidsOf(clusterFile());
    expect(pids.every(isAlive)).toBe(true);
    program.child.kill('SIGINT');
    expect(await program.exited).toBe(0);
    expect(program.lines().at(-1)).toEqual({ event: 'stopped' });
    await nobodyLeft(pids);
    expect(existsSync(clusterPath())).toBe(false);
    expect(await vstack('status')).toMatchObject({ code: 3, result: { event: 'error', code: 'not_running' } });
  });

  it('attaches when a host runs already, and says so', async () => {
    const first = await up();
    const { code, result } = await vstack('up');
    expect(code).toBe(0);
    expect(result).toMatchObject({ event: 'ready', attached: true, pid: first.child.pid });
    const serving = await vstack('serve', '--no-open');
    expect(serving).toMatchObject({ code: 0, result: { event: 'serving', attached: true, url: expect.stringContaining(`${clusterFile().web_url}/#token=`) } });
  });

  it('is one cluster when two start at once: one runs it, the other attaches', async () => {
    const both = [start('up', '--json', '--nodes', '3'), start('up', '--json', '--nodes', '3')];
    const ready = await Promise.all(both.map((program) => told(program, 'ready')));
    expect(ready[0]!.pid).toBe(ready[1]!.pid);
    expect(ready.filter((line) => line.attached === true)).toHaveLength(1);
    expect(ready.map((line) => line.metadata_url)).toEqual([clusterFile().metadata_url, clusterFile().metadata_url]);
  });

  it('stops everything when it is interrupted in the middle of a launch', async () => {
    const program = start('up', '--json', '--nodes', '3');
    await told(program, 'step');
    const pids = await eventually('the first pid', () => Promise.resolve(existsSync(clusterPath()) && clusterFile().metadata_pid !== null ? pidsOf(clusterFile()).filter((pid) => pid !== null) : undefined));
    program.child.kill('SIGINT');
    const code = await program.exited;
    // On a fast machine the signal may come a moment too late, and then ends a cluster that is up.
    expect(code).toBe(program.lines().some((line) => line.event === 'ready') ? 0 : 130);
    await nobodyLeft(pids);
    expect(existsSync(clusterPath())).toBe(false);
  });

  it('starts again over what a killed host left behind, with every video still there', async () => {
    const program = await up();
    const videoId = await uploadSample();
    const pids = pidsOf(clusterFile());
    program.child.kill('SIGKILL');
    await program.exited;
    await nobodyLeft(pids);
    expect(existsSync(clusterPath())).toBe(true);
    expect((await vstack('status')).code).toBe(3);
    const again = start('up', '--json');
    await told(again, 'ready');
    expect(clusterFile().nodes).toHaveLength(3);
    expect((await vstack('play', videoId)).result).toMatchObject({ verified: true });
  });
});

describe('a video in a cluster of three', () => {
  it('is stored, played with every hash checked, played on while a node is killed, and deleted', async () => {
    await up();
    const videoId = await uploadSample();
    expect((await vstack('videos')).result.videos).toMatchObject([{ video_id: videoId, title: 'Sample', complete: true }]);

    const file = join(dataDir, 'out.mp4');
    const played = await vstack('play', videoId, '--out', file);
    expect(played).toMatchObject({ code: 0, result: { verified: true, failures: [] } });
    const manifest = (await vstack('manifest', videoId)).result as unknown as { media: { sha256: string }; chunks: { urls: { node_id: string }[] }[] };
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(manifest.media.sha256);
    expect(manifest.chunks.every((chunk) => new Set(chunk.urls.map((url) => url.node_id)).size === 3)).toBe(true);

    const before = clusterFile().nodes.find((node) => node.node_id === 'node-2')!;
    const playing = start('play', videoId, '--json');
    await told(playing, 'progress');
    process.kill(before.pid!, 'SIGKILL');
    expect(await playing.exited).toBe(0);
    const after = await vstack('play', videoId);
    expect(after).toMatchObject({ code: 0, result: { verified: true, chunk_count: 6 } });

    const back = await eventually('the restart of node-2 in cluster.json', () => {
      const now = clusterFile().nodes.find((node) => node.node_id === 'node-2')!;
      return Promise.resolve(now.pid !== null && now.pid !== before.pid ? now : undefined);
    });
    expect(back.url).toBe(before.url);
    expect(isAlive(back.pid!)).toBe(true);

    expect((await vstack('delete', videoId)).code).toBe(0);
    expect((await vstack('videos')).result.videos).toEqual([]);
    expect((await vstack('play', videoId)).code).toBe(4);
    expect((await vstack('down')).code).toBe(0);
  });

  it('comes back from the nodes when the database is lost, without and with a running host', async () => {
    const program = await up();
    const videoId = await uploadSample();
    const deleted = await uploadSample();
    expect((await vstack('delete', deleted)).code).toBe(0);
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    rmSync(join(dataDir, 'metadata'), { recursive: true });

    expect(await vstack('metadata', 'rebuild')).toMatchObject({ code: 0, result: { event: 'result', videos: 1, provisional: false } });
    const again = start('up', '--json');
    await told(again, 'ready');
    const list = async (): Promise<unknown> => ((await vstack('videos')).result.videos as { video_id: string }[]).map((video) => video.video_id);
    expect(await list()).toEqual([videoId]);
    expect(await vstack('metadata', 'rebuild')).toMatchObject({ code: 0, result: { videos: 1, provisional: false } });
    expect(await list()).toEqual([videoId]);
    expect((await vstack('play', videoId)).result).toMatchObject({ verified: true });
  });
});

describe('vstack serve', () => {
  it('serves page and control, takes an upload through the door, and stops on SIGTERM', async () => {
    const program = start('serve', '--no-open', '--launch', '--json');
    const { url } = (await told(program, 'serving')) as unknown as { url: string };
    const { origin, hash } = new URL(url);
    const token = new URLSearchParams(hash.slice(1)).get('token')!;

    const page = await fetch(origin);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");

    const control = await connectControl(`${origin.replace('http', 'ws')}/control`, { token });
    try {
      await eventually('the launch', async () => ((await control.call('cluster:status', {})).phase === 'ready' ? true : undefined));
      const seen: Upload[] = [];
      control.on('uploads:changed', ({ uploads }) => seen.push(...uploads));
      const form = new FormData();
      form.append('title', 'By browser');
      form.append('video', new Blob([readFileSync(SAMPLE_PATH)]), 'sample.mp4');
      const answer = await fetch(`${origin}/upload`, { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(200);
      const { upload_session_id: sessionId } = (await answer.json()) as { upload_session_id: string };
      await eventually('the completion in events', () => Promise.resolve(seen.find((upload) => upload.sessionId === sessionId && upload.phase === 'completed')));
      expect((await control.call('videos:list', {})).videos).toMatchObject([{ title: 'By browser' }]);

      // One that a script of somebody else sends straight to the uploader is seen as well.
      const { uploader_url: uploaderUrl, secret } = clusterFile();
      const body = JSON.stringify({ path: SAMPLE_PATH, title: 'By script' });
      const direct = await fetch(`${uploaderUrl}/upload`, { method: 'POST', body, headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' } });
      expect(direct.status).toBe(200);
      await eventually('the stranger in events', () => Promise.resolve(seen.find((upload) => upload.title === 'By script' && upload.phase === 'completed')));
      expect((await fetch(`${origin}/upload`, { method: 'POST', body: 'x' })).status).toBe(401);
      expect((await control.call('logs:query', { source: 'uploader' })).lines.length).toBeGreaterThan(0);
    } finally {
      control.close();
    }
    const pids = pidsOf(clusterFile());
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    await nobodyLeft(pids);
  });

  it('names the owner of a port that is taken', async () => {
    const program = start('serve', '--no-open', '--json');
    const { url } = (await told(program, 'serving')) as unknown as { url: string };
    const other = newDataDir();
    try {
      const second = spawn(NODE_PATH, [VSTACK_PATH, 'serve', '--no-open', '--json', '--port', new URL(url).port, '--data', other], { stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      second.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      expect(await new Promise((resolve) => second.once('close', resolve))).toBe(1);
      expect(JSON.parse(out)).toMatchObject({ event: 'error', code: 'port_in_use', detail: expect.stringContaining(String(program.child.pid)) });
    } finally {
      removeDataDir(other);
    }
  });
});
