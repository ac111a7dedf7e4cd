import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RemoteControl } from '../../../runtime/client/control/websocket-client.ts';
import type { CliContext, OwnHost } from '../../../runtime/cli/context.ts';
import { main } from '../../../runtime/cli/main.ts';
import { programLayout } from '../../../runtime/cli/program-layout.ts';
import type { ClusterFile } from '../../../runtime/contract/cluster-file.ts';
import type { ChildStatus, ClusterStatus, LaunchStep } from '../../../runtime/contract/control/cluster.ts';
import type { Upload } from '../../../runtime/contract/control/uploads.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import type { Manifest, VideoRow } from '../../../runtime/contract/wire/metadata.ts';
import type { Handlers } from '../../../runtime/host/dispatcher.ts';
import { systemInfo } from '../../fixtures/scripted-door/states.ts';
import { createFakeHost, stoppedCluster, until, type FakeHost } from '../../fixtures/fake-host.ts';

const layout = programLayout(new URL('../../../runtime/cli/vstack.ts', import.meta.url).href);
const SECRET = 's'.repeat(64);

const node = (name: string, overrides: Partial<ChildStatus> = {}): ChildStatus => ({
  name, role: 'storage-node', phase: 'ready', pid: 101, url: 'http://127.0.0.1:1', directUrl: 'http://127.0.0.1:1', dataDir: '/data/n', startedAtMs: 1, restartCount: 0,
  availability: 0.995, cpuPercent: 3, rssBytes: 60 * 1024 * 1024, chunkCount: 7, diskUsedBytes: 3 * 1024 * 1024, diskUsagePercent: 1, problem: null, ...overrides,
});
const running = (overrides: Partial<ClusterStatus> = {}): ClusterStatus =>
  stoppedCluster({ phase: 'ready', launchMs: 1234, launchedAtMs: 5, children: [node('node-1'), node('node-2')], metadataUrl: 'http://127.0.0.1:1', ...overrides });
const clusterFile: ClusterFile = {
  version: 1, metadata_url: 'http://127.0.0.1:1', uploader_url: 'http://127.0.0.1:2', web_url: 'http://127.0.0.1:3', control_url: 'ws://127.0.0.1:3/control',
  secret: SECRET, pid: 4242, metadata_pid: 1, uploader_pid: 2, nodes: [{ node_id: 'node-1', url: null, direct_url: null, pid: null, data_dir: '/data/n' }],
};
const upload = (overrides: Partial<Upload> = {}): Upload => ({
  sessionId: 's1', videoId: 'vid-1', title: 'Film', filename: 'film.mp4', phase: 'uploading', progress: 10, startedAtMs: 0, totalChunks: 6, bytesDone: 1024, bytesTotal: 2048,
  bytesPerSecond: 1000, remainingMs: 1000, degraded: false, error: null, ...overrides,
});
const video: VideoRow = {
  video_id: 'vid-1', title: 'Film\u001b[31m', duration_sec: 60, total_chunks: 6, status: 'active', created_at: '2026-01-01T00:00:00Z', size_bytes: 3_000_000, complete: true, view_count: 2,
};

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-cli-'));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await rm(dir, { recursive: true, force: true });
});

interface Ran {
  code: number;
  out: string;
  err: string;
  /** With --json: each line, parsed. */
  lines: Record<string, unknown>[];
  host: FakeHost;
}

/** Runs a command line against a fake host. `isRunning: false` is a data folder without one. */
const run = async (
  line: string,
  handlers: Partial<Handlers> = {},
  { isRunning = true, signal = new AbortController().signal, own, isTTY = false, opened = [] as string[], onHost = (_host: FakeHost) => {} }:
    { isRunning?: boolean; signal?: AbortSignal; own?: (host: FakeHost) => OwnHost; isTTY?: boolean; opened?: string[]; onHost?: (host: FakeHost) => void } = {},
): Promise<Ran> => {
  const host = createFakeHost({ 'system:info': () => systemInfo({ door: 'cli', dataDir: '/data', hostPid: 4242 }), ...handlers });
  onHost(host);
  let out = '';
  let err = '';
  const overrides: Partial<CliContext> = {
    attach: () => {
      if (!isRunning) return Promise.reject(new VStackError('not_running', 'No cluster runs in /data. Start one with `vstack up`.'));
      const remote: RemoteControl = { ...host.client, welcome: { version: '0', door: 'cli' }, closed: Promise.resolve(''), close: () => {} };
      return Promise.resolve(remote);
    },
    startHost: () => (own ? Promise.resolve(own(host)) : Promise.reject(new VStackError('already_running', 'A host runs in /data already.'))),
    readClusterFile: () => Promise.resolve(clusterFile),
    signInUrl: () => Promise.resolve('http://127.0.0.1:3/#token=t0k3n'),
    openInBrowser: (url) => Promise.resolve(opened.push(url) > 0),
  };
  const code = await main({
    args: [...line.split(' ').filter(Boolean), '--data', dir], layout, env: {}, signal, overrides,
    stdout: { isTTY, columns: 100, write: (text) => (out += text) }, stderr: { isTTY, columns: 100, write: (text) => (err += text) },
  });
  const lines = line.includes('--json') ? out.trim().split('\n').filter(Boolean).map((text) => JSON.parse(text) as Record<string, unknown>) : [];
  return { code, out, err, lines, host };
};

describe('every command', () => {
  it.each(['status', 'nodes', 'nodes kill node-1', 'upload --sample', 'videos', 'manifest vid-1', 'play vid-1', 'delete vid-1', 'logs', 'down'])('%s says what to do when no cluster runs', async (line) => {
    const human = await run(line, {}, { isRunning: false });
    expect(human).toMatchObject({ code: 3, out: '' });
    expect(human.err).toMatch(/^Error: No cluster runs .* `vstack up`/);
    const json = await run(`${line} --json`, {}, { isRunning: false });
    expect(json).toMatchObject({ code: 3, err: '' });
    expect(json.lines).toEqual([{ event: 'error', code: 'not_running', detail: expect.stringContaining('No cluster runs') }]);
  });

  it.each(['frobnicate', 'up --nodes 0', 'up --nodes many', 'up --auth perhaps', 'serve --port 70000', 'manifest', 'play a b', 'logs --level loud', 'upload', 'upload a.mp4 --sample', 'upload --sample --title=', 'status --nope', 'status --data=', 'nodes explode node-1', '', 'metadata'])(
    'refuses the bad usage `%s` with code 2, in words and in JSON',
    async (line) => {
      const human = await run(line);
      expect(human.code).toBe(2);
      expect(human.err).not.toBe('');
      const json = await run(`${line} --json`);
      expect(json.code).toBe(2);
      expect(json.lines.at(-1)).toMatchObject({ event: 'error', code: 'bad_request' });
    },
  );

  it.each(['', 'up', 'serve', 'down', 'status', 'nodes', 'upload', 'videos', 'manifest', 'play', 'delete', 'logs', 'metadata rebuild', 'doctor'])('`%s --help` shows options and examples', async (line) => {
    const { code, out } = await run(`${line} --help`);
    expect(code).toBe(0);
    expect(out).toContain('--data <dir>');
    expect(out).toContain('--json');
    expect(out).toMatch(/Examples:\n {2}\$ vstack/);
  });

  it('documents the exit codes in the help, and prints its version', async () => {
    expect((await run('--help')).out).toMatch(/Exit codes:\n {4}0 {2}done/);
    expect((await run('--version')).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await run('--version --json')).lines).toEqual([{ event: 'result', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) }]);
  });
});

describe('status and nodes', () => {
  it('show an aligned table, without colours when nobody watches', async () => {
    const { code, out } = await run('status', { 'cluster:status': () => running({ children: [node('node-1'), node('node-22', { phase: 'crashed', pid: null, problem: 'It crashed 5 times.' })] }) });
    expect(code).toBe(0);
    expect(out).not.toContain('\u001b');
    const rows = out.split('\n').filter((line) => /^(PROCESS|node-)/.test(line) && !line.includes(':  '));
    expect(rows[0]!.indexOf('STATE')).toBe(rows[1]!.indexOf('ready'));
    expect(rows[0]!.indexOf('STATE')).toBe(rows[2]!.indexOf('crashed'));
    expect(out).toContain('node-22: It crashed 5 times.');
    expect(out).toContain('process 4242');
  });

  it('show colours on a terminal', async () => {
    expect((await run('nodes', { 'cluster:status': () => running() }, { isTTY: true })).out).toContain('\u001b[32mready');
  });

  it('speak snake_case in JSON, the result last', async () => {
    const { lines } = await run('status --json', { 'cluster:status': () => running() });
    expect(lines.at(-1)).toMatchObject({ event: 'result', phase: 'ready', launch_ms: 1234, host_pid: 4242, children: [{ name: 'node-1', rss_bytes: 62914560, restart_count: 0 }, {}] });
  });

  it('tell by the exit code that the host runs and the cluster does not', async () => {
    expect((await run('status', { 'cluster:status': () => stoppedCluster() })).code).toBe(3);
  });

  it.each(['stop', 'start', 'restart', 'kill', 'pause', 'resume'] as const)('%s one node', async (action) => {
    const { code, host, out } = await run(`nodes ${action} node-2`, { [`nodes:${action}`]: () => ({}) });
    expect(code).toBe(0);
    expect(host.asked.at(-1)).toEqual({ name: `nodes:${action}`, input: { nodeId: 'node-2' } });
    expect(out).toContain('node-2');
  });

  it('name the known actions when asked for another', async () => {
    expect((await run('nodes frob node-1')).err).toMatch(/unknown action frob; known: stop, start, .*add, remove/);
  });

  it('add and remove nodes', async () => {
    expect((await run('nodes add --json', { 'nodes:add': () => ({ nodeId: 'node-6' }) })).lines).toEqual([{ event: 'result', node_id: 'node-6' }]);
    const { host } = await run('nodes remove node-1 --delete-data', { 'nodes:remove': () => ({}) });
    expect(host.asked.at(-1)).toEqual({ name: 'nodes:remove', input: { nodeId: 'node-1', deleteData: true } });
  });
});

describe('up', () => {
  const step = (name: string, phase: LaunchStep['phase']): LaunchStep => ({ name, label: `Label ${name}`, phase, tookMs: phase === 'done' ? 12 : null, detail: null });
  const ownHost = (host: FakeHost): OwnHost => {
    const closed = Promise.withResolvers<void>();
    const close = (): Promise<void> => {
      closed.resolve();
      return closed.promise;
    };
    return { client: host.client, signInUrl: 'http://127.0.0.1:3/#token=t0k3n', clusterFile: () => clusterFile, closed: closed.promise, close };
  };
  const launch = (host: () => FakeHost): Handlers['cluster:launch'] => () => {
    host().events.emit('cluster:changed', stoppedCluster({ phase: 'starting', steps: [step('metadata', 'done'), step('node-1', 'running')] }));
    host().events.emit('cluster:changed', stoppedCluster({ phase: 'starting', steps: [step('metadata', 'done'), step('node-1', 'done')] }));
    return running({ steps: [step('metadata', 'done'), step('node-1', 'done')] });
  };

  it('tells each step once, then ready with everything of cluster.json but the secret, and ends cleanly on the signal', async () => {
    const aborter = new AbortController();
    let host!: FakeHost;
    const ran = run('up --json --nodes 3 --auth off', { 'cluster:launch': launch(() => host) }, { own: ownHost, signal: aborter.signal, onHost: (made) => (host = made) });
    await until(() => host.asked.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    host.events.emit('cluster:changed', running());
    host.events.emit('cluster:changed', running({ phase: 'degraded', children: [node('node-1'), node('node-2', { phase: 'restarting', pid: null, problem: 'It was killed.' })] }));
    aborter.abort();
    host.events.emit('cluster:changed', running({ phase: 'stopping', children: [node('node-1', { phase: 'stopping' })] }));
    const { code, lines, out } = await ran;
    expect(code).toBe(0);
    expect(host.asked[0]).toEqual({ name: 'cluster:launch', input: { nodeCount: 3, authentication: 'off' } });
    expect(lines.map(({ event, name }) => [event, name])).toEqual([['step', 'metadata'], ['step', 'node-1'], ['ready', undefined], ['child', 'node-2'], ['stopped', undefined]]);
    expect(lines[3]).toMatchObject({ phase: 'restarting', pid: null, problem: 'It was killed.' });
    const { event: _event, ...ready } = lines[2]!;
    const { secret: _secret, ...expected } = clusterFile;
    expect(ready).toEqual(expected);
    expect(out).not.toContain(SECRET);
    expect(out).not.toContain('t0k3n');
  });

  it('says what failed, stops what was started, and exits with 1', async () => {
    let wasClosed = false;
    const { code, err } = await run('up', {
      'cluster:launch': () => {
        throw new VStackError('port_in_use', 'Port 8080, wanted for metadata, is held by process 7 (nginx).');
      },
      'cluster:status': () => stoppedCluster({ phase: 'failed', steps: [step('prepare', 'failed')] }),
    }, { own: (host) => ({ ...ownHost(host), close: () => Promise.resolve(void (wasClosed = true)) }) });
    expect(code).toBe(1);
    expect(err).toContain('held by process 7 (nginx)');
    expect(wasClosed).toBe(true);
  });

  it('exits with 130 when it was cancelled during the launch', async () => {
    const aborter = new AbortController();
    const { code, err } = await run('up', { 'cluster:status': () => stoppedCluster(), 'cluster:launch': (_input, { signal }) => new Promise(() => {
      signal.addEventListener('abort', () => {});
      aborter.abort();
    }) }, { own: ownHost, signal: aborter.signal });
    expect(code).toBe(130);
    expect(err).toBe('Error: The launch was cancelled; everything is stopped.\n');
  });

  it('serve --launch tells when the cluster is ready, and why it is not', async () => {
    const aborter = new AbortController();
    const ran = run('serve --launch --no-open --json', { 'cluster:launch': () => running() }, { own: ownHost, signal: aborter.signal });
    setTimeout(() => aborter.abort(), 20);
    const { code, lines } = await ran;
    expect(code).toBe(0);
    expect(lines.map(({ event }) => event)).toEqual(['serving', 'ready', 'stopped']);
    expect(lines[1]).toMatchObject({ metadata_url: 'http://127.0.0.1:1' });
    expect(JSON.stringify(lines[1])).not.toContain(SECRET);
    expect((await run('serve --launch --no-open --json', { 'cluster:status': () => running() })).lines.map(({ event }) => event)).toEqual(['ready', 'serving']);

    const failing = new AbortController();
    setTimeout(() => failing.abort(), 20);
    const failed = await run('serve --launch --no-open --json', {
      'cluster:status': () => stoppedCluster({ phase: 'failed' }),
      'cluster:launch': () => {
        throw new VStackError('port_in_use', 'Port 8080 is taken.');
      },
    }, { own: ownHost, signal: failing.signal });
    expect(failed.lines[1]).toEqual({ event: 'error', code: 'port_in_use', detail: 'Port 8080 is taken.' });
  });

  it('attaches to a host that runs already, and says which process that is', async () => {
    const { code, out, host } = await run('up', { 'cluster:status': () => running() });
    expect(code).toBe(0);
    expect(out).toContain('running already in process 4242');
    expect(host.asked.map(({ name }) => name)).not.toContain('cluster:launch');
    expect((await run('up --json', { 'cluster:status': () => running() })).lines.at(-1)).toMatchObject({ event: 'ready', attached: true, pid: 4242 });
  });

  it('says which options the running cluster does not have, and how to change that', async () => {
    const { code, err, out } = await run('up --nodes 5 --port-base 8080', { 'cluster:status': () => running() });
    expect(code).toBe(0);
    expect(out).toContain('running already');
    expect(err).toMatch(/^Warning: --nodes 5 was not applied\. The running cluster has 2 nodes; .*nodes add/);
    expect(err).toMatch(/--port-base 8080 was not applied\. .*port 1;.*vstack down/);
    const json = await run('up --json --nodes 1', { 'cluster:status': () => running() });
    expect(json.err).toBe('');
    expect(json.lines.at(-1)).toMatchObject({ event: 'ready', ignored: [{ option: '--nodes', wanted: 1, running: 2, advice: expect.stringContaining('nodes remove') }] });
    expect((await run('serve --no-open --port 8888')).err).toMatch(/--port 8888 was not applied\. .*port 3;/);
  });

  it('says nothing of options that the running cluster has', async () => {
    expect(await run('up --nodes 2 --port-base 1 --auth on', { 'cluster:status': () => running() })).toMatchObject({ code: 0, err: '' });
    expect(await run('serve --no-open --port 3')).toMatchObject({ code: 0, err: '' });
  });

  it('refuses to pass off a cluster with the other authentication as the one asked for', async () => {
    const { code, err } = await run('up --auth on', { 'cluster:status': () => running({ authentication: 'off' }) });
    expect(code).toBe(1);
    expect(err).toMatch(/authentication off, not on; .*vstack down.*--auth on/);
  });

  it('launches through a host that runs without a cluster', async () => {
    const { code, host } = await run('up --nodes 4', { 'cluster:status': () => stoppedCluster(), 'cluster:launch': () => running() });
    expect(code).toBe(0);
    expect(host.asked.at(-1)).toEqual({ name: 'cluster:launch', input: { nodeCount: 4 } });
  });

  it('waits for a launch that somebody else has begun', async () => {
    let host!: FakeHost;
    const { code, lines } = await run('up --json', {
      'cluster:status': () => {
        setTimeout(() => host.events.emit('cluster:changed', running()), 5);
        return stoppedCluster({ phase: 'starting' });
      },
    }, { onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatchObject({ event: 'ready', attached: true });
    expect(host.asked.map(({ name }) => name)).not.toContain('cluster:launch');
  });

  it('serve prints one address and opens it, unless told not to', async () => {
    const aborter = new AbortController();
    const opened: string[] = [];
    setTimeout(() => aborter.abort(), 20);
    const { out, code } = await run('serve', {}, { own: ownHost, signal: aborter.signal, opened });
    expect(code).toBe(0);
    expect(out).toContain('http://127.0.0.1:3/#token=t0k3n');
    expect(opened).toEqual(['http://127.0.0.1:3/#token=t0k3n']);
    const quiet: string[] = [];
    expect((await run('serve --no-open --json', {}, { opened: quiet })).lines.at(-1)).toEqual({ event: 'serving', url: 'http://127.0.0.1:3/#token=t0k3n', attached: true, ignored: [] });
    expect(quiet).toEqual([]);
  });
});

describe('videos', () => {
  it('are listed; a title cannot steer the terminal', async () => {
    const { out } = await run('videos --limit 7', { 'videos:list': () => ({ videos: [video], totalCount: 1 }) }, { isTTY: false });
    expect(out).toContain('Film·[31m');
    expect(out).toMatch(/VIDEO {2,}LENGTH/);
    expect(out).toContain('1:00');
    expect((await run('videos', { 'videos:list': () => ({ videos: [], totalCount: 0 }) })).out).toContain('vstack upload');
  });

  it('tell what an upload waits for while it goes', async () => {
    let host!: FakeHost;
    const ran = run('upload --sample', { 'uploads:sample': () => upload({ waitingFor: '1 of 3 stores reachable, 2 needed' }) }, { isTTY: true, onHost: (made) => (host = made) });
    await until(() => host.asked.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    host.events.emit('uploads:changed', { uploads: [upload({ phase: 'completed' })] });
    expect((await ran).err).toContain('waiting: 1 of 3 stores reachable');
  });

  it('give the sample the title that was asked for', async () => {
    const { host } = await run('upload --sample --title Mine', { 'uploads:sample': () => upload({ phase: 'completed' }) });
    expect(host.asked[0]).toEqual({ name: 'uploads:sample', input: { title: 'Mine' } });
  });

  it('are uploaded one at a time: a file and the sample together are refused in plain words', async () => {
    expect((await run('upload a.mp4 --sample')).err).toContain('Both a.mp4 and --sample were given');
  });

  it('are deleted one after the other', async () => {
    const { host, lines } = await run('delete vid-1 vid-2 --json', { 'videos:delete': () => ({ restorableUntilMs: 0 }) });
    expect(host.asked.map(({ input }) => input)).toEqual([{ videoId: 'vid-1' }, { videoId: 'vid-2' }]);
    expect(lines.at(-1)).toEqual({ event: 'result', video_ids: ['vid-1', 'vid-2'] });
  });

  it('that do not exist give code 4', async () => {
    const missing = { 'videos:manifest': () => { throw new VStackError('not_found', 'There is no video vid-9.'); } };
    expect((await run('manifest vid-9', missing)).code).toBe(4);
    expect((await run('play vid-9', missing)).code).toBe(4);
  });
});

describe('upload', () => {
  it('names the file absolutely, shows progress, and ends with the stored video', async () => {
    await writeFile(join(dir, 'film.mp4'), 'x');
    let host!: FakeHost;
    const { code, lines } = await run(`upload ${join(dir, 'film.mp4')} --title Film --json`, {
      'uploads:start': () => {
        setTimeout(() => {
          host.events.emit('uploads:changed', { uploads: [upload({ phase: 'uploading_chunks', progress: 50 }), upload({ sessionId: 'other', phase: 'failed' })] });
          host.events.emit('uploads:changed', { uploads: [upload({ phase: 'completed', progress: 100 })] });
        }, 5);
        return upload();
      },
    }, { onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(host.asked[0]!.input).toEqual({ path: join(dir, 'film.mp4'), title: 'Film' });
    expect(lines.map(({ event, phase }) => [event, phase])).toEqual([['progress', 'uploading'], ['progress', 'uploading_chunks'], ['result', 'completed']]);
    expect(lines.at(-1)).toMatchObject({ video_id: 'vid-1', total_chunks: 6 });
  });

  it('does not miss an end that comes before the answer to its start', async () => {
    let host!: FakeHost;
    const { code, out } = await run('upload --sample', {
      'uploads:sample': () => {
        host.events.emit('uploads:changed', { uploads: [upload({ phase: 'completed', progress: 100 })] });
        return upload();
      },
    }, { onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(out).toContain('Stored Film as vid-1');
  });

  it('ends with the reason when the upload failed', async () => {
    const { code, err } = await run('upload --sample', { 'uploads:sample': () => upload({ phase: 'failed', error: 'The file holds sound only.' }) });
    expect(code).toBe(1);
    expect(err).toContain('The file holds sound only.');
  });

  it('is cancelled by Ctrl-C, and says so with code 130', async () => {
    const aborter = new AbortController();
    let host!: FakeHost;
    const { code, host: asked } = await run('upload --sample', {
      'uploads:sample': () => {
        setTimeout(() => aborter.abort(), 5);
        return upload();
      },
      'uploads:cancel': () => {
        setTimeout(() => host.events.emit('uploads:changed', { uploads: [upload({ phase: 'cancelled' })] }), 1);
        return {};
      },
    }, { signal: aborter.signal, onHost: (made) => (host = made) });
    expect(code).toBe(130);
    expect(asked.asked.at(-1)).toEqual({ name: 'uploads:cancel', input: { sessionId: 's1' } });
  });

  it('refuses a file that is not there, and a folder, before anything is asked', async () => {
    const missing = await run(`upload ${join(dir, 'nope.mp4')}`);
    expect(missing).toMatchObject({ code: 4 });
    expect(missing.host.asked).toEqual([]);
    expect((await run(`upload ${dir}`)).code).toBe(2);
  });
});

describe('play', () => {
  const bytes = new Uint8Array(1000).fill(7);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const manifest: Manifest = {
    video_id: 'vid-1', title: 'Film', duration_sec: 10, total_chunks: 1, chunk_duration_sec: 10, chunk_size_bytes: 1000, created_at: '2026-01-01T00:00:00Z', status: 'active', version: 1, complete: true,
    media: { mime: 'video/mp4', codecs: 'avc1', init_size_bytes: 10, sha256, size_bytes: 1000 },
    chunks: [{
      chunk_id: 'vid-1-chunk-000', sequence_num: 0, size_bytes: 1000, checksum: `sha256:${sha256}`, redundancy_mode: 'replication', replicas: [], duration_sec: 10, start_sec: 0, segment_index: 0, generation: 0, fragments: [],
      urls: ['a', 'b'].map((id) => ({ node_id: id, node_url: `http://${id}`, url: `http://${id}/chunk`, ping_url: `http://${id}/ping`, expires_unix: 4_000_000_000 })),
    }],
  };
  const handlers: Partial<Handlers> = { 'videos:manifest': () => manifest, 'videos:view': () => ({}) };

  it('checks every hash, writes the file, counts the view, and reports fail-over', async () => {
    vi.stubGlobal('fetch', (url: string) => Promise.resolve(url.startsWith('http://a') ? new Response('', { status: 500 }) : new Response(bytes)));
    const out = join(dir, 'out.mp4');
    const { code, lines, host } = await run(`play vid-1 --out ${out} --json`, handlers);
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatchObject({ event: 'result', verified: true, size_bytes: 1000, file: out, failures: [{ chunk_id: 'vid-1-chunk-000', node_id: 'a' }] });
    expect((await readFile(out)).equals(bytes)).toBe(true);
    expect(host.asked.at(-1)!.name).toBe('videos:view');
    expect((await run('play vid-1', handlers)).out).toMatch(/start-up .*\nthroughput .*\nchunks .*\nfailures +1/);
  });

  it('ends with code 5 and leaves no file when no node has the right bytes', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(new Uint8Array(1000))));
    const out = join(dir, 'out.mp4');
    const { code, lines } = await run(`play vid-1 --out ${out} --json`, handlers);
    expect(code).toBe(5);
    expect(lines.at(-1)).toMatchObject({ event: 'error', code: 'unavailable', detail: expect.stringContaining('vid-1-chunk-000') });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('notices chunks that are right one by one and wrong together', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(bytes)));
    const wrong = { ...manifest, media: { ...manifest.media!, sha256: 'f'.repeat(64) } };
    expect((await run('play vid-1', { ...handlers, 'videos:manifest': () => wrong })).code).toBe(5);
  });

  it('opens the page on the video with --dashboard', async () => {
    const opened: string[] = [];
    await run('play vid-1 --dashboard', handlers, { opened });
    expect(opened).toEqual(['http://127.0.0.1:3/#token=t0k3n&view=/watch/vid-1']);
  });
});

describe('logs, rebuild, doctor, down', () => {
  it('shows lines with time, level, source and fields', async () => {
    const lines = [{ sequence: 1, atMs: Date.parse('2026-01-01T10:11:12.345Z'), level: 'warn' as const, source: 'node-1', message: 'slow\u0007', fields: { tookMs: 7 } }];
    const { out, host } = await run('logs --level warn --source node-1 --limit 5', { 'logs:query': () => ({ lines }) });
    expect(out).toBe('10:11:12.345 warn  node-1     slow· {"tookMs":7}\n');
    expect(host.asked[0]!.input).toEqual({ level: 'warn', source: 'node-1', limit: 5 });
  });

  it('name the known sources when asked for another, and take one that is quiet', async () => {
    const handlers: Partial<Handlers> = { 'logs:query': () => ({ lines: [] }), 'cluster:status': () => running() };
    expect(await run('logs --source nope', handlers)).toMatchObject({ code: 4, err: 'Error: There is no source nope; known: host, node-1, node-2.\n' });
    expect(await run('logs --source node-2', handlers)).toMatchObject({ code: 0, err: '' });
  });

  it('tells what a rebuild restored, and what it could not yet', async () => {
    const { out, code } = await run('metadata rebuild', { 'metadata:rebuild': () => ({ videos: 2, chunks: 12, provisional: true }) });
    expect(code).toBe(0);
    expect(out).toContain('2 videos and 12 chunks');
    expect(out).toContain('Not every node has answered');
  });

  it('rebuilds no database where there never was a cluster, and makes none', async () => {
    let hasStarted = false;
    const { code, err } = await run('metadata rebuild', {}, { isRunning: false, own: () => {
      hasStarted = true;
      throw new VStackError('internal', 'A host was started.');
    } });
    expect(code).toBe(3);
    expect(err).toContain(`There is no cluster in ${dir}`);
    expect(hasStarted).toBe(false);
    expect(await readdir(dir)).toEqual([]);
  });

  it('gives code 5 when the doctor finds a problem, with advice', async () => {
    const diagnoses = [{ name: 'Disk', status: 'problem' as const, finding: '1 MB free', advice: 'Make room.' }];
    const { code, out } = await run('doctor', { 'system:doctor': () => ({ diagnoses }) });
    expect(code).toBe(5);
    expect(out).toMatch(/✗ Disk {2}1 MB free\n\s+Make room\./);
    expect((await run('doctor', { 'system:doctor': () => ({ diagnoses: [] }) })).code).toBe(0);
  });

  it('runs the doctor without a host too', async () => {
    const { lines } = await run('doctor --json', {}, { isRunning: false });
    const names = (lines.at(-1)!.diagnoses as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['Host', 'Node', 'Programs', 'Data folder', 'Disk', 'Ports', 'Browser', 'Electron', 'ffmpeg']);
  });

  it('stops cluster and host', async () => {
    const { host } = await run('down', { 'cluster:stop': () => stoppedCluster({ children: [node('node-1')] }), 'system:shutdown': () => ({}) });
    expect(host.asked.map(({ name }) => name)).toEqual(['cluster:stop', 'system:shutdown']);
  });
});
