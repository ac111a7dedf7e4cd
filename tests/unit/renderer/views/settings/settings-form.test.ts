// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { nextTick } from 'vue';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import { useSettingsStore } from '../../../../../renderer/stores/settings.ts';
import { portWords, type SettingsForm, useSettingsForm } from '../../../../../renderer/views/settings/settings-form.ts';
import { VStackError } from '../../../../../runtime/contract/errors.ts';
import type { SettingsChange } from '../../../../../runtime/contract/settings.ts';
import { GIB } from '../../../../../runtime/contract/units.ts';
import { settings } from '../../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../../fake-bridge.ts';

let bridge: FakeBridge;
let form: SettingsForm;

beforeEach(() => {
  setActivePinia(createPinia());
  let current = settings();
  bridge = fakeBridge({ 'settings:set': (changes: SettingsChange) => (current = { ...current, ...changes }) });
  provideBridge(bridge);
  useSettingsStore().apply(current);
  form = useSettingsForm();
});
const saved = (): unknown[] => bridge.calls.map((call) => call.input);

test('shows what is set, a capacity in GiB and nothing for no limit', () => {
  expect(form.typed).toMatchObject({ nodeCount: '5', portBase: '0', nodeCapacityBytes: '' });
  useSettingsStore().apply(settings({ nodeCapacityBytes: 1.5 * GIB }));
  expect(useSettingsForm().typed.nodeCapacityBytes).toBe('1.5');
});

describe('a field', () => {
  test.each([
    ['nodeCount', '17', 'Expected at most 16, got 17.'],
    ['nodeCount', 'five', 'Expected a number, got “five”.'],
    ['nodeCount', '', 'Expected a number; the field is empty.'],
    ['portBase', '70000', 'Expected at most 65000, got 70000.'],
    ['replicaCount', '2.5', 'Expected a whole number, got 2.5.'],
    ['nodeCapacityBytes', '-1', 'Expected more than 0, got -1.'],
  ] as const)('%s tells at once what is wrong with “%s”, and does not save it', async (key, text, error) => {
    form.write(key, text);
    expect(form.errors.value[key]).toBe(error);
    await form.commit(key);
    expect(saved()).toEqual([]);
  });

  test('is saved once it is right, and only when it says something new', async () => {
    form.write('nodeCount', '3');
    await form.commit('nodeCount');
    await form.commit('nodeCount');
    form.write('nodeCapacityBytes', '2');
    await form.commit('nodeCapacityBytes');
    expect(saved()).toEqual([{ nodeCount: 3 }, { nodeCapacityBytes: 2 * GIB }]);
    expect(form.saveState.value).toBe('saved');
  });

  test('shows what another window saves, unless it is being edited', async () => {
    form.write('portBase', '9');
    useSettingsStore().apply(settings({ nodeCount: 7, portBase: 8080 }));
    await nextTick();
    expect(form.typed.nodeCount).toBe('7');
    expect(form.typed.portBase).toBe('9');
  });
});

test('a refusal of the host is told, with its words', async () => {
  bridge.answers['settings:set'] = () => Promise.reject(new VStackError('read_only', 'The disk is full.'));
  await form.save({ authentication: 'off' });
  expect(form.saveState.value).toBe('failed');
  expect(form.failure.value).toBe('The disk is full.');
});

test('the defaults come back, but for the theme, and the way back restores what was', async () => {
  await useSettingsStore().change({ nodeCount: 9, theme: 'light', portBase: 8080 });
  await nextTick();
  form.write('portBase', 'wrong');
  const before = await form.reset();
  await nextTick();
  expect(useSettingsStore().settings).toMatchObject({ nodeCount: 5, portBase: 0, theme: 'light' });
  expect(form.typed).toMatchObject({ nodeCount: '5', portBase: '0' });
  await useSettingsStore().change(before);
  expect(useSettingsStore().settings).toMatchObject({ nodeCount: 9, portBase: 8080 });
});

test('a port base is told as the ports that follow from it', () => {
  expect(portWords(0, 5)).toContain('the system chooses');
  expect(portWords(8080, 5)).toBe('Metadata 8080, nodes 8081 to 8083 and from 8090, uploader 8084.');
  expect(portWords(8080, 1)).toBe('Metadata 8080, node-1 8081, uploader 8084.');
});
