import { describe, expect, test } from 'vitest';
import { improvementText, improvementWords, summaryOf } from '../../../../renderer/comparison/improvement.ts';
import { makeReport } from '../../../fixtures/comparison.ts';

const none = { value: null, low: null, high: null };

describe('an improvement in words', () => {
  test.each([
    [{ value: 71.8, low: 64, high: 77 }, '71.8 % better'],
    [{ value: -12, low: -20, high: -3 }, '12.0 % worse'],
    [{ value: 3.1, low: -2, high: 8 }, '+3.10 %, unclear'],
    [{ value: 0, low: 0, high: 0 }, 'the same'],
    [none, 'without a percentage'],
  ])('%j is %s', (estimate, words) => expect(improvementWords(estimate, 5)).toBe(words));
});

describe('an improvement in a figure', () => {
  test('has no sign where its word tells the direction; its interval counts in the same one', () => {
    expect(improvementText({ metric: 'start-up', verdict: 'worse', improvementPercent: { value: -12, low: -20, high: -3 }, difference: none })).toEqual({ amount: { value: '12.0', unit: '%' }, word: 'worse', interval: '3.00 – 20.0 %' });
  });
  test('has a sign where nothing is clear', () => {
    expect(improvementText({ metric: 'start-up', verdict: 'unclear', improvementPercent: { value: 3.1, low: -2, high: 8 }, difference: none })).toMatchObject({ amount: { value: '+3.10', unit: '%' }, interval: '−2.00 – +8.00 %' });
  });
  test('is the difference where the other has none of it: a loss is told there too', () => {
    const text = improvementText({ metric: 'rebuffering', verdict: 'worse', improvementPercent: none, difference: { value: 0.005, low: 0.002, high: 0.009 } });
    expect(text).toEqual({ amount: { value: '0.50', unit: '%' }, word: 'worse', interval: '0.20 – 0.90 %' });
  });
});

test('a summary is made of the pairs of any two clients, and equals the report\'s own', () => {
  const report = makeReport({ clients: ['smart', 'naive', 'oracle'] });
  const { improvement, pairs } = report;
  const summary = summaryOf(pairs, 'naive')!;
  expect({ client: summary.client, against: summary.against, n: summary.n }).toEqual({ client: improvement!.client, against: improvement!.against, n: improvement!.n });
  expect(summary.rows.map(({ metric, improvementPercent, p }) => ({ metric, improvementPercent, p }))).toEqual(improvement!.rows.map(({ metric, improvementPercent, p }) => ({ metric, improvementPercent, p })));
  expect(summaryOf(pairs, 'oracle')!.against).toBe('oracle');
  expect(summaryOf(pairs, 'random-two')).toBeNull();
  expect(summaryOf(pairs, null)).toBeNull();
});
