import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OwnHost } from '../../../../runtime/cli/context.ts';
import type { ComparisonReport } from '../../../../runtime/contract/comparison.ts';
import type { ComparisonStatus, DemoStatus } from '../../../../runtime/contract/control/comparison.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import { idle, statusOf } from '../../../../runtime/host/comparison/status.ts';
import { comparisonConditions } from '../../../../runtime/lab/comparison/conditions.ts';
import { exportReport } from '../../../../runtime/lab/comparison/export/export.ts';
import { clusterFile, running, setUpCli } from '../../../fixtures/cli.ts';
import { makeReport } from '../../../fixtures/comparison.ts';
import type { FakeHost } from '../../../fixtures/fake-host.ts';

const cli = setUpCli();
const never = new Promise<string>(() => {});

/** Targets met: the report of a comparison as the project wants it. */
const goodReport = (): ComparisonReport => makeReport({ blockCount: 30, act: ({ client, startupMs }) => ({ chunkMs: [client === 'smart' ? 100 : startupMs] }) });
const pointsOf = ({ sessions }: ComparisonReport): ComparisonStatus['points'] => sessions.filter(({ block }) => block >= 0);
const status = (report: ComparisonReport, overrides: Partial<ComparisonStatus> = {}): ComparisonStatus => ({
  ...statusOf(idle), plan: report.plan, condition: report.condition, phase: 'running', sessionCount: report.sessions.length, ...overrides,
});

/** Plays `report`: block after block, then the end. */
const playing = (report: ComparisonReport, last: Partial<ComparisonStatus> = { phase: 'ended', reportId: report.id }) => {
  let host!: FakeHost;
  const handlers: Partial<Handlers> = {
    'comparison:start': () => {
      const tell = (overrides: Partial<ComparisonStatus>): void => host.events.emit('comparison:changed', status(report, overrides));
      setTimeout(() => {
        tell({ points: pointsOf(report).filter(({ block }) => block < 1), sessionsDone: 4, remainingSec: 60, step: 'Block 2 of 30: naive' });
        tell({ points: pointsOf(report), pairs: report.pairs, ...last });
      }, 1);
      return status(report, { phase: 'preparing', plan: null });
    },
    'comparison:report': () => report,
    'comparison:export': ({ format }) => exportReport(report, format),
    'comparison:stop': () => status(report),
  };
  return { handlers, options: { closed: never, onHost: (made: FakeHost) => (host = made) }, tell: (overrides: Partial<ComparisonStatus>) => host.events.emit('comparison:changed', status(report, overrides)) };
};

describe('vstack compare', () => {
  it('tells every session, then pairs and targets, and ends with 0 when all are met', async () => {
    const report = goodReport();
    const { handlers, options } = playing(report);
    const { code, out, host } = await cli.run('compare --blocks 30 --clients smart,naive --seed 5 --session 15 --condition one-slow-node', handlers, options);
    expect(code).toBe(0);
    expect(host.asked.find(({ name }) => name === 'comparison:start')!.input).toMatchObject({ conditionId: 'one-slow-node', blocks: 30, clients: ['smart', 'naive'], seed: 5, sessionSec: 15, timeMode: 'real' });
    expect(out.split('\n').filter((line) => /^ +\d+ {2}(smart|naive)/.test(line))).toHaveLength(60);
    expect(out).toMatch(/Start-up time +smart \/ naive +0\.3\d× \(0\.3\d to 0\.3\d\) +< 0\.0001 +30 +better/);
    expect(out).toMatch(/Start-up against naive +≤ 0\.50× +0\.3\d\d× +30 +met/);
    expect(out).not.toContain('virtual');
  });

  it('ends with 99 when a target was missed', async () => {
    const { handlers, options } = playing(makeReport({ blockCount: 30 }));
    const { code, out } = await cli.run('compare', handlers, options);
    expect(code).toBe(99);
    expect(out).toMatch(/Chunk time, p99, against naive .* missed/);
  });

  it('ends with 2 when not all blocks could be played, and says why', async () => {
    const report = { ...goodReport(), isComplete: false };
    const { handlers, options } = playing(report, { phase: 'failed', reportId: report.id, problem: 'The cluster was stopped.' });
    const { code, err } = await cli.run('compare', handlers, options);
    expect(code).toBe(2);
    expect(err).toContain('The cluster was stopped.');
  });

  it('fails when nothing was saved', async () => {
    const { handlers, options } = playing(goodReport(), { phase: 'failed', reportId: null, problem: 'There is no video "v".' });
    const { code, err } = await cli.run('compare --video v', handlers, options);
    expect(code).toBe(1);
    expect(err).toContain('There is no video "v". The network is back to normal.');
  });

  it('is stopped by Ctrl-C, keeps what is complete, and ends with 130', async () => {
    const aborter = new AbortController();
    const report = { ...goodReport(), isComplete: false };
    const play = playing(report, {});
    const { code, host } = await cli.run('compare', {
      ...play.handlers,
      'comparison:start': () => {
        setTimeout(() => aborter.abort(), 1);
        return status(report);
      },
      'comparison:stop': () => {
        setTimeout(() => play.tell({ phase: 'stopped', reportId: report.id }), 1);
        return status(report, { phase: 'stopping' });
      },
    }, { ...play.options, signal: aborter.signal });
    expect(code).toBe(130);
    expect(host.asked.map(({ name }) => name)).toContain('comparison:stop');
  });

  it('says virtual wherever it tells figures of virtual time', async () => {
    const report = { ...goodReport(), timeMode: 'virtual' as const };
    const { handlers, options } = playing(report);
    const { out, host } = await cli.run('compare --virtual', handlers, options);
    expect(host.asked.find(({ name }) => name === 'comparison:start')!.input).toMatchObject({ timeMode: 'virtual' });
    expect(out).toContain('in virtual time');
  });

  it('writes the report in the formats that were asked for', async () => {
    const report = goodReport();
    const { handlers, options } = playing(report);
    const folder = join(cli.dir(), 'out', 'deep');
    const { code, out } = await cli.run(`compare --report ${folder} --format html,csv,markdown,json`, handlers, options);
    expect(code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['csv', 'html', 'json', 'md'].map((extension) => `${report.id}.${extension}`));
    expect(JSON.parse(await readFile(join(folder, `${report.id}.json`), 'utf8'))).toEqual(report);
    expect(out).toContain(`Report: ${join(folder, `${report.id}.html`)}`);
  });

  it('says so when the report cannot be written', async () => {
    const { handlers, options } = playing(goodReport());
    await writeFile(join(cli.dir(), 'file'), '');
    const { code, err } = await cli.run(`compare --report ${join(cli.dir(), 'file', 'out')}`, handlers, options);
    expect(code).toBe(2);
    expect(err).toContain('cannot be written');
  });

  it('is one object a line with --json, the figures last, without the sessions', async () => {
    const { handlers, options } = playing(goodReport());
    const { lines } = await cli.run('compare --json', handlers, options);
    expect(new Set(lines.map(({ event }) => event))).toEqual(new Set(['progress', 'block', 'result']));
    expect(lines.at(-1)).toMatchObject({ event: 'result', is_complete: true, time_mode: 'real', files: [] });
    expect(lines.at(-1)).not.toHaveProperty('sessions');
    expect(lines.find(({ event }) => event === 'progress')).toMatchObject({ phase: 'preparing' });
  });

  it('shows on a terminal how far it is and the pair so far', async () => {
    const { handlers, options } = playing(goodReport());
    const { err } = await cli.run('compare', handlers, { ...options, isTTY: true });
    expect(err).toContain('Block 2 of 30: naive, 1:00 left');
  });

  it('tells when the host ends meanwhile', async () => {
    const { handlers, options } = playing(goodReport());
    const { code, err } = await cli.run('compare', { ...handlers, 'comparison:start': () => status(goodReport()) }, { ...options, closed: new Promise((resolve) => setTimeout(() => resolve(''), 5)) });
    expect(code).toBe(1);
    expect(err).toContain('The host ended meanwhile.');
  });

  it.each([
    'compare --blocks 0', 'compare --blocks many', 'compare --clients smart', 'compare --clients smart,clever', 'compare --session 1', 'compare --seed -1', 'compare --format pdf', 'compare extra',
  ])('refuses "%s" before anything is asked', async (line) => {
    const { code, host } = await cli.run(line);
    expect(code).toBe(2);
    expect(host.asked).toEqual([]);
  });

  it('passes on why the host refused', async () => {
    const refusing = (code: 'already_running' | 'not_found'): Partial<Handlers> => ({ 'comparison:start': () => { throw new VStackError(code, 'refused in words'); } });
    expect(await cli.run('compare', refusing('already_running'), { closed: never })).toMatchObject({ code: 1, err: expect.stringContaining('refused in words') as string });
    expect(await cli.run('compare --condition perfect', refusing('not_found'), { closed: never })).toMatchObject({ code: 4 });
  });

  it('lists conditions, clients and saved reports', async () => {
    const { code, out } = await cli.run('compare --list', {
      'comparison:conditions': () => ({ conditions: [...comparisonConditions], clients: [{ id: 'smart', name: 'Smart', description: 'Measures every node.' }] }),
      'comparison:reports': () => ({ reports: [] }),
    });
    expect(code).toBe(0);
    for (const { id } of comparisonConditions) expect(out).toContain(id);
    expect(out).toContain('No comparison is saved yet.');
  });
});

describe('without a running host', () => {
  const ownHost = (host: FakeHost, closes: string[]): OwnHost => ({
    client: host.client, signInUrl: 'http://127.0.0.1:3/#token=t', clusterFile: () => clusterFile, closed: new Promise(() => {}),
    close: () => {
      closes.push('closed');
      return Promise.resolve();
    },
  });

  it.each([['compare', ['cluster:status', 'cluster:launch']], ['compare --virtual', []]] as const)('"%s" starts one of its own, which ends with it', async (line, launching) => {
    const closes: string[] = [];
    const { handlers, options } = playing(goodReport());
    const stopped = { ...running(), phase: 'stopped' as const };
    const { code, host } = await cli.run(line, { ...handlers, 'cluster:status': () => stopped, 'cluster:launch': () => running() }, {
      ...options, isRunning: false, hasClusterFile: false, own: (host) => ownHost(host, closes),
    });
    expect(code).toBe(0);
    expect(host.asked.map(({ name }) => name).filter((name) => name.startsWith('cluster:'))).toEqual(launching);
    expect(closes).toEqual(['closed']);
  });
});

describe('vstack demo', () => {
  const rows: DemoStatus['rows'] = ['naive', 'smart'].map((client) => ({
    scenarioId: 'recovery', scenarioName: 'Recovery', client: client as 'naive' | 'smart', phase: 'done', startupMs: 640, stallCount: 2, stalledMs: 900, rebufferingShare: 0.041, throughputBitsPerSecond: 12.3e6, bufferSecP5: 8, problem: null,
  }));
  const demo = (overrides: Partial<DemoStatus> = {}): DemoStatus => ({ phase: 'running', step: 'Recovery: the naive client', startedAtMs: 1, elapsedSec: 3, totalSec: 240, rows, problem: null, ...overrides });

  it('tells each session, and where to watch', async () => {
    let host!: FakeHost;
    const { code, out } = await cli.run('demo', {
      'demo:start': () => {
        setTimeout(() => {
          host.events.emit('demo:changed', demo());
          host.events.emit('demo:changed', demo({ phase: 'ended' }));
        }, 1);
        return demo({ phase: 'preparing', rows: [] });
      },
    }, { closed: never, onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(out).toContain('Watch it on the dashboard: http://127.0.0.1:3/#token=t0k3n&view=/dashboard');
    expect(out).toContain('Recovery, naive: start-up 640 ms, 2 stalls');
    expect(out).toMatch(/Recovery +smart +640 ms +2 +4\.10 % +12\.3 Mbit\/s +8\.0 s/);
  });

  it('fails with the reason, and is stopped by Ctrl-C', async () => {
    let host!: FakeHost;
    const onHost = (made: FakeHost): void => void (host = made);
    const failing = await cli.run('demo', { 'demo:start': () => { setTimeout(() => host.events.emit('demo:changed', demo({ phase: 'failed', problem: 'no video' })), 1); return demo(); } }, { closed: never, onHost });
    expect(failing).toMatchObject({ code: 1, err: expect.stringContaining('no video') as string });
    const aborter = new AbortController();
    const stopped = await cli.run('demo', {
      'demo:start': () => { setTimeout(() => aborter.abort(), 1); return demo(); },
      'demo:stop': () => { setTimeout(() => host.events.emit('demo:changed', demo({ phase: 'stopped' })), 1); return demo({ phase: 'stopping' }); },
    }, { closed: never, onHost, signal: aborter.signal });
    expect(stopped.code).toBe(130);
  });
});
