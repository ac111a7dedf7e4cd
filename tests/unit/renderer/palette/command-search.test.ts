// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../../../renderer/composables/commands.ts';
import CommandSearch from '../../../../renderer/palette/CommandSearch.vue';

const commands: Command[] = ['Stop the cluster', 'Kill node-1', 'Kill node-2'].map((title) => ({ id: title, group: title.startsWith('Kill') ? 'Nodes' : 'Cluster', title, run: () => undefined }));
let search: VueWrapper;

beforeEach(() => {
  search = mount(CommandSearch, {
    props: { commands, recentIds: [], modelValue: '', 'onUpdate:modelValue': (modelValue: string) => search.setProps({ modelValue }) },
    attachTo: document.body,
  });
});
afterEach(() => search.unmount());

const active = (): string | undefined => document.getElementById(search.get('[role="combobox"]').attributes('aria-activedescendant') ?? '')?.querySelector('.title')?.textContent;
const press = (key: string): Promise<void> => search.get('[role="combobox"]').trigger('keydown', { key });
const type = (text: string): Promise<void> => search.get('input').setValue(text);

test('the field is a combobox over the listbox below it, and the number of results is said', async () => {
  const field = search.get('[role="combobox"]');
  expect(search.get(`#${field.attributes('aria-controls')}`).attributes('role')).toBe('listbox');
  expect(search.get('[role="status"]').text()).toBe('3 results');
  await type('kill node-2');
  expect(search.get('[role="status"]').text()).toBe('1 result');
  await type('nothing of the kind');
  expect(search.get('[role="status"]').text()).toBe('Nothing found');
  expect(field.attributes('aria-expanded')).toBe('false');
});

test('the arrow keys move through the list and around its ends', async () => {
  expect(active()).toBe('Stop the cluster');
  await press('ArrowDown');
  expect(active()).toBe('Kill node-1');
  await press('ArrowUp');
  await press('ArrowUp');
  expect(active()).toBe('Kill node-2');
  await press('PageUp');
  expect(active()).toBe('Stop the cluster');
  expect(search.findAll('[aria-selected="true"]')).toHaveLength(1);
});

test('Enter chooses the active one, and typing goes back to the first', async () => {
  await press('ArrowDown');
  await press('ArrowDown');
  await type('kill');
  expect(active()).toBe('Kill node-1');
  await press('Enter');
  expect(search.emitted('choose')).toEqual([[commands[1]]]);
});

test('without a result Enter does nothing', async () => {
  await type('qqq');
  await press('Enter');
  expect(search.emitted('choose')).toBeUndefined();
});

test('what was found is marked', async () => {
  await type('kill');
  expect(search.findAll('mark').map((mark) => mark.text())).toEqual(['Kill', 'Kill']);
});
