import { expect, test } from 'vitest';
import {
  figure, improvementFigure, inText, intervalText, metricFigure, metricMeanings, metricsByDirection, metricShortNames, pText, signed, signedPercent,
} from '../../../../renderer/comparison/metrics.ts';
import * as contract from '../../../../runtime/contract/comparison.ts';

test('every metric has a meaning, a short name, and a place under its direction', () => {
  const all = [...contract.ComparisonMetric.options].sort();
  expect(Object.keys(metricMeanings).sort()).toEqual(all);
  expect(Object.keys(metricShortNames).sort()).toEqual(all);
  expect([...metricsByDirection.lower, ...metricsByDirection.higher].sort()).toEqual(all);
  for (const better of ['lower', 'higher'] as const) for (const metric of metricsByDirection[better]) expect(contract.comparisonMetrics[metric].better).toBe(better);
});

test.each([
  [412.4, 'ms', '412 ms'],
  [1_460, 'ms', '1.46 s'],
  [0.0005, 'share', '0.05 %'],
  [0.443, 'share', '44.3 %'],
  [1, 'share', '100 %'],
  [0, 'share', '0 %'],
  [38_400_000, 'bits-per-second', '38.4 Mbit/s'],
  [19.24, 'sec', '19.2 s'],
  [2, 'count', '2'],
  [0.567, 'count', '0.57'],
  [0.284, 'ratio', '0.28×'],
  [0.0042, 'ratio', '0.0042×'],
  [0, 'ratio', '0×'],
  [12.34, 'ratio', '12.3×'],
] as const)('%d in %s reads %s', (value, unit, text) => expect(inText(figure(value, unit))).toBe(text));

test('what is not known is a dash without a unit', () => {
  for (const unit of ['ms', 'share', 'ratio', 'count', 'sec', 'bits-per-second'] as const) expect(figure(null, unit)).toEqual({ value: '–', unit: '' });
  expect(metricFigure(null, 'start-up')).toEqual({ value: '–', unit: '' });
  expect(improvementFigure(null)).toEqual({ value: '–', unit: '' });
  expect(pText(null)).toBe('–');
});

test('an interval names its unit once, and twice where its ends have different ones', () => {
  const ms = (value: number) => figure(value, 'ms');
  expect(intervalText({ value: 412, low: 380, high: 450 }, ms)).toBe('380 – 450 ms');
  expect(intervalText({ value: 980, low: 900, high: 1_100 }, ms)).toBe('900 ms – 1.10 s');
  expect(intervalText({ value: 412, low: null, high: null }, ms)).toBe('');
});

test('signs are true ones, and zero has none', () => {
  expect(inText(signedPercent(71.84))).toBe('+71.8 %');
  expect(inText(signedPercent(-3.1))).toBe('−3.10 %');
  expect(inText(signedPercent(0))).toBe('0 %');
  expect(inText(signed(-0.021, (value) => figure(value, 'share')))).toBe('−2.10 %');
});

test('p is exact enough to be judged, and never zero', () => {
  expect([0.00001, 0.0023, 0.04, 1].map(pText)).toEqual(['< 0.0001', '0.0023', '0.04', '1.00']);
});
