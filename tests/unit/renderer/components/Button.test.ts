// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import Button from '../../../../renderer/components/Button.vue';
import { mountAttached } from './attached.ts';

test.each(['primary', 'plain', 'ghost', 'danger'] as const)('a %s button says its words and can be pressed', async (variant) => {
  const button = mountAttached(Button, { props: { variant }, slots: { default: 'Add node' } });
  await button.trigger('click');
  expect(button.text()).toBe('Add node');
  expect(button.classes()).toContain(variant);
  expect(button.emitted('click')).toHaveLength(1);
});

test('a button is never the submit button of a form by accident', () => {
  expect(mountAttached(Button).attributes('type')).toBe('button');
});

test('a button with only an icon has a name, said and shown', () => {
  const button = mountAttached(Button, { props: { icon: 'stop', label: 'Stop node-1' } });
  expect(button.attributes('aria-label')).toBe('Stop node-1');
  expect(button.attributes('title')).toBe('Stop node-1');
  expect(button.find('svg').attributes('aria-hidden')).toBe('true');
  expect(button.classes()).toContain('square');
});

test('while its action is under way it says so and cannot be pressed again, and keeps the focus', async () => {
  let pressed = 0;
  const button = mountAttached(Button, { props: { busy: false, icon: 'add' }, attrs: { onClick: () => pressed++ }, slots: { default: 'Add node' } });
  (button.element as HTMLElement).focus();
  await button.setProps({ busy: true });
  await button.trigger('click');
  expect(document.activeElement).toBe(button.element);
  expect(button.attributes('aria-busy')).toBe('true');
  expect(button.attributes('aria-disabled')).toBe('true');
  expect(pressed).toBe(0);
  expect(button.find('svg').exists()).toBe(false);
});

test('a disabled button cannot be pressed', async () => {
  const button = mountAttached(Button, { props: { disabled: true }, slots: { default: 'Add node' } });
  await button.trigger('click');
  expect(button.emitted('click')).toBeUndefined();
});
