import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { PORT_BASE_MAX, portsInWords, REPLICAS_MAX, useLaunchStore } from '../../../../renderer/stores/launch.ts';
import { useSettingsStore } from '../../../../renderer/stores/settings.ts';
import { LaunchOptions } from '../../../../runtime/contract/control/cluster.ts';
import { REPLICAS_MAX as CONTRACT_REPLICAS_MAX, type SettingsChange } from '../../../../runtime/contract/settings.ts';
import { GIB } from '../../../../runtime/contract/units.ts';
import { settings } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('window', { matchMedia: () => ({ matches: true, addEventListener: () => undefined }) });
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
  bridge = fakeBridge();
  provideBridge(bridge);
  setActivePinia(createPinia());
});
afterEach(() => vi.unstubAllGlobals());

test('the bounds are the contract\'s', () => {
  expect(REPLICAS_MAX).toBe(CONTRACT_REPLICAS_MAX);
  expect([PORT_BASE_MAX, PORT_BASE_MAX + 1].map((portBase) => LaunchOptions.safeParse({ portBase }).success)).toEqual([true, false]);
});

test('a launch begins as the settings say, and asks only for what differs', async () => {
  useSettingsStore().apply(settings({ nodeCount: 7, portBase: 9_000, replicaCount: 2 }));
  const launch = useLaunchStore();
  expect([launch.options(), launch.isChanged, launch.settingsFirst()]).toEqual([{ nodeCount: 7 }, false, null]);
  Object.assign(launch.fields, { ports: 'system', replicaCount: 5, authentication: false, capacityGib: '1,5' });
  expect(launch.options()).toEqual({ nodeCount: 7, portBase: 0, replicaCount: 5, authentication: 'off' });
  expect([launch.isChanged, launch.settingsFirst()]).toEqual([true, { nodeCapacityBytes: 1.5 * GIB }]);
});

test('settings that change elsewhere are followed, but not over what was edited', async () => {
  const store = useSettingsStore();
  store.apply(settings());
  const launch = useLaunchStore();
  launch.fields.replicaCount = 1;
  store.apply(settings({ nodeCount: 9, replicaCount: 4 }));
  await nextTick();
  expect([launch.fields.nodeCount, launch.fields.replicaCount]).toEqual([9, 1]);
});

test('what was edited before the settings were known stays', async () => {
  const launch = useLaunchStore();
  launch.fields.ports = 'fixed';
  useSettingsStore().apply(settings({ nodeCount: 9 }));
  await nextTick();
  expect([launch.fields.ports, launch.fields.nodeCount]).toEqual(['fixed', 9]);
});

test('what is no port and no capacity is told in words', () => {
  const launch = useLaunchStore();
  Object.assign(launch.fields, { ports: 'fixed', portBase: '80a', capacityGib: 'much' });
  expect(launch.errors).toEqual({ portBase: 'Expected a number from 1024 to 65000, got “80a”.', capacityGib: 'Expected more than 0 GiB, or nothing for all that is free; got “much”.' });
  expect(launch.isValid).toBe(false);
  Object.assign(launch.fields, { portBase: '8080', capacityGib: '' });
  expect(launch.isValid).toBe(true);
});

test('saved as defaults, nothing differs any more', async () => {
  useSettingsStore().apply(settings());
  bridge.answers['settings:set'] = (change: SettingsChange) => settings(change as never);
  const launch = useLaunchStore();
  launch.fields.nodeCount = 3;
  await launch.saveAsDefaults();
  expect([bridge.calls, launch.isChanged]).toEqual([[{ name: 'settings:set', input: { nodeCount: 3 } }], false]);
});

test('the ports that follow from a base are named', () => {
  expect(portsInWords(8080, 5)).toBe('Metadata 8080, nodes 8081 to 8083 and from 8090, uploader 8084.');
  expect(portsInWords(8080, 1)).toBe('Metadata 8080, node-1 8081, uploader 8084.');
});
