// @vitest-environment happy-dom
/** How one gets about: sidebar, breadcrumbs, the head of a view, the button of the palette, the overview of keys. */
import { flushPromises } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import BrandMark from '../../../../../renderer/components/frame/BrandMark.vue';
import Breadcrumbs from '../../../../../renderer/components/frame/Breadcrumbs.vue';
import Keycaps from '../../../../../renderer/components/frame/Keycaps.vue';
import PaletteButton from '../../../../../renderer/components/frame/PaletteButton.vue';
import ShortcutOverview from '../../../../../renderer/components/frame/ShortcutOverview.vue';
import Sidebar from '../../../../../renderer/components/frame/Sidebar.vue';
import ThemeSwitch from '../../../../../renderer/components/frame/ThemeSwitch.vue';
import UnbuiltView from '../../../../../renderer/components/frame/UnbuiltView.vue';
import ViewFrame from '../../../../../renderer/components/frame/ViewFrame.vue';
import { usePalette } from '../../../../../renderer/composables/commands.ts';
import { useShortcuts } from '../../../../../renderer/composables/shortcuts.ts';
import { ANYWHERE, GO_TO, useShortcutOverview } from '../../../../../renderer/composables/shortcuts-overview.ts';
import { programPages, views } from '../../../../../renderer/navigation.ts';
import { useSettingsStore } from '../../../../../renderer/stores/settings.ts';
import { useToastStore } from '../../../../../renderer/stores/toasts.ts';
import { VStackError } from '../../../../../runtime/contract/errors.ts';
import { settings } from '../../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../../fake-bridge.ts';
import { allInPage, inPage, mountAttached, press, settle } from '../attached.ts';

let bridge: FakeBridge;
let router: Router;
const global = () => ({ plugins: [router] });

beforeEach(async () => {
  localStorage.clear();
  setActivePinia(createPinia());
  bridge = fakeBridge({ 'settings:set': () => settings({ theme: 'dark' }) });
  provideBridge(bridge);
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<i />' } }] });
  await router.push('/cluster');
});
afterEach(() => {
  usePalette().close();
  useShortcutOverview().isOpen.value = false;
});

describe('Sidebar', () => {
  test('leads to every view and page, in order, with the digit of each view', () => {
    const links = mountAttached(Sidebar, { global: global() }).findAll('a');
    expect(links.map((link) => link.attributes('href'))).toEqual([...views, ...programPages].map(({ path }) => path));
    expect(links.map((link) => link.find('kbd').exists() && link.get('kbd').text()).slice(0, views.length)).toEqual(views.map((_, index) => String(index + 1)));
  });
  test.each([
    ['/cluster', 'Cluster'], ['/cluster/nodes/node-3', 'Cluster'], ['/watch/vid-1', 'Library'], ['/settings', 'Settings'],
  ])('at %s marks %s as the present view, and no other', async (path, label) => {
    await router.push(path);
    const current = mountAttached(Sidebar, { global: global() }).findAll('[aria-current="page"]');
    expect(current.map((link) => link.get('.label').text())).toEqual([label]);
  });
  test('bears the mark of the program, which says nothing', () => {
    expect(mountAttached(BrandMark).attributes('aria-hidden')).toBe('true');
  });
});

describe('ThemeSwitch', () => {
  test('shows the theme in force, and sets another at once and at the host', async () => {
    const themes = mountAttached(ThemeSwitch);
    expect(themes.findAll<HTMLInputElement>('input').map(({ element }) => [element.getAttribute('aria-label'), element.checked])).toEqual([['System', true], ['Light', false], ['Dark', false]]);
    await themes.get('[aria-label="Dark"]').setValue(true);
    expect([useSettingsStore().theme, document.documentElement.dataset.theme]).toEqual(['dark', 'dark']);
    expect(bridge.calls).toEqual([{ name: 'settings:set', input: { theme: 'dark' } }]);
  });
  test('says that the host could not keep it', async () => {
    bridge.answers['settings:set'] = () => Promise.reject(new VStackError('internal', 'The disk is full.'));
    await mountAttached(ThemeSwitch).get('[aria-label="Light"]').setValue(true);
    await flushPromises();
    expect(useToastStore().toasts.map(({ title, detail }) => [title, detail])).toEqual([['The theme could not be saved', 'The disk is full.']]);
  });
});

describe('Breadcrumbs', () => {
  test('lead to the pages above; one without an address is only named', () => {
    const way = mountAttached(Breadcrumbs, { props: { crumbs: [{ label: 'Cluster', to: '/cluster' }, { label: 'Nodes' }] }, global: global() });
    expect(way.attributes('aria-label')).toBe('Breadcrumbs');
    expect(way.findAll('li').map((crumb) => [crumb.text(), crumb.find('a').exists()])).toEqual([['Cluster/', true], ['Nodes/', false]]);
    expect(way.get('a').attributes('href')).toBe('/cluster');
  });
});

describe('ViewFrame', () => {
  test('names the view and the window, with what is above, beside and in it', () => {
    const frame = mountAttached(ViewFrame, {
      props: { title: 'node-2', crumbs: [{ label: 'Cluster', to: '/cluster' }] }, slots: { default: 'Content', state: 'Ready', actions: '<button>Stop</button>' }, global: global(),
    });
    expect(frame.get('h1').text()).toBe('node-2');
    expect(document.title).toBe('node-2 · V-Stack Control Center');
    expect(frame.get('main').text()).toBe('Content');
    expect(frame.get('header').text()).toMatch(/^Cluster\/node-2Ready.*Stop$/s);
  });
  test('of a view at the top has no way up', () => {
    expect(mountAttached(ViewFrame, { props: { title: 'Cluster' }, global: global() }).find('nav').exists()).toBe(false);
  });
});

describe('UnbuiltView', () => {
  test('says what will be here, what can be done today, and leads there', async () => {
    const view = mountAttached(UnbuiltView, {
      props: { title: 'Chaos', icon: 'chaos', heading: 'No experiments yet', action: { label: 'Open Cluster', to: '/library' } }, slots: { default: 'Faults under load.', today: 'kill a node by hand.' }, global: global(),
    });
    expect([view.get('h1').text(), view.get('h2').text()]).toEqual(['Chaos', 'No experiments yet']);
    expect(view.text()).toContain('Today: kill a node by hand.');
    await view.get('.actions button').trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.path).toBe('/library');
  });
});

describe('Keycaps', () => {
  const caps = (keys: string): string[] => mountAttached(Keycaps, { props: { keys } }).findAll('kbd, .then').map((cap) => cap.text());

  test('draw each key, and say what comes after what', () => {
    expect(caps('g c')).toEqual(['G', 'then', 'C']);
    expect(caps('Mod+k')).toEqual(['Ctrl', 'K']);
  });
});

describe('PaletteButton', () => {
  test('opens the palette', async () => {
    await mountAttached(PaletteButton).trigger('click');
    expect(usePalette().isOpen.value).toBe(true);
  });
});

describe('ShortcutOverview', () => {
  const noop = (): void => undefined;
  const shown = async () => {
    mountAttached({
      setup: () => {
        useShortcuts([{ keys: '?', scope: ANYWHERE, description: 'Show all shortcuts', run: noop }, { keys: 'g c', scope: GO_TO, description: 'Cluster', run: noop }]);
        useShortcuts([{ keys: ['k', 'Space'], scope: 'Player', description: 'Play or pause', run: noop }]);
        return () => null;
      },
    });
    mountAttached(ShortcutOverview);
    useShortcutOverview().isOpen.value = true;
    await settle();
  };

  test('lists what works here, the view\'s own first, with every key that does it', async () => {
    await shown();
    expect(allInPage('[role="dialog"] section').map((section) => section.getAttribute('aria-label'))).toEqual(['Player', ANYWHERE, GO_TO]);
    expect(inPage('[aria-label="Player"]')!.textContent).toMatch(/Play or pause\s*K\s*or\s*Space/);
    expect(inPage('[role="dialog"]')!.getAttribute('aria-labelledby')).toBe(inPage('.shortcuts-title')!.id);
  });
  test('closes with Escape', async () => {
    await shown();
    await press('Escape');
    expect(useShortcutOverview().isOpen.value).toBe(false);
  });
});
