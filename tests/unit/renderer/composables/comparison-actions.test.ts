// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { type ComparisonActions, useComparisonActions } from '../../../../renderer/composables/comparison-actions.ts';
import { useConfirmation } from '../../../../renderer/composables/confirmation.ts';
import { useDemoStore } from '../../../../renderer/stores/demo.ts';
import { useToastStore } from '../../../../renderer/stores/toasts.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { demoStatus, runningComparison } from '../../../fixtures/scripted-door/comparison-states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
let router: Router;
let actions: ComparisonActions;
const report = { id: 'one', conditionName: 'One slow node', blockCount: 5 };
const titles = (): string[] => useToastStore().toasts.map(({ title }) => title);

beforeEach(async () => {
  setActivePinia(createPinia());
  bridge = fakeBridge({ 'comparison:start': () => runningComparison(1), 'comparison:delete-report': () => ({}), 'demo:start': () => demoStatus(0) });
  provideBridge(bridge);
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<i />' } }] });
  await router.push('/cluster');
  mount({ setup: () => ((actions = useComparisonActions()), () => null) }, { global: { plugins: [router] } });
});
afterEach(() => vi.restoreAllMocks());

describe('what is started', () => {
  test('is shown', async () => {
    expect(await actions.start.run({ conditionId: 'healthy' })).toBe(true);
    expect(router.currentRoute.value.path).toBe('/dashboard/comparison');
    await router.push('/cluster');
    expect(await actions.startDemo.run()).toBe(true);
    expect([router.currentRoute.value.path, useDemoStore().isRunning]).toEqual(['/dashboard/comparison', true]);
  });
  test('and refused is told, and nobody is led away', async () => {
    bridge.answers['comparison:start'] = () => Promise.reject(new VStackError('conflict', 'The demo runs.'));
    expect(await actions.start.run({ conditionId: 'healthy' })).toBe(false);
    expect([titles(), router.currentRoute.value.path]).toEqual([['The comparison could not be started'], '/cluster']);
  });
});

describe('deleting a report', () => {
  test('asks first, and does nothing when the answer is no', async () => {
    const removing = actions.remove(report);
    expect(useConfirmation().question.value).toMatchObject({ title: 'Delete the comparison “One slow node”?', action: 'Delete report' });
    useConfirmation().answer(false);
    expect(await removing).toBe(false);
    expect(bridge.calls).toEqual([]);
  });
  test('tells that it is gone, or why it is not', async () => {
    const removing = actions.remove(report);
    useConfirmation().answer(true);
    expect(await removing).toBe(true);
    expect([bridge.calls, titles()]).toEqual([[{ name: 'comparison:delete-report', input: { id: 'one' } }], ['The comparison “One slow node” was deleted']]);
    bridge.answers['comparison:delete-report'] = () => Promise.reject(new VStackError('not_found', 'It is gone already.'));
    const again = actions.remove(report);
    useConfirmation().answer(true);
    expect(await again).toBe(false);
    expect(titles()).toContain('The comparison “One slow node” could not be deleted');
  });
});

test('an export becomes a file with the name and the type that the host gives', async () => {
  bridge.answers['comparison:export'] = ({ format }: { format: string }) => ({ filename: `one.${format}`, mediaType: 'text/csv', text: 'block,client\r\n' });
  const made: Blob[] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    made.push(blob as Blob);
    return 'blob:one';
  });
  const clicked: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    clicked.push(this.download);
  });
  expect(await actions.exportAs.run('one', 'csv')).toBe(true);
  await flushPromises();
  expect(bridge.calls.at(-1)).toEqual({ name: 'comparison:export', input: { id: 'one', format: 'csv' } });
  expect([clicked, made[0]!.type, await made[0]!.text()]).toEqual([['one.csv'], 'text/csv', 'block,client\r\n']);
});
