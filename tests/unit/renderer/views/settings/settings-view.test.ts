// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import { useConnectionStore } from '../../../../../renderer/stores/connection.ts';
import { useSettingsStore } from '../../../../../renderer/stores/settings.ts';
import { useToastStore } from '../../../../../renderer/stores/toasts.ts';
import SettingsView from '../../../../../renderer/views/settings/SettingsView.vue';
import { VStackError } from '../../../../../runtime/contract/errors.ts';
import type { SettingsChange } from '../../../../../runtime/contract/settings.ts';
import { settings, systemInfo } from '../../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../../fake-bridge.ts';

let bridge: FakeBridge;
let view: VueWrapper;

beforeEach(async () => {
  setActivePinia(createPinia());
  let current = settings();
  bridge = fakeBridge({
    'settings:set': (changes: SettingsChange) => (current = { ...current, ...changes }),
    'system:info': () => systemInfo(),
    'system:open-folder': () => ({ path: '/data', opened: true }),
    'system:set-data-folder': ({ path }: { path: string | null }) => ({ path }),
  });
  provideBridge(bridge);
  useSettingsStore().apply(current);
  await useConnectionStore().hydrate();
  bridge.calls.length = 0;
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)', component: SettingsView }] });
  view = mount(SettingsView, { global: { plugins: [router] }, attachTo: document.body });
});
afterEach(() => view.unmount());

const button = (name: string): HTMLButtonElement => [...document.querySelectorAll('button')].find((element) => element.textContent.trim() === name)!;
const press = async (name: string): Promise<void> => {
  button(name).click();
  await flushPromises();
};

test('a field is saved when it is left, and the state says so', async () => {
  const nodes = view.findAll('input').find((input) => view.find(`label[for="${input.attributes('id')}"]`).text() === 'Storage nodes')!;
  await nodes.setValue('99');
  expect(view.get('[role="status"]').text()).toContain('Not saved');
  expect(view.text()).toContain('Expected at most 16, got 99.');
  await nodes.setValue('3');
  await nodes.trigger('change');
  await flushPromises();
  expect(bridge.calls).toEqual([{ name: 'settings:set', input: { nodeCount: 3 } }]);
  expect(view.get('[role="status"]').text()).toBe('All saved');
});

test('says plainly that there is no telemetry, and when each setting acts', () => {
  expect(view.text()).toContain('None, ever.');
  expect(view.text()).toContain('Takes effect at the next launch.');
});

test('the defaults come back with a way back', async () => {
  await useSettingsStore().change({ nodeCount: 9 });
  await press('Reset to defaults');
  expect(useSettingsStore().settings!.nodeCount).toBe(5);
  useToastStore().act(useToastStore().toasts[0]!.id);
  await flushPromises();
  expect(useSettingsStore().settings!.nodeCount).toBe(9);
});

describe('the data folder', () => {
  test('is opened by the host', async () => {
    await press('Open');
    expect(bridge.calls[0]).toEqual({ name: 'system:open-folder', input: { folder: 'data' } });
  });

  test('is named in a dialog where there is none of the system, and a refusal is told in it', async () => {
    await press('Change…');
    const field = document.querySelector<HTMLInputElement>('[role="dialog"] input')!;
    field.value = '/elsewhere';
    field.dispatchEvent(new Event('input'));
    bridge.answers['system:set-data-folder'] = () => Promise.reject(new VStackError('bad_request', '/elsewhere cannot be a data folder.'));
    await flushPromises();
    await press('Use this folder');
    expect(document.querySelector('[role="dialog"]')!.textContent).toContain('/elsewhere cannot be a data folder.');
    bridge.answers['system:set-data-folder'] = () => ({ path: '/elsewhere' });
    bridge.answers['system:info'] = () => systemInfo({ nextDataDir: '/elsewhere' });
    await press('Use this folder');
    expect(document.querySelector('[role="dialog"]')).toBeNull();
    expect(view.text()).toContain('Another folder from the next start on');
  });
});
