// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { type NativeBridge, provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { usePalette } from '../../../../renderer/composables/commands.ts';
import { useConfirmation } from '../../../../renderer/composables/confirmation.ts';
import { useShortcutOverview } from '../../../../renderer/composables/shortcuts-overview.ts';
import { followMenu } from '../../../../renderer/palette/menu-commands.ts';
import { useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { useSettingsStore } from '../../../../renderer/stores/settings.ts';
import { useToastStore } from '../../../../renderer/stores/toasts.ts';
import { useUploadStore } from '../../../../renderer/stores/uploads.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { MenuCommand } from '../../../../runtime/contract/native.ts';
import { clusterStatus, settings, stoppedCluster, upload } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
let router: Router;
let choose: (command: MenuCommand) => Promise<void>;
let stop: () => void;
let isFollowed: () => boolean;

beforeEach(async () => {
  localStorage.clear();
  bridge = fakeBridge({ 'cluster:launch': () => clusterStatus(), 'cluster:stop': () => stoppedCluster(), 'settings:set': () => settings({ theme: 'dark' }), 'uploads:start': () => upload({ title: 'Harbour' }) });
  Object.assign(bridge, { native: { chooseFiles: () => Promise.resolve(['/videos/harbour.mp4']) } satisfies Partial<NativeBridge> });
  provideBridge(bridge);
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<i />' } }] });
  await router.push('/dashboard');
  const app = createApp({ render: () => null }).use(createPinia()).use(router);
  const listeners = new Set<(command: MenuCommand) => void>();
  stop = followMenu({ onMenuCommand: (callback) => (listeners.add(callback), () => listeners.delete(callback)) }, app);
  isFollowed = () => listeners.size > 0;
  choose = async (command) => {
    for (const listener of listeners) listener(command);
    await flushPromises();
  };
});
afterEach(() => {
  usePalette().close();
  useShortcutOverview().isOpen.value = false;
});

const names = (): string[] => bridge.calls.map((call) => call.name);

test('entries that lead somewhere lead there', async () => {
  await choose('go:/cluster/logs');
  expect(router.currentRoute.value.path).toBe('/cluster/logs');
});

test('the palette and the overview of keys open', async () => {
  await choose('palette');
  expect(usePalette().isOpen.value).toBe(true);
  await choose('shortcuts');
  expect(useShortcutOverview().isOpen.value).toBe(true);
});

test('videos are picked above the library, in which they are then seen', async () => {
  await choose('open-videos');
  expect(router.currentRoute.value.path).toBe('/library');
  expect(useUploadStore().uploads.map(({ title }) => title)).toEqual(['Harbour']);
});

test('a cluster is launched where that is possible, and shown where it is not', async () => {
  useClusterStore().apply(stoppedCluster());
  await choose('cluster:launch');
  expect([names(), router.currentRoute.value.path]).toEqual([['cluster:launch'], '/cluster']);
  await router.push('/library');
  await choose('cluster:launch');
  expect([names(), router.currentRoute.value.path]).toEqual([['cluster:launch'], '/cluster']);
});

test('stopping asks first', async () => {
  useClusterStore().apply(clusterStatus());
  await choose('cluster:stop');
  expect(names()).toEqual([]);
  useConfirmation().answer(true);
  await flushPromises();
  expect(names()).toEqual(['cluster:stop']);
});

test('a theme is chosen', async () => {
  await choose('theme:dark');
  expect(useSettingsStore().theme).toBe('dark');
});

test('the theme that is in force already is not asked for again', async () => {
  await choose('theme:system');
  expect([names(), router.currentRoute.value.path]).toEqual([[], '/dashboard']);
});

test('a failure is told in a toast', async () => {
  useClusterStore().apply(stoppedCluster());
  bridge.answers['cluster:launch'] = () => Promise.reject(new VStackError('port_in_use', 'Port 8081 is taken.'));
  await choose('cluster:launch');
  expect(useToastStore().toasts.map(({ title, detail }) => [title, detail])).toEqual([['That could not be done', 'Port 8081 is taken.']]);
});

test('nothing is followed any more once it is stopped', () => {
  expect(isFollowed()).toBe(true);
  stop();
  expect(isFollowed()).toBe(false);
});
