// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useConfirmation } from '../../../../renderer/composables/confirmation.ts';
import CallPage from '../../../../renderer/palette/CallPage.vue';
import { contractCalls } from '../../../../renderer/palette/contract-calls.ts';
import { useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { useToastStore } from '../../../../renderer/stores/toasts.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { clusterStatus } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
let page: VueWrapper | undefined;

const open = async (name: string): Promise<VueWrapper> => {
  page = mount(CallPage, { props: { call: contractCalls.find((call) => call.name === name)! }, attachTo: document.body });
  await flushPromises();
  return page;
};
const fill = (label: string, text: string): Promise<void> => page!.findAll('input').find((input) => page!.get(`label[for="${input.attributes('id')}"]`).text() === label)!.setValue(text);
const run = async (): Promise<void> => {
  await page!.get('form').trigger('submit');
  await flushPromises();
};

beforeEach(() => {
  setActivePinia(createPinia());
  bridge = fakeBridge({ 'cluster:status': () => clusterStatus() });
  provideBridge(bridge);
});
afterEach(() => {
  page?.unmount();
  page = undefined;
});

test('what only reads and asks for nothing is run at once, and its answer is shown', async () => {
  await open('cluster:status');
  expect(bridge.calls).toEqual([{ name: 'cluster:status', input: {} }]);
  expect(page!.get('[role="group"]').text()).toContain('Done');
  expect(page!.text()).toContain('"ready"');
});

test('a wrong input is refused with words, the field is marked and has the focus, and nothing is sent', async () => {
  await open('cluster:launch');
  expect(page!.text()).not.toContain('Expected');
  await fill('nodeCount', '99');
  await run();
  expect(page!.text()).toContain('Expected at most 16, got 99.');
  expect(document.activeElement?.getAttribute('aria-invalid')).toBe('true');
  expect(bridge.calls).toEqual([]);
  await fill('nodeCount', '3');
  expect(page!.text()).not.toContain('Expected');
});

test('a right one is sent as the schema has it, with empty fields left out', async () => {
  bridge.answers['cluster:launch'] = () => clusterStatus();
  await open('cluster:launch');
  await fill('nodeCount', '3');
  await run();
  expect(bridge.calls).toEqual([{ name: 'cluster:launch', input: { nodeCount: 3 } }]);
});

describe('a call that ends something', () => {
  beforeEach(async () => {
    bridge.answers['nodes:kill'] = () => ({});
    await open('nodes:kill');
    await fill('nodeId (needed)', 'node-2');
  });

  test('is made once it is agreed to', async () => {
    await run();
    expect(useConfirmation().question.value!.title).toBe('Kill node-2?');
    expect(bridge.calls).toEqual([]);
    useConfirmation().answer(true);
    await flushPromises();
    expect(bridge.calls).toEqual([{ name: 'nodes:kill', input: { nodeId: 'node-2' } }]);
    expect(page!.text()).toContain('nothing more than that it is done');
  });

  test('is not made when it is answered no', async () => {
    await run();
    useConfirmation().answer(false);
    await flushPromises();
    expect(bridge.calls).toEqual([]);
  });
});

test('nodes that are known are offered instead of a field to type in', async () => {
  useClusterStore().apply(clusterStatus());
  await open('nodes:pause');
  expect(page!.find('[role="combobox"]').exists()).toBe(true);
  expect(page!.find('input').exists()).toBe(false);
});

describe('a long call', () => {
  beforeEach(async () => {
    bridge.answers['nodes:add'] = (_input, { signal }) =>
      new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(new VStackError('cancelled', 'The call was cancelled.'))));
    await open('nodes:add');
    await run();
  });

  test('shows that it runs and can be cancelled', async () => {
    expect(page!.get('[role="status"]').text()).toBe('Running');
    await page!.findAll('button').find((button) => button.text() === 'Cancel')!.trigger('click');
    await flushPromises();
    expect(page!.get('[role="status"]').text()).toBe('Cancelled');
  });

  test('is made once, however often Enter is pressed', async () => {
    await run();
    expect(bridge.calls).toHaveLength(1);
  });
});

test('a failure is told with the host\'s words and code', async () => {
  bridge.answers['nodes:add'] = () => Promise.reject(new VStackError('not_running', 'No cluster is running. Launch one first.'));
  await open('nodes:add');
  await run();
  expect(page!.get('[role="alert"]').text()).toContain('No cluster is running. Launch one first.');
  expect(page!.get('[role="alert"]').text()).toContain('not_running');
});

test('a call whose page was closed goes on, and says how it ended', async () => {
  const end = Promise.withResolvers<object>();
  bridge.answers['nodes:add'] = () => end.promise;
  await open('nodes:add');
  await run();
  page!.unmount();
  page = undefined;
  end.resolve({ nodeId: 'node-6' });
  await flushPromises();
  expect(useToastStore().toasts.map((toast) => toast.title)).toEqual(['nodes:add is done']);
});
