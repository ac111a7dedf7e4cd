// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Router } from 'vue-router';
import App from '../../../renderer/App.vue';
import { provideBridge } from '../../../renderer/bridge/bridge.ts';
import { usePalette } from '../../../renderer/composables/commands.ts';
import { activeShortcuts, conflictsOf } from '../../../renderer/composables/shortcuts.ts';
import { useShortcutOverview } from '../../../renderer/composables/shortcuts-overview.ts';
import { innerPages, programPages, views } from '../../../renderer/navigation.ts';
import { createAppRouter } from '../../../renderer/router.ts';
import { startSession } from '../../../renderer/stores/session.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import { clusterStatus, settings, systemInfo, videoRow } from '../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge, lost, open } from './fake-bridge.ts';

let bridge: FakeBridge;
let app: VueWrapper;
let router: Router;
let end: () => void;

beforeEach(async () => {
  window.location.hash = '';
  setActivePinia(createPinia());
  bridge = fakeBridge({
    'system:info': () => systemInfo(),
    'settings:get': () => settings(),
    'cluster:status': () => clusterStatus(),
    'videos:list': () => ({ videos: [videoRow(1, 'One')], totalCount: 1 }),
    'uploads:list': () => ({ uploads: [] }),
  });
  provideBridge(bridge);
  end = startSession(bridge);
  router = createAppRouter();
  app = mount(App, { global: { plugins: [router] }, attachTo: document.body });
  await router.isReady();
  await flushPromises();
});
afterEach(() => {
  app.unmount();
  end();
  usePalette().close();
  useShortcutOverview().isOpen.value = false;
});

const go = async (path: string): Promise<void> => {
  await router.push(path);
  await vi.dynamicImportSettled();
  await flushPromises();
};
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  await vi.dynamicImportSettled();
  await flushPromises();
};
const addresses = [...views, ...innerPages, ...programPages].map(({ path }) => path);

test.each([...addresses, '/cluster/nodes/node-2', '/watch/vid-1', '/nowhere/at/all'])('%s has a heading, a title of its own, and no shortcut that means two things', async (path) => {
  await go(path);
  const heading = app.get('h1').text();
  expect(heading).not.toBe('');
  expect(document.title).toBe(`${heading} · V-Stack Control Center`);
  expect(conflictsOf(activeShortcuts())).toEqual([]);
});

test('digits and letters after g lead to every view', async () => {
  expect(new Set([...views, ...innerPages, ...programPages].map(({ goKey }) => goKey)).size).toBe(addresses.length);
  await press('2');
  expect(router.currentRoute.value.path).toBe('/library');
  await press('g', 's');
  expect(router.currentRoute.value.path).toBe('/storage');
});

test('an address of nothing says so, names itself and leads on', async () => {
  await go('/library/nothing/here');
  expect(app.text()).toContain('/library/nothing/here');
  expect(app.findAll('button').some((button) => button.text() === 'Open Library')).toBe(true);
});

test('a page below a view says where it belongs', async () => {
  await go('/cluster/nodes/node-2');
  expect(app.get('nav[aria-label="Breadcrumbs"]').text()).toContain('Cluster');
  expect(app.get('h1').text()).toBe('node-2');
  expect(app.get('nav[aria-label="Views"] [aria-current="page"]').text()).toContain('Cluster');
});

test('the keyboard goes on in the view that was gone to', async () => {
  app.get<HTMLAnchorElement>('nav a[href="#/library"]').element.focus();
  await go('/library');
  expect(document.activeElement?.id).toBe('main');
});

test('the palette opens by key from anywhere, the overview by question mark', async () => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }));
  await vi.waitFor(() => expect(document.querySelector('[role="combobox"]')).not.toBeNull());
  usePalette().close();
  await flushPromises();
  await press('?');
  await vi.waitFor(() => expect(document.querySelector('[role="dialog"]')?.textContent).toContain('Show all shortcuts'));
});

describe('a lost connection', () => {
  test('shows at once; what is shown counts as old until everything was asked anew', async () => {
    bridge.setState(lost);
    await flushPromises();
    expect(app.get('[role="alert"]').text()).toContain('Connection to the host lost');
    expect(app.get('#main').classes()).toContain('stale');
    const status = Promise.withResolvers<ReturnType<typeof clusterStatus>>();
    bridge.answers['cluster:status'] = () => status.promise;
    bridge.setState(open);
    await flushPromises();
    expect(app.text()).not.toContain('Connection to the host lost');
    expect(app.get('#main').classes()).toContain('stale');
    status.resolve(clusterStatus());
    await flushPromises();
    expect(app.get('#main').classes()).not.toContain('stale');
  });

  test('is tried again at once when somebody comes back to the window', async () => {
    const retry = vi.spyOn(bridge, 'retryNow');
    window.dispatchEvent(new Event('focus'));
    expect(retry).toHaveBeenCalledTimes(1);
  });

  test('that comes back to a host that cannot answer stays marked', async () => {
    bridge.setState(lost);
    bridge.answers['cluster:status'] = () => Promise.reject(new VStackError('internal', 'broken'));
    bridge.setState(open);
    await flushPromises();
    expect(app.get('#main').classes()).toContain('stale');
  });
});
