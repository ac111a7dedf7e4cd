import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../runtime/contract/units.ts';
import type { MetricSample } from '../../../../runtime/contract/control/metrics.ts';
import { FLUSH_MS, openHistory, type History } from '../../../../runtime/host/metrics/history.ts';
import { exportHistory, queryHistory } from '../../../../runtime/host/metrics/query.ts';
import { createDecoder, encodeSample, headerLine } from '../../../../runtime/host/metrics/record-format.ts';
import { createManualClock, type ManualClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { metricSample, nodeSample, processSample } from '../../../fixtures/metric-samples.ts';

/** Half past five in the morning, UTC. */
const START_MS = Date.UTC(2026, 10, 23, 5, 30);
let folder: string;
let clock: ManualClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vstack-history-'));
  clock = createManualClock(START_MS);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<History> => openHistory(folder, clock, silentLogger());
const record = (history: History, count: number, stepMs = 2 * SECOND_MS): void => {
  for (let index = 0; index < count; index++) {
    history.add(metricSample(clock.wallMs()));
    clock.advance(stepMs);
  }
};
const all = async (history: History): Promise<MetricSample[]> => {
  const samples: MetricSample[] = [];
  await history.read(0, Infinity, (sample) => samples.push(sample));
  return samples;
};
const timesOf = async (history: History): Promise<number[]> => (await all(history)).map(({ atMs }) => (atMs - START_MS) / SECOND_MS);

describe('the record of measurements', () => {
  it('tells what it was given, before and after it reached the disk, and after a restart', async () => {
    const history = await open();
    const first = metricSample(clock.wallMs(), {
      nodes: [nodeSample('node-1'), nodeSample('node-2', { phase: 'restarting', cpuPercent: null, rssBytes: null, pingMs: null, availability: 0.912345 })],
      playback: {
        sessionId: 's', videoId: 'vid-1', phase: 'playing', bufferSec: 21.5, throughputBitsPerSecond: 48_000_000, stallCount: 1,
        nodes: [
          { nodeId: 'node-1', score: 31.5, healthy: true, bitsPerSecond: 45_000_000, latencyMs: 1.5, reliability: 1, deliveredBytes: 9_000_000, chunkCount: 5, failureCount: 0 },
          { nodeId: 'node-2', score: null, healthy: false, bitsPerSecond: null, latencyMs: null, reliability: 0.25, deliveredBytes: 0, chunkCount: 0, failureCount: 3 },
        ],
      },
    });
    history.add(first);
    expect(await all(history)).toEqual([first]);
    clock.advance(FLUSH_MS);
    record(history, 3);
    await history.close();
    expect(await timesOf(history)).toEqual([0, 20, 22, 24]);
    const again = await open();
    expect((await all(again))[0]).toEqual(first);
    expect(await again.oldestMs()).toBe(START_MS);
  });

  it('records samples of every second as means over two', async () => {
    const history = await open();
    for (const cpuPercent of [10, 20, 30, 50]) {
      history.add(metricSample(clock.wallMs(), { processes: [processSample('host', { cpuPercent })] }));
      clock.advance(SECOND_MS);
    }
    expect((await all(history)).map(({ atMs, processes }) => [atMs - START_MS, processes[0]!.cpuPercent])).toEqual([[500, 15], [2500, 40]]);
    await history.close();
  });

  it('passes over a torn tail, and goes on in a line of its own', async () => {
    const history = await open();
    record(history, 5);
    await history.close();
    const [name] = await readdir(folder);
    const path = join(folder, name!);
    await truncate(path, (await readFile(path)).length - 30);
    const again = await open();
    record(again, 2);
    await again.close();
    expect(await timesOf(again)).toEqual([0, 2, 4, 6, 10, 12]);
  });

  it('does not believe lines of another version', async () => {
    const history = await open();
    record(history, 1);
    await history.close();
    await appendFile(join(folder, (await readdir(folder))[0]!), `{"format":"vstack-metrics","version":2}\n[${START_MS + 2000},"new",1,2]\n`);
    expect(await timesOf(await open())).toEqual([0]);
  });

  it('compresses hours that are over and deletes those that are too old', async () => {
    const history = await open();
    for (let hour = 0; hour < 26; hour++) {
      record(history, 2, HOUR_MS / 2);
      await history.close();
    }
    const names = await readdir(folder);
    expect(names.filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
    expect(names.filter((name) => name.endsWith('.jsonl.gz')).length).toBeGreaterThan(22);
    expect(names.length).toBeLessThanOrEqual(26);
    const samples = await all(history);
    expect(samples.length).toBeGreaterThanOrEqual(48);
    expect(samples.map(({ atMs }) => atMs)).toEqual(samples.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(await history.oldestMs()).toBeGreaterThanOrEqual(clock.wallMs() - 24 * HOUR_MS);
  });

  it('takes a damaged hour for a gap, and clears away what a crash left of compressing', async () => {
    const history = await open();
    record(history, 2, HOUR_MS);
    await history.close();
    const again = await open();
    const [compressed] = (await readdir(folder)).filter((name) => name.endsWith('.gz'));
    await writeFile(join(folder, compressed!), 'no gzip');
    await writeFile(join(folder, 'samples-2026112304.jsonl.gz.tmp'), 'half');
    expect((await all(again)).map(({ atMs }) => atMs - START_MS)).toEqual([HOUR_MS]);
    await open();
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('keeps what it could not write, and writes it later', async () => {
    const history = await open();
    record(history, 1);
    await history.close();
    await rm(folder, { recursive: true });
    record(history, 3);
    await history.close();
    expect(await timesOf(history)).toEqual([2, 4, 6]);
    await mkdir(folder);
    await history.close();
    expect(await timesOf(await open())).toEqual([2, 4, 6]);
  });
});

describe('questions about the record', () => {
  it('are answered with every sample while few enough, else with means over even steps', async () => {
    const history = await open();
    record(history, 300);
    const whole = await queryHistory(history, {}, 1800, clock.wallMs());
    expect(whole.stepMs).toBe(2000);
    expect(whole.samples).toHaveLength(300);
    const thin = await queryHistory(history, {}, 30, clock.wallMs());
    expect(thin.samples.length).toBeLessThanOrEqual(30);
    expect(thin.samples.length).toBeGreaterThanOrEqual(28);
    expect(thin.stepMs).toBeGreaterThanOrEqual(20_000);
    const part = await queryHistory(history, { fromMs: START_MS + MINUTE_MS, toMs: START_MS + 2 * MINUTE_MS }, 1800, clock.wallMs());
    expect(part.samples.map(({ atMs }) => atMs - START_MS)).toEqual(Array.from({ length: 31 }, (_, index) => MINUTE_MS + 2000 * index));
    await history.close();
  });

  it('leave a gap where nothing was measured', async () => {
    const history = await open();
    record(history, 10);
    clock.advance(10 * MINUTE_MS);
    record(history, 10);
    const { samples, stepMs } = await queryHistory(history, {}, 60, clock.wallMs());
    const gaps = samples.slice(1).map(({ atMs }, index) => atMs - samples[index]!.atMs);
    expect(Math.max(...gaps)).toBeGreaterThan(20 * stepMs);
    await history.close();
  });

  it('are given up when nobody waits for the answer any more', async () => {
    const history = await open();
    record(history, 3);
    await history.close();
    await expect(queryHistory(history, { signal: AbortSignal.abort(new Error('gone')) }, 1800, clock.wallMs())).rejects.toThrow('gone');
  });

  it('are answered with nothing while there is nothing', async () => {
    const history = await open();
    expect(await queryHistory(history, {}, 1800, clock.wallMs())).toEqual({ stepMs: 2000, samples: [] });
    expect(await history.oldestMs()).toBeNull();
    expect((await exportHistory(history, {}, 5, clock.wallMs())).text.split('\r\n')).toHaveLength(2);
  });
});

describe('the export', () => {
  it('is CSV with units in its header, a row for each sample and process, and nothing for what is not known', async () => {
    const history = await open();
    history.add(metricSample(clock.wallMs(), { processes: [processSample('host', { requestMsP50: null })], nodes: [nodeSample('node-1')] }));
    const { filename, text } = await exportHistory(history, {}, 2, clock.wallMs());
    expect(filename).toBe('vstack-metrics-20261123-053000.csv');
    const [header, host, node, end] = text.split('\r\n');
    expect(header).toBe(
      'time (UTC),time (Unix ms),mean over (ms),process,phase,cpu (% of one core),memory (bytes),requests (1/s),errors (1/s),request p50 (ms),request p95 (ms),' +
        'read by players (bytes/s),written (bytes/s),served to services (bytes/s),ping (ms),chunks,disk used (bytes),disk used (%),availability (0-1),exchanged with metadata (bytes/s)',
    );
    expect(host).toBe(`2026-11-23T05:30:00.000Z,${START_MS},2000,host,,1.5,60000000,2.5,0,,3.25,,,,,,,,,`);
    expect(node).toBe(`2026-11-23T05:30:00.000Z,${START_MS},2000,node-1,ready,1.5,60000000,2.5,0,0.75,3.25,1250000,0,0,0.5,12,25000000,0.25,0.999,900`);
    expect(end).toBe('');
    await history.close();
  });

  it('reads samples of before the bytes exchanged with the metadata service were kept', () => {
    const decode = createDecoder();
    decode(headerLine);
    const row = JSON.parse(encodeSample(metricSample(START_MS, { nodes: [nodeSample('node-1')] }))) as [number, unknown[], unknown[][], unknown];
    row[2][0]!.pop();
    expect(decode(JSON.stringify(row))!.nodes[0]).toMatchObject({ availability: 0.999, metadataBytesPerSecond: null });
  });

  it('quotes what a spreadsheet would misread', async () => {
    const history = await open();
    const names = ['a,b', 'a"b', '=1+1', 'two\nlines'];
    history.add(metricSample(clock.wallMs(), { processes: names.map((name) => processSample(name)), nodes: [] }));
    const { text } = await exportHistory(history, {}, 4, clock.wallMs());
    for (const field of [',"a,b",', ',"a""b",', ",'=1+1,", ',"two\nlines",']) expect(text).toContain(field);
    await history.close();
  });
});
