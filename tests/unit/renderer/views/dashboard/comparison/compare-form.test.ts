// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../../../renderer/bridge/bridge.ts';
import { useClusterStore } from '../../../../../../renderer/stores/cluster.ts';
import { useComparisonStore } from '../../../../../../renderer/stores/comparison.ts';
import { useComparisonForm } from '../../../../../../renderer/stores/comparison-form.ts';
import CompareDialog from '../../../../../../renderer/views/dashboard/comparison/CompareDialog.vue';
import CompareForm from '../../../../../../renderer/views/dashboard/comparison/CompareForm.vue';
import ComparisonStart from '../../../../../../renderer/views/dashboard/comparison/ComparisonStart.vue';
import { VStackError } from '../../../../../../runtime/contract/errors.ts';
import { demoStatus, knownComparisons, runningComparison } from '../../../../../fixtures/scripted-door/comparison-states.ts';
import { clusterStatus, stoppedCluster } from '../../../../../fixtures/scripted-door/states.ts';
import { inPage, mountAttached, settle } from '../../../components/attached.ts';
import { type FakeBridge, fakeBridge } from '../../../fake-bridge.ts';

let bridge: FakeBridge;
let router: Router;
beforeEach(() => {
  bridge = fakeBridge({ 'comparison:start': () => runningComparison(1), 'demo:start': () => demoStatus(0) });
  provideBridge(bridge);
  setActivePinia(createPinia());
  useClusterStore().apply(clusterStatus());
  const { conditions, clients } = knownComparisons();
  Object.assign(useComparisonStore(), { conditions, clientTexts: clients });
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<p />' } }] });
});
const options = () => ({ global: { plugins: [router] } });
const callsOf = (name: string): unknown[] => bridge.calls.filter((call) => call.name === name).map((call) => call.input);

describe('the form', () => {
  const show = () => mountAttached(CompareForm, options());
  const field = (form: ReturnType<typeof show>, label: string) => form.findAll('label').find((candidate) => candidate.text() === label)!.element.htmlFor;

  test('names each client with what it does, and its condition in words', () => {
    const form = show();
    expect(form.findAll('.client').map((row) => row.text().replaceAll(/\s+/gu, ' '))[1]).toBe('Naive Round robin without measuring; waits 10 s for a silent node, then asks the next.'.replace('Naive ', 'Naive'));
    expect(form.text()).toContain('Every link as LTE (12 Mbit/s, 70 ms), but that of one node as 3G');
  });
  test('tells how long it takes, and follows what is changed', async () => {
    const form = show();
    expect(form.get('.estimate').text()).toContain('Takes about 8 min of playing and a little between sessions: 6 blocks (one to warm up) of 5 sessions.');
    await form.get(`[id="${field(form, 'Blocks')}"]`).setValue('30');
    expect(form.get('.estimate').text()).toContain('39 min');
    await form.findAll('[role="checkbox"]')[4]!.trigger('click');
    expect(form.get('.estimate').text()).toContain('31 blocks (one to warm up) of 4 sessions');
    await form.findAll('[role="radiogroup"] input')[1]!.setValue();
    expect(form.get('.estimate').text()).toContain('in virtual time');
    expect(form.findAll('label').some((label) => label.text() === 'Video')).toBe(false);
  });
  test('says what is wrong beside its field', async () => {
    const form = show();
    const blocks = form.get(`[id="${field(form, 'Blocks')}"]`);
    await blocks.setValue('0');
    expect(form.text()).toContain('✕ Expected a whole number from 1 to 500, got “0”.');
    expect(blocks.attributes('aria-invalid')).toBe('true');
    expect(form.get('.estimate').text()).toBe('');
    for (const box of form.findAll('[role="checkbox"]').slice(1)) await box.trigger('click');
    expect(form.get('fieldset').text()).toContain('✕ Expected two clients at least, got one.');
    useClusterStore().apply(stoppedCluster());
    useComparisonForm().timeMode = 'real';
    await settle();
    expect(form.text()).toContain('✕ Real time needs a running cluster');
  });
});

describe('where nothing was compared', () => {
  const show = (props = {}) => mountAttached(ComparisonStart, { ...options(), props });
  const button = (start: ReturnType<typeof show>, text: string) => start.findAll('button').find((candidate) => candidate.text() === text)!;

  test('one press compares with the defaults', async () => {
    const start = show();
    await button(start, 'Compare now').trigger('click');
    await flushPromises();
    expect(callsOf('comparison:start')).toEqual([{ conditionId: 'one-slow-node', clients: ['smart', 'naive', 'naive-retry', 'random-two', 'oracle'], blocks: 5, sessionSec: 15, timeMode: 'real' }]);
  });
  test('the demo is offered beside it, and without a cluster the launch of one', async () => {
    await button(show(), 'Demo').trigger('click');
    await flushPromises();
    expect(callsOf('demo:start')).toEqual([{}]);
    useClusterStore().apply(stoppedCluster());
    const start = show({ isFirst: false });
    expect(start.get('h2').text()).toBe('Compare again');
    await button(start, 'Launch a cluster').trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.path).toBe('/cluster');
  });
  test('a wrong field takes the button away', async () => {
    const start = show();
    useComparisonForm().fields.seed = 'x';
    await settle();
    expect(button(start, 'Compare now').attributes('disabled')).toBeDefined();
  });
});

describe('the dialog over a report', () => {
  const show = () => mountAttached(CompareDialog, { ...options(), props: { open: true } });
  const press = async (text: string): Promise<void> => {
    [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === text)!.click();
    await settle();
    await flushPromises();
  };
  test('closes once the comparison has begun', async () => {
    const dialog = show();
    await settle();
    expect(inPage('[role="dialog"]')!.textContent).toContain('Compare clients');
    await press('Compare now');
    expect([callsOf('comparison:start').length, dialog.emitted('update:open')]).toEqual([1, [[false]]]);
  });
  test('stays when it could not, and closes when it is left', async () => {
    bridge.answers['comparison:start'] = () => Promise.reject(new VStackError('conflict', 'The demo runs.'));
    const dialog = show();
    await settle();
    await press('Compare now');
    expect(dialog.emitted('update:open')).toBeUndefined();
    await press('Cancel');
    expect(dialog.emitted('update:open')).toEqual([[false]]);
  });
});
