import { describe, expect, test } from 'vitest';
import { countVerdicts, headlineOf, isIndicative, keptTogether, opponentsOf, pairOf, sentencesAgainst, type Verdict, verdictOfImprovement } from '../../../../renderer/comparison/verdicts.ts';
import { makeReport } from '../../../fixtures/comparison.ts';

const pairs = (...verdicts: Verdict[]) => verdicts.map((verdict) => ({ client: 'smart' as const, against: 'naive' as const, verdict }));
const many = (verdict: Verdict, count: number): Verdict[] => Array.from({ length: count }, () => verdict);

describe('the headline', () => {
  test.each<[string, Verdict[], string]>([
    ['a clear win', many('better', 9), 'Smart does better than naive in 9 of 9 figures.'],
    ['wins and losses', [...many('better', 6), 'worse', ...many('unclear', 2)], 'Smart does better than naive in 6 of 9 figures and worse in 1; 2 are unclear.'],
    ['a loss, told as plainly', [...many('worse', 2), ...many('even', 3), ...many('unclear', 4)], 'Smart does worse than naive in 2 of 9 figures; 3 are the same and 4 are unclear.'],
    ['nothing to tell', many('unclear', 9), 'Between smart and naive no figure of 9 shows a difference.'],
    ['nothing but the same and the unclear', [...many('even', 1), ...many('unclear', 8)], 'Between smart and naive no figure of 9 shows a difference: 1 is the same and 8 are unclear.'],
    ['a single figure', ['worse'], 'Smart does worse than naive in 1 of 1 figure.'],
  ])('tells %s', (_what, verdicts, text) => expect(headlineOf(pairs(...verdicts))).toBe(text));

  test('says so where nothing is complete', () => expect(headlineOf([])).toBe('No block is complete yet: there is nothing to compare.'));
});

test('verdicts are counted, also those that are not there', () => {
  expect(countVerdicts(pairs('better', 'better', 'even'))).toEqual({ better: 2, worse: 0, even: 1, unclear: 0 });
});

test('below thirty blocks a verdict is indicative', () => {
  expect([isIndicative(29), isIndicative(30)]).toEqual([true, false]);
});

test.each<[number | null, number | null, number | null, Verdict]>([
  [50, 40, 60, 'better'],
  [-50, -60, -40, 'worse'],
  [5, -3, 13, 'unclear'],
  [5, null, null, 'unclear'],
  [null, null, null, 'unclear'],
  [0, 0, 0, 'even'],
])('an improvement of %s from %s to %s is %s', (value, low, high, verdict) => expect(verdictOfImprovement({ value, low, high }, 5)).toBe(verdict));

test('four blocks say nothing of an improvement, unless there is none at all', () => {
  expect([verdictOfImprovement({ value: 50, low: 40, high: 60 }, 4), verdictOfImprovement({ value: 0, low: 0, high: 0 }, 4)]).toEqual(['unclear', 'even']);
});

describe('of a report', () => {
  const report = makeReport({ clients: ['smart', 'naive', 'oracle'] });

  test('opponents come in its order, and pairs are found', () => {
    expect(opponentsOf(report.pairs)).toEqual(['naive', 'oracle']);
    expect(pairOf(report.pairs, 'throughput', 'oracle')).toMatchObject({ metric: 'throughput', against: 'oracle' });
    expect(pairOf(report.pairs, 'throughput', 'random-two')).toBeUndefined();
  });

  test('its verdict is told against one client, with what concerns the whole before it', () => {
    const ofNaive = sentencesAgainst(report.verdict, report.pairs, 'naive').map(({ text }) => text);
    const ofOracle = sentencesAgainst(report.verdict, report.pairs, 'oracle').map(({ text }) => text);
    const notes = report.verdict.filter(({ tone }) => tone === 'note').map(({ text }) => text);
    expect(notes.length).toBeGreaterThan(0);
    for (const note of notes) expect([ofNaive, ofOracle].every((texts) => texts.includes(note)), note).toBe(true);
    const startUp = pairOf(report.pairs, 'start-up', 'naive')!.text;
    expect(ofNaive).toContain(startUp);
    expect(ofOracle).not.toContain(startUp);
    expect(ofNaive.indexOf(notes[0]!)).toBeLessThan(ofNaive.indexOf(startUp));
  });
});

test('a number stays with its unit, and a letter with its value', () => {
  expect(keptTogether('12 ms, p < 0.0001, n = 30 (95 % interval)')).toBe('12\u00a0ms, p\u00a0<\u00a00.0001, n\u00a0=\u00a030 (95\u00a0% interval)');
});
