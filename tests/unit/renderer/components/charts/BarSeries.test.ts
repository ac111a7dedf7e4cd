// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import BarSeries from '../../../../../renderer/components/charts/BarSeries.vue';
import { bytes } from '../../../../../renderer/format/quantity.ts';

const bar = (id: string, value: number | null, note?: string) => ({ id, label: id, value, colour: 'var(--n1)', note });
const show = (bars: ReturnType<typeof bar>[], props = {}) => mount(BarSeries, { props: { label: 'Load', bars, format: bytes, ...props } });

test('lengths are shares of the largest, and every bar has its figure', () => {
  const wrapper = show([bar('node-1', 1024 ** 2, '67 %'), bar('node-2', 1024 ** 2 / 2)]);
  expect(wrapper.findAll('.bar').map((found) => (found.element as HTMLElement).style.inlineSize)).toEqual(['100%', '50%']);
  expect(wrapper.findAll('li').map((row) => row.text().replaceAll(/\s/gu, ' '))).toEqual(['node-11.00 MiB67 %', 'node-2512 KiB']);
  expect(wrapper.get('ul').attributes('aria-label')).toBe('Load');
});

test('an unknown value has no bar and a dash, and zeros have no length', () => {
  const wrapper = show([bar('node-1', null), bar('node-2', 0)]);
  expect(wrapper.findAll('li')[0]!.text()).toBe('node-1–');
  expect(wrapper.findAll('.bar').map((found) => (found.element as HTMLElement).style.inlineSize)).toEqual(['0%']);
});

test('the mean crosses the bars where it belongs', () => {
  const wrapper = show([bar('node-1', 100), bar('node-2', 50)], { even: 75 });
  expect((wrapper.get('.even').element as HTMLElement).style.insetInlineStart).toBe('75%');
});
