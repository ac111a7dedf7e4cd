import { describe, expect, it } from 'vitest';
import { ComparisonReport, type ComparisonMetric, type ComparisonTarget, type PairFigure } from '../../../../runtime/contract/comparison.ts';
import { makeReport, type ReportFixture } from '../../../fixtures/comparison.ts';

const pairOf = (fixture: ReportFixture, metric: ComparisonMetric): PairFigure => makeReport(fixture).pairs.find((pair) => pair.metric === metric)!;
const targetOf = (fixture: ReportFixture, id: string): ComparisonTarget => makeReport(fixture).targets.find((target) => target.id === id)!;
const textOf = (fixture: ReportFixture): string => makeReport(fixture).verdict.map(({ text }) => text).join('\n');

describe('the figures of a comparison', () => {
  it('make a report that its schema accepts, and that JSON carries unchanged', () => {
    const report = makeReport({ clients: ['smart', 'naive', 'oracle'], conditionId: 'node-killed' });
    expect(ComparisonReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('count a clear win with its interval, p and n', () => {
    const pair = pairOf({ blockCount: 30 }, 'start-up');
    expect(pair).toMatchObject({ client: 'smart', against: 'naive', n: 30, winCount: 30, lossCount: 0, verdict: 'better', pMethod: 'exact' });
    expect(pair.ratio.value).toBeCloseTo(1 / 3, 1);
    expect(pair.ratio.low!).toBeLessThan(pair.ratio.value!);
    expect(pair.ratio.high!).toBeGreaterThan(pair.ratio.value!);
    expect(pair.improvementPercent.value).toBeCloseTo((1 - pair.ratio.value!) * 100, 9);
    expect(pair.improvementPercent.low).toBeCloseTo((1 - pair.ratio.high!) * 100, 9);
    expect(pair.p).toBeCloseTo(2 / 2 ** 30, 12);
    expect(pair.text).toMatch(/^Start-up time: Smart \d+ ms, Naive 1\.\d+ s: [\d.]+ % better \(95 % interval [\d.]+ to [\d.]+ %\), p < 0\.0001, n = 30\.$/);
  });

  it('tell a loss as plainly as a win, and put it first among what is told', () => {
    const act: ReportFixture['act'] = ({ client }) => (client === 'smart' ? { throughputBitsPerSecond: 10e6 } : {});
    expect(pairOf({ blockCount: 30, act }, 'throughput')).toMatchObject({ verdict: 'worse', winCount: 0, lossCount: 30 });
    const lines = makeReport({ blockCount: 30, act }).verdict;
    const loss = lines.findIndex(({ text }) => /^Throughput: Smart 10\.0 Mbit\/s, Naive 20\.0 Mbit\/s: 50\.0 % worse/.test(text));
    expect(lines[loss]).toMatchObject({ tone: 'worse' });
    expect(loss).toBeLessThan(lines.findIndex(({ tone }) => tone === 'even'));
  });

  it('say that nothing is clear where the interval holds both', () => {
    const act: ReportFixture['act'] = ({ block, client }) => (client === 'smart' ? { bufferSecP5: block % 2 === 0 ? 10 : 14 } : {});
    expect(pairOf({ blockCount: 30, act }, 'buffer-p5')).toMatchObject({ verdict: 'unclear' });
    expect(textOf({ blockCount: 30, act })).toMatch(/Buffer, 5th percentile: .* no clear difference \(95 % interval -[\d.]+ to [\d.]+ % better\)/);
  });

  it('call nothing better or worse with fewer than five blocks', () => {
    expect(pairOf({ blockCount: 5 }, 'start-up').verdict).toBe('better');
    expect(pairOf({ blockCount: 4 }, 'start-up')).toMatchObject({ verdict: 'unclear', winCount: 4, text: expect.stringContaining('too few blocks to tell') as string });
  });

  it('call what never differs even, and give it no p', () => {
    expect(pairOf({}, 'rebuffering')).toMatchObject({ verdict: 'even', tieCount: 6, p: null, pMethod: null, ratio: { value: null, low: null, high: null } });
  });

  it('say indicative below thirty blocks, everywhere', () => {
    expect(pairOf({ blockCount: 29 }, 'start-up').text).toContain('Indicative only: 30 blocks carry a verdict, this has 29.');
    expect(makeReport({ blockCount: 29 }).improvement).toMatchObject({ isIndicative: true, n: 29 });
    expect(makeReport({ blockCount: 30 }).improvement).toMatchObject({ isIndicative: false, n: 30 });
    expect(textOf({ blockCount: 30 })).not.toMatch(/indicative/i);
  });

  it('take rebuffering over all time together: a session that plays longer weighs more', () => {
    const act: ReportFixture['act'] = ({ block, client }) => (client === 'naive' && block === 0 ? { stalledMs: 3_000, playedMs: 3_000, rebufferingShare: 0.5, stallCount: 1 } : { playedMs: 9_000 });
    expect(pairOf({ blockCount: 4, act }, 'rebuffering').againstValue).toBeCloseTo(3_000 / (6_000 + 3 * 9_000), 9);
    expect(pairOf({ blockCount: 4, act }, 'stalls').againstValue).toBe(0.25);
  });

  it('take the 99th percentile of all chunks together, and the load over all sessions', () => {
    const act: ReportFixture['act'] = ({ block, client }) => ({ chunkMs: Array.from({ length: 20 }, (_, index) => (client === 'naive' && block === 0 && index < 2 ? 9_000 : 100)), load: [{ nodeId: `node-${(block % 5) + 1}`, bytes: 1_000 }] });
    expect(pairOf({ blockCount: 5, act }, 'chunk-p99')).toMatchObject({ clientValue: 100, againstValue: 9_000 });
    // Each session asked one node only, all together asked each node as much.
    expect(pairOf({ blockCount: 5, act }, 'load-deviation')).toMatchObject({ clientValue: 0 });
    expect(makeReport({ blockCount: 5, act }).clients.find(({ client, metric }) => client === 'smart' && metric === 'load-deviation')).toMatchObject({ median: 2 });
  });

  it('count a session that failed, or never began to play, and say so', () => {
    const act: ReportFixture['act'] = ({ client, block }) =>
      client === 'naive' && block < 2 ? (block === 0 ? { outcome: 'failed', problem: 'the lab worker ended', isStarted: false, startupMs: 15_000, rebufferingShare: null } : { isStarted: false, startupMs: 15_000, rebufferingShare: null }) : {};
    expect(pairOf({ blockCount: 5, act }, 'start-up').againstValue!).toBeGreaterThan(6_000);
    expect(pairOf({ blockCount: 5, act }, 'start-up').n).toBe(5);
    expect(pairOf({ blockCount: 5, act }, 'rebuffering').n).toBe(3);
    const text = textOf({ blockCount: 5, act });
    expect(text).toContain('Naive failed in 1 of 5 sessions (the lab worker ended); they count as they were.');
    expect(text).toContain('Naive never began to play in 1 of 5 sessions; its start-up counts as the length of the session, at the least.');
  });

  it('leave the warm-up and blocks that are not complete out', () => {
    const act: ReportFixture['act'] = ({ block }) => (block === -1 ? { startupMs: 1e6 } : {});
    expect(pairOf({ act }, 'start-up').clientValue!).toBeLessThan(700);
  });

  it('say nothing where no block is complete', () => {
    const report = makeReport({ blockCount: 0 });
    expect([report.clients, report.pairs, report.targets, report.improvement]).toEqual([[], [], [], null]);
  });
});

describe('the targets', () => {
  it('hold start-up and chunk time with one slow node against naive', () => {
    expect(targetOf({ blockCount: 30 }, 'start-up-naive')).toMatchObject({ isMet: true, target: '≤ 0.50×', unit: 'ratio', n: 30, note: null });
    expect(targetOf({ blockCount: 30 }, 'chunk-p99-naive')).toMatchObject({ isMet: false, target: '≤ 0.20×' });
    expect(textOf({ blockCount: 30 })).toMatch(/^Target missed: Chunk time, p99, against naive 0\.\d+×, aimed at ≤ 0\.20×\./);
  });

  it('ask for no more than 1.05 in a healthy network and 1.15 of the oracle', () => {
    const act: ReportFixture['act'] = ({ client }) => ({ startupMs: client === 'smart' ? 1_100 : 1_000, chunkMs: [client === 'smart' ? 104 : 100] });
    const fixture: ReportFixture = { conditionId: 'healthy', clients: ['smart', 'naive', 'oracle'], blockCount: 30, act };
    expect(targetOf(fixture, 'start-up-naive')).toMatchObject({ isMet: false, measured: { value: 1.1 } });
    expect(targetOf(fixture, 'chunk-p99-naive')).toMatchObject({ isMet: true });
    expect(targetOf(fixture, 'start-up-oracle')).toMatchObject({ isMet: true });
    expect(makeReport(fixture).targets.map(({ id }) => id)).not.toContain('rebuffering');
  });

  it('hold rebuffering against naive only where naive rebuffers more than 1 %', () => {
    const withNaive = (stalledMs: number): ReportFixture => ({ conditionId: 'node-paused', blockCount: 30, act: ({ client }) => (client === 'naive' ? { stalledMs, playedMs: 15_000 - stalledMs } : { stalledMs: 10, playedMs: 14_990 }) });
    expect(targetOf(withNaive(300), 'rebuffering-naive')).toMatchObject({ isMet: true });
    expect(targetOf(withNaive(100), 'rebuffering-naive')).toMatchObject({ isMet: null, note: 'Naive rebuffers 0.67 %: it holds where that is more than 1 %.' });
    expect(targetOf(withNaive(300), 'rebuffering')).toMatchObject({ isMet: true, target: '≤ 0.10 %' });
  });

  it('hold fail-over and stalls with a full buffer where a node is cut off, and say what the sample lacks', () => {
    const act: ReportFixture['act'] = ({ block }) => ({ failOverMs: block % 2 === 0 ? 900 + block * 100 : null, bufferSecAtFault: block < 3 ? 20 : 5, stallCountAfterFault: block === 3 ? 1 : 0 });
    const fixture: ReportFixture = { conditionId: 'node-killed', blockCount: 30, act };
    expect(targetOf(fixture, 'fail-over-p99')).toMatchObject({ isMet: false, measured: { value: 3_700 }, n: 15, note: '15 of 30 faults met open requests.' });
    expect(targetOf(fixture, 'fail-over-max')).toMatchObject({ isMet: true, target: '< 5.00 s' });
    expect(targetOf(fixture, 'stalls-with-buffer')).toMatchObject({ isMet: true, n: 3 });
    expect(makeReport(fixture).failOver.find(({ client }) => client === 'smart')).toMatchObject({ n: 15, p50Ms: 2_300, maxMs: 3_700 });
    expect(targetOf({ conditionId: 'node-killed' }, 'fail-over-p99')).toMatchObject({ isMet: null, note: 'Nothing of this kind was measured.' });
    expect(targetOf({ conditionId: 'node-killed' }, 'stalls-with-buffer')).toMatchObject({ isMet: null, note: 'No session had 15 s buffered when the fault came.' });
    expect(makeReport({ conditionId: 'packet-loss' }).targets.map(({ id }) => id)).not.toContain('fail-over-p99');
  });

  it('count extra bytes of all sessions, and of those asked for with a full buffer', () => {
    expect(targetOf({}, 'extra-bytes')).toMatchObject({ isMet: true, measured: { value: 0.01 } });
    expect(targetOf({}, 'extra-bytes-steady')).toMatchObject({ isMet: true, measured: { value: 0.005 } });
    expect(targetOf({ act: () => ({ steadyDeliveredBytes: 0 }) }, 'extra-bytes-steady')).toMatchObject({ isMet: null });
  });

  it('concern the smart client: without it there are none', () => {
    expect(makeReport({ clients: ['naive', 'random-two'] }).targets).toEqual([]);
    expect(makeReport({ clients: ['naive', 'random-two'] }).pairs[0]).toMatchObject({ client: 'naive', against: 'random-two' });
    expect(makeReport({ clients: ['naive', 'random-two'] }).improvement).toBeNull();
  });
});
