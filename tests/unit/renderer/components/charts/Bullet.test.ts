// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import Bullet from '../../../../../renderer/components/charts/Bullet.vue';
import { plainFormat } from '../../../../../renderer/charts/plain-format.ts';

const show = (props: { value: number | null; target: number; goal?: 'at-least' | 'at-most' }) =>
  mount(Bullet, { props: { label: 'Throughput', format: plainFormat('Mbit/s'), ...props } });

test.each([
  [50, 'at-least', 'Met'],
  [40, 'at-least', 'Met'],
  [39.9, 'at-least', 'Missed'],
  [39.9, 'at-most', 'Met'],
  [40.1, 'at-most', 'Missed'],
] as const)('%d against 40, %s: %s', (value, goal, word) => {
  expect(show({ value, target: 40, goal }).get('.status').text()).toBe(word);
});

test('an unknown figure is neither met nor missed, and has no bar', () => {
  const wrapper = show({ value: null, target: 40 });
  expect(wrapper.get('.status').text()).toBe('Not measured');
  expect(wrapper.find('.bar').exists()).toBe(false);
  expect(wrapper.get('.target').text()).toBe('≥ 40.0 Mbit/s');
});

test('value and target share a scale that covers both', () => {
  const wrapper = show({ value: 100, target: 50 });
  const width = Number(wrapper.get('.bar').attributes('width'));
  const mark = Number(/M([\d.]+)/.exec(wrapper.get('.mark').attributes('d')!)![1]);
  expect(width).toBeLessThanOrEqual(100);
  expect(width / mark).toBeCloseTo(2);
});
