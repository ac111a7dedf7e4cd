// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import IntervalBars from '../../../../../renderer/components/charts/IntervalBars.vue';
import { metricFigure } from '../../../../../renderer/comparison/metrics.ts';

const bar = (id: string, value: number | null, low: number | null = null, high: number | null = null) => ({ id, label: id, value, low, high, colour: 'var(--c-smart)' });
const show = (bars: ReturnType<typeof bar>[]) => mount(IntervalBars, { props: { label: 'Start-up time', bars, format: (value: number) => metricFigure(value, 'start-up') } });
const styleOf = (element: Element): CSSStyleDeclaration => (element as HTMLElement).style;

test('lengths are shares of the longest interval\'s end, and the interval lies over its bar', () => {
  const bars = show([bar('smart', 400, 300, 500), bar('naive', 800, 600, 1_000)]);
  expect(bars.findAll('.bar').map(({ element }) => styleOf(element).inlineSize)).toEqual(['40%', '80%']);
  expect(styleOf(bars.findAll('.interval')[0]!.element).insetInlineStart).toBe('30%');
});

test('each row reads its figure with its interval, also where there is none', () => {
  const rows = show([bar('smart', 400, 300, 500), bar('naive', 0)]).findAll('li').map((row) => row.text().replaceAll(/\s+/gu, ' '));
  expect(rows).toEqual(['smart400 ms, 95 % interval 300 ms to 500 ms', 'naive0 ms, no interval']);
});

test('zero has no length and what is not known has a dash', () => {
  const bars = show([bar('smart', 0, 0, 0), bar('naive', null)]);
  expect([bars.findAll('.bar').length, bars.findAll('.interval').length]).toEqual([0, 0]);
  expect(bars.findAll('li')[1]!.text()).toContain('–');
});
