// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../../../renderer/bridge/bridge.ts';
import DemoBoard from '../../../../../../renderer/views/dashboard/demo/DemoBoard.vue';
import DemoStrip from '../../../../../../renderer/views/dashboard/demo/DemoStrip.vue';
import type { DemoStatus } from '../../../../../../runtime/contract/control/comparison.ts';
import { demoStatus } from '../../../../../fixtures/scripted-door/comparison-states.ts';
import { type FakeBridge, fakeBridge } from '../../../fake-bridge.ts';

let bridge: FakeBridge;
let router: Router;
beforeEach(async () => {
  bridge = fakeBridge({ 'demo:stop': () => demoStatus(3, { phase: 'stopping' }) });
  provideBridge(bridge);
  setActivePinia(createPinia());
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<p />' } }] });
  await router.push('/dashboard/realtime');
});
const show = (component: never, status: DemoStatus): VueWrapper => mount(component, { props: { status }, global: { plugins: [router] } } as never);
const textOf = (wrapper: { text(): string }): string => wrapper.text().replaceAll(/\s+/gu, ' ');

describe('the strip', () => {
  test('tells scenario and client, how far it is, and every scenario in words', () => {
    const strip = show(DemoStrip as never, demoStatus(3));
    expect(strip.get('[role="status"]').text()).toBe('Network degradation: the smart client');
    expect(textOf(strip.get('.time'))).toBe('1:29 of 4:24');
    expect(strip.get('[role="progressbar"]').attributes('aria-valuenow')).toBe('34');
    expect(strip.findAll('ol li').map(textOf)[1]).toBe('Network degradation: Naive done, Smart running');
    expect(strip.findAll('ol li.now')).toHaveLength(1);
  });
  test('is stopped from wherever it is seen, and leads to its results from elsewhere', async () => {
    const strip = show(DemoStrip as never, demoStatus(3));
    expect(strip.get('a').attributes('href')).toBe('/dashboard/comparison');
    await strip.get('button').trigger('click');
    await flushPromises();
    expect(bridge.calls).toEqual([{ name: 'demo:stop', input: {} }]);
    await router.push('/dashboard/comparison');
    expect(show(DemoStrip as never, demoStatus(3)).find('a').exists()).toBe(false);
  });
  test.each([
    ['ended', demoStatus(10), 'Demo ended', 'The demo is over; the network is normal.'],
    ['stopped', demoStatus(4, { phase: 'stopped', step: 'Stopped.' }), 'Demo stopped', 'Stopped.'],
    ['failed', demoStatus(4, { phase: 'failed', problem: 'A node is gone.' }), 'Demo failed', 'A node is gone.'],
  ] as const)('that has %s says so, and can be put away', async (_phase, status, word, text) => {
    const strip = show(DemoStrip as never, status);
    expect([strip.get('.what').text(), strip.get('[role="status"]').text(), strip.find('[role="progressbar"]').exists()]).toEqual([word, text, false]);
    await strip.get('button').trigger('click');
    expect(strip.emitted('dismiss')).toHaveLength(1);
  });
});

describe('the results', () => {
  test('come row by row: measured, playing, waiting', () => {
    const rows = show(DemoBoard as never, demoStatus(3)).findAll('tbody tr').map(textOf);
    expect(rows[0]).toBe('Normal operation402 ms0 ms0×41.0 Mbit/s21.2 s377 ms0 ms0×88.0 Mbit/s24.1 s');
    expect(rows[1]).toBe('Network degradation418 ms1.24 s1×12.0 Mbit/s6.3 splays now391 ms0 ms0×––');
    expect(rows[2]).toBe('Node failurewaitswaits');
  });
  test('tell a session that failed, and a demo that did', () => {
    const status = demoStatus(3, { phase: 'failed', problem: 'The uploader is gone.' });
    status.rows[2] = { ...status.rows[2]!, phase: 'failed', problem: 'No node answered.' };
    const board = show(DemoBoard as never, status);
    expect(board.get('[role="alert"]').text()).toContain('The uploader is gone.');
    expect(textOf(board.findAll('tbody tr')[1]!)).toContain('No node answered.');
  });
  test('before the first row say what is done', () => {
    expect(show(DemoBoard as never, demoStatus(0, { phase: 'preparing', rows: [], step: 'The sample is uploaded' })).text()).toContain('The sample is uploaded');
  });
});
