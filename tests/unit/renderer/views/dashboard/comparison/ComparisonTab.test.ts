// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../../../renderer/bridge/bridge.ts';
import { useClusterStore } from '../../../../../../renderer/stores/cluster.ts';
import { useComparisonStore } from '../../../../../../renderer/stores/comparison.ts';
import { useDemoStore } from '../../../../../../renderer/stores/demo.ts';
import ComparisonTab from '../../../../../../renderer/views/dashboard/ComparisonTab.vue';
import type { ComparisonReport } from '../../../../../../runtime/contract/comparison.ts';
import type { ComparisonStatus } from '../../../../../../runtime/contract/control/comparison.ts';
import { VStackError } from '../../../../../../runtime/contract/errors.ts';
import { makeReport } from '../../../../../fixtures/comparison.ts';
import { comparisonSummary, demoStatus, idleComparison, knownComparisons, runningComparison } from '../../../../../fixtures/scripted-door/comparison-states.ts';
import { clusterStatus } from '../../../../../fixtures/scripted-door/states.ts';
import { inPage, mountAttached, settle } from '../../../components/attached.ts';
import { type FakeBridge, fakeBridge } from '../../../fake-bridge.ts';

const report = (id: string, conditionId = 'one-slow-node'): ComparisonReport => makeReport({ conditionId, blockCount: 2, overrides: { id } });
const [young, old] = [report('young', 'healthy'), report('old')];
let reports: ComparisonReport[];
let status: ComparisonStatus;
let bridge: FakeBridge;
let router: Router;

beforeEach(() => {
  reports = [young, old];
  status = idleComparison();
  bridge = fakeBridge({
    'comparison:status': () => status,
    'comparison:conditions': () => knownComparisons(),
    'comparison:reports': () => ({ reports: reports.map(comparisonSummary) }),
    'comparison:report': ({ id }: { id: string }) => reports.find((one) => one.id === id) ?? Promise.reject(new VStackError('not_found', `There is no report ${id}.`)),
    'comparison:delete-report': ({ id }: { id: string }) => ((reports = reports.filter((one) => one.id !== id)), {}),
  });
  provideBridge(bridge);
  setActivePinia(createPinia());
  useClusterStore().apply(clusterStatus());
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<p />' } }] });
});
/** What stands in the report and in the run has tests of its own. */
const show = async (address = '/dashboard/comparison') => {
  await router.push(address);
  const tab = mountAttached(ComparisonTab, { global: { plugins: [router], stubs: { ReportView: true, RunView: { template: '<div class="running" />' } } } });
  await flushPromises();
  await settle();
  return tab;
};
const heading = (tab: Awaited<ReturnType<typeof show>>): string => tab.find('.bar h2').text();

describe('what is shown', () => {
  test('is the report that the address names', async () => expect(heading(await show('/dashboard/comparison?report=old'))).toBe('One slow node'));
  test('is the latest report where none is named', async () => expect(heading(await show())).toBe('Healthy network'));
  test('is the one that ended last, even before the list knows of it', async () => {
    status = idleComparison({ phase: 'ended', reportId: 'old' });
    expect(heading(await show())).toBe('One slow node');
  });
  test('is the way to the first one where there is none', async () => {
    reports = [];
    expect((await show()).text()).toContain('Nothing has been compared yet');
  });
  test('is what runs, and with a report that is looked at meanwhile a way back to it', async () => {
    status = runningComparison(2, { plannedBlockCount: 5, blockCount: 5 });
    const tab = await show();
    expect(tab.find('.running').exists()).toBe(true);
    await router.push('/dashboard/comparison?report=old');
    await flushPromises();
    expect([heading(tab), tab.find('.running').exists(), tab.find('[aria-label="Comparison under way"]').exists()]).toEqual(['One slow node', false, true]);
    await tab.findAll('button').find((button) => button.text() === 'Follow')!.trigger('click');
    await flushPromises();
    expect(tab.find('.running').exists()).toBe(true);
  });
  test('becomes the report once it has ended, and that is announced', async () => {
    status = runningComparison(2, { plannedBlockCount: 5, blockCount: 5 });
    const tab = await show();
    bridge.emit('comparison:changed', idleComparison({ phase: 'ended', reportId: 'old' }));
    await flushPromises();
    expect(heading(tab)).toBe('One slow node');
    expect(tab.find('[aria-live="polite"]').text()).toBe('The comparison has ended; its report is saved.');
  });
});

describe('what went wrong', () => {
  test('a failure stands above what it saved', async () => {
    status = { ...runningComparison(2), phase: 'failed', reportId: 'old', problem: 'A node is gone.' };
    const tab = await show();
    expect(tab.find('[role="alert"]').text()).toContain('A node is gone.');
    expect(heading(tab)).toBe('One slow node');
    await router.push('/dashboard/comparison?report=young');
    await flushPromises();
    expect(tab.find('[role="alert"]').exists()).toBe(false);
  });
  test('a failure that saved nothing stands above the form, and earlier reports are a press away', async () => {
    status = { ...runningComparison(1), phase: 'failed', reportId: null, pairs: [], problem: 'No video.' };
    const tab = await show();
    expect(tab.text()).toContain('Compare again');
    await tab.findAll('button').find((button) => button.text() === 'Earlier reports')!.trigger('click');
    await settle();
    expect(inPage('[role="dialog"]')!.textContent).toContain('Saved comparisons');
  });
  test('a report that is gone is said to be, with the others a press away', async () => {
    const tab = await show('/dashboard/comparison?report=gone');
    expect(tab.text()).toContain('This report cannot be shown');
    expect(tab.text()).toContain('There is no report gone.');
    expect(tab.findAll('button').map((button) => button.text())).toContain('Choose another');
  });
  test('a host that cannot tell is asked again', async () => {
    bridge.answers['comparison:reports'] = () => Promise.reject(new VStackError('internal', 'The folder is locked.'));
    const tab = await show();
    expect(tab.text()).toContain('The comparisons could not be read');
    bridge.answers['comparison:reports'] = () => ({ reports: reports.map(comparisonSummary) });
    await tab.findAll('button').find((button) => button.text() === 'Try again')!.trigger('click');
    await flushPromises();
    expect(heading(tab)).toBe('Healthy network');
  });
});

test('the form opens over a report by its address, and leaves the address when it is closed', async () => {
  await show('/dashboard/comparison?report=old&new');
  expect(inPage('[role="dialog"]')!.textContent).toContain('Compare clients');
  [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Cancel')!.click();
  await flushPromises();
  expect(router.currentRoute.value.fullPath).toBe('/dashboard/comparison?report=old');
});

test('once a report is deleted the next one is shown', async () => {
  const tab = await show('/dashboard/comparison?report=old');
  await useComparisonStore().remove('old');
  await router.replace('/dashboard/comparison');
  await flushPromises();
  expect(heading(tab)).toBe('Healthy network');
});

test('the results of a demo stand above all else, until they are put away', async () => {
  const tab = await show();
  useDemoStore().apply(demoStatus(10));
  await settle();
  expect(tab.text()).toContain('Results of the demo');
  useDemoStore().dismiss();
  await settle();
  expect(tab.text()).not.toContain('Results of the demo');
});

test('nothing is listened to once the tab is left', async () => {
  const tab = await show();
  tab.unmount();
  bridge.emit('comparison:changed', runningComparison(1));
  expect(useComparisonStore().isRunning).toBe(false);
});
