// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import { useConnectionStore } from '../../../../../renderer/stores/connection.ts';
import { useToastStore } from '../../../../../renderer/stores/toasts.ts';
import AboutView from '../../../../../renderer/views/about/AboutView.vue';
import { browserName } from '../../../../../renderer/views/about/browser-name.ts';
import { systemInfo } from '../../../../fixtures/scripted-door/states.ts';
import { fakeBridge } from '../../fake-bridge.ts';

const licence = (name: string, spdx: string): object => ({ name, version: '1.0.0', licence: spdx, homepage: null, isDirect: true, text: `${spdx} text of ${name}` });
// The build makes this list; here it is short.
vi.mock('virtual:licences', () => ({ default: [licence('vue', 'MIT'), licence('hls.js', 'Apache-2.0')] }));

let view: VueWrapper;
beforeEach(async () => {
  setActivePinia(createPinia());
  provideBridge(fakeBridge({ 'system:info': () => systemInfo(), 'system:diagnostics': () => ({ text: 'Node 24' }) }));
  await useConnectionStore().hydrate();
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)', component: AboutView }] });
  view = mount(AboutView, { global: { plugins: [router] }, attachTo: document.body });
  await flushPromises();
  await vi.dynamicImportSettled();
});
afterEach(() => view.unmount());

test('tells versions, paths and the host\'s process', () => {
  const info = systemInfo();
  for (const text of [info.version, info.nodeVersion, info.sqliteVersion, String(info.hostPid), info.paths.logs]) expect(view.text()).toContain(text);
  expect(view.text()).not.toContain('Electron');
});

test('lists whose work the program is made of, found by name or by licence', async () => {
  expect(view.text()).toContain('Apache-2.0 text of hls.js');
  await view.get('input').setValue('mit');
  expect(view.text()).toContain('1 of 2');
  expect(view.text()).not.toContain('hls.js');
  await view.get('input').setValue('nothing such');
  expect(view.text()).toContain('No package and no licence is called that.');
});

test('copies the diagnostics, and says so', async () => {
  const written: string[] = [];
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: (text: string) => Promise.resolve(written.push(text)) } });
  await view.findAll('button').find((button) => button.text() === 'Copy diagnostics')!.trigger('click');
  await flushPromises();
  vi.unstubAllGlobals();
  expect(written).toEqual(['Node 24']);
  expect(useToastStore().toasts[0]!.title).toBe('Diagnostics copied');
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36', 'Chrome 156.0.0.0'],
  ['Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.1', 'Edge 156.1'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox 150.0'],
  ['something else', 'something else'],
])('%s is %s', (agent, name) => expect(browserName(agent)).toBe(name));
