/** The commands that watch a cluster and care for the program, against a host that says what the test tells it to. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteControl } from '../../../../runtime/client/control/websocket-client.ts';
import { main } from '../../../../runtime/cli/main.ts';
import { runDataFolder } from '../../../../runtime/cli/commands/program-care.ts';
import type { CliContext } from '../../../../runtime/cli/context.ts';
import type { ProgramLayout } from '../../../../runtime/cli/program-layout.ts';
import { createOutput } from '../../../../runtime/cli/terminal/output.ts';
import type { MetricSample, MetricSummary } from '../../../../runtime/contract/control/metrics.ts';
import { PlaybackSession } from '../../../../runtime/contract/control/playback.ts';
import { callNames } from '../../../../runtime/contract/channels.ts';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import { createFakeHost } from '../../../fixtures/fake-host.ts';
import { playbackReport } from '../../../fixtures/playback.ts';
import { settings } from '../../../fixtures/scripted-door/states.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-cli-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const sink = () => {
  let text = '';
  return { write: (piece: string) => (text += piece), text: () => text };
};

const run = async (args: string[], handlers: Partial<Handlers> = {}) => {
  const host = createFakeHost(handlers);
  const [stdout, stderr] = [sink(), sink()];
  const remote: RemoteControl = { ...host.client, welcome: { version: '0', door: 'cli' }, closed: Promise.resolve(''), close: () => {} };
  const code = await main({ args, layout: {} as ProgramLayout, stdout, stderr, env: {}, signal: new AbortController().signal, overrides: { attach: () => Promise.resolve(remote) } });
  return { code, out: stdout.text(), err: stderr.text(), asked: host.asked };
};

const nothing = { count: 0, p50: null, p95: null, p99: null, max: null };
const summary: MetricSummary = { sinceMs: 1, uptimeMs: 65_000, nodes: [], readBytes: 3_145_728, writtenBytes: 0, requestCount: 12, requestMs: { count: 12, p50: 1, p95: 4, p99: 9, max: 11 }, loadDeviation: 0.08 };
const sample: MetricSample = {
  atMs: 1, processes: [], playback: null,
  nodes: [{ name: 'node-1', phase: 'ready', cpuPercent: 1.5, rssBytes: 1_048_576, requestsPerSecond: 3, errorsPerSecond: 0, requestMsP50: 1, requestMsP95: 4, readBytesPerSecond: 1_048_576,
    writtenBytesPerSecond: null, servedBytesPerSecond: null, metadataBytesPerSecond: null, pingMs: 0.8, chunkCount: 3, diskUsedBytes: 1, diskUsagePercent: 1, availability: 0.9975 }],
};

describe('vstack metrics', () => {
  it('shows totals and every node, and a dash for what is not known', async () => {
    const { out, code } = await run(['metrics'], { 'metrics:latest': () => ({ sample }), 'metrics:summary': () => summary });
    expect(code).toBe(0);
    expect(out).toContain('8.0 % deviation');
    expect(out).toMatch(/node-1 +ready +1\.5 % +1\.00 MiB +1\.00 MiB\/s +– +3\.0\/s +4 ms +1 ms +99\.75 %/);
  });

  it('says what to do while nothing is measured', async () => {
    const { out } = await run(['metrics'], { 'metrics:latest': () => ({ sample: null }), 'metrics:summary': () => ({ ...summary, requestMs: nothing }) });
    expect(out).toContain('vstack up');
  });

  it('exports the record to a file, and refuses a place that does not exist', async () => {
    const handlers: Partial<Handlers> = { 'metrics:export': () => ({ filename: 'x.csv', text: 'at,node\n' }) };
    expect((await run(['metrics', '--export', join(dir, 'day.csv')], handlers)).code).toBe(0);
    expect(await readFile(join(dir, 'day.csv'), 'utf8')).toBe('at,node\n');
    const refused = await run(['metrics', '--export', join(dir, 'none', 'day.csv')], handlers);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('cannot be written')]);
  });
});

describe('vstack events', () => {
  it('lists what happened oldest first, and lets no text steer the terminal', async () => {
    const event = (id: number, text: string) => ({ id, atMs: id * 1000, kind: 'process-died' as const, tone: 'bad' as const, subject: 'node-1', text });
    const { out } = await run(['events'], { 'events:list': () => ({ events: [event(2, 'second\u001b[31m'), event(1, 'first')] }) });
    expect(out.indexOf('first')).toBeLessThan(out.indexOf('second'));
    expect(out).not.toContain('\u001b');
  });
});

describe('vstack sessions', () => {
  it('shows how each session went', async () => {
    const session = PlaybackSession.parse({ ...playbackReport({ stallCount: 2 }), atMs: 2, isOver: true, bufferSecMean: 21.25, throughputBitsPerSecondMean: 46_200_000 });
    const { out } = await run(['sessions'], { 'playback:sessions': () => ({ sessions: [session] }) });
    expect(out).toMatch(/page +smart +over +412 ms +2 +12\.40 s +21\.3 s +8\.58 MiB +Harbour/);
    expect((await run(['sessions'], { 'playback:sessions': () => ({ sessions: [] }) })).out).toContain('Nothing was played');
  });
});

describe('vstack settings', () => {
  const handlers: Partial<Handlers> = { 'settings:get': () => settings(), 'settings:set': (changes) => ({ ...settings(), ...changes }) };

  it('shows them, and changes those that are named, with numbers as numbers', async () => {
    expect((await run(['settings'], handlers)).out).toMatch(/nodeCount +5/);
    const { asked } = await run(['settings', 'nodeCount=3', 'theme=dark', 'nodeCapacityBytes=null'], handlers);
    expect(asked.at(-1)).toEqual({ name: 'settings:set', input: { nodeCount: 3, theme: 'dark', nodeCapacityBytes: null } });
  });

  it('refuses an unknown setting, a malformed one, and a wrong value, with what was expected', async () => {
    expect(await run(['settings', 'colour=red'], handlers)).toMatchObject({ code: 2, err: expect.stringContaining('known: nodeCount') });
    expect(await run(['settings', 'version=1'], handlers)).toMatchObject({ code: 2 });
    expect(await run(['settings', 'nodeCount'], handlers)).toMatchObject({ code: 2, err: expect.stringContaining('name=value') });
    expect(await run(['settings', 'nodeCount=many'], handlers)).toMatchObject({ code: 2 });
  });
});

describe('vstack data-folder', () => {
  it('shows and changes the choice without a host', async () => {
    let chosen: string | null = null;
    const choice = { get: () => chosen, set: (path: string | null) => (chosen = path) ?? '/usual' };
    const stdout = sink();
    const context = { output: createOutput({ json: true, stdout, stderr: sink(), env: {} }) } as CliContext;
    await runDataFolder({ path: dir, reset: false }, context, choice);
    expect(chosen).toBe(dir);
    await runDataFolder({ reset: false }, context, choice);
    await runDataFolder({ reset: true }, context, choice);
    expect(chosen).toBeNull();
    expect(stdout.text().trim().split('\n').map((line) => (JSON.parse(line) as { path: string }).path)).toEqual([dir, dir, '/usual']);
  });
});

describe('vstack diagnostics', () => {
  it('prints the text, or writes it to a file', async () => {
    const handlers: Partial<Handlers> = { 'system:diagnostics': () => ({ text: '# all is well\n' }) };
    expect((await run(['diagnostics'], handlers)).out).toBe('# all is well\n');
    await run(['diagnostics', '--out', join(dir, 'd.md')], handlers);
    expect(await readFile(join(dir, 'd.md'), 'utf8')).toBe('# all is well\n');
  });
});

describe('vstack uploads', () => {
  it('cancels one by its session', async () => {
    const { asked, out } = await run(['uploads', 'cancel', 'abc'], { 'uploads:cancel': () => ({}) });
    expect(asked).toEqual([{ name: 'uploads:cancel', input: { sessionId: 'abc' } }]);
    expect(out).toContain('abc is cancelled');
  });
});

describe('vstack call', () => {
  it('lists every call of the contract', async () => {
    const { out } = await run(['call']);
    for (const name of callNames) expect(out).toContain(`${name} `);
  });

  it('runs any of them with JSON, and prints the answer', async () => {
    const { out, asked } = await run(['call', 'nodes:pause', '{"nodeId":"node-2"}'], { 'nodes:pause': () => ({}) });
    expect(asked).toEqual([{ name: 'nodes:pause', input: { nodeId: 'node-2' } }]);
    expect(out.trim()).toBe('{}');
  });

  it('refuses an unknown name, text that is no JSON, and an input that breaks the schema', async () => {
    expect(await run(['call', 'nodes:explode'])).toMatchObject({ code: 2, err: expect.stringContaining('vstack call') });
    expect(await run(['call', 'nodes:pause', '{nodeId'])).toMatchObject({ code: 2, err: expect.stringContaining('no JSON') });
    expect(await run(['call', 'nodes:pause', '{}'], { 'nodes:pause': () => ({}) })).toMatchObject({ code: 2 });
  });
});
