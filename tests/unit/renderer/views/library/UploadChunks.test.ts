// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import { useClusterStore } from '../../../../../renderer/stores/cluster.ts';
import UploadRow from '../../../../../renderer/views/library/UploadRow.vue';
import type { Upload } from '../../../../../runtime/contract/control/uploads.ts';
import { VStackError } from '../../../../../runtime/contract/errors.ts';
import { makeManifest } from '../../../../fixtures/manifest.ts';
import { clusterStatus, upload } from '../../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../../fake-bridge.ts';

const TOTAL = 4;
const whole = makeManifest({ segments: Array.from({ length: TOTAL }, () => [10]) });
const underWay = (overrides: Partial<Upload> = {}): Upload => upload({ videoId: 'vid-1', totalChunks: TOTAL, ...overrides });

let bridge: FakeBridge;
let storedCount: number;
let row: VueWrapper;

beforeEach(() => {
  vi.useFakeTimers();
  storedCount = 1;
  setActivePinia(createPinia());
  bridge = fakeBridge({ 'videos:manifest': () => ({ ...whole, chunks: whole.chunks.slice(0, storedCount) }) });
  provideBridge(bridge);
  useClusterStore().apply(clusterStatus());
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<i />' } }] });
  row = mount(UploadRow, { props: { upload: underWay() }, global: { plugins: [router] }, attachTo: document.body });
});
afterEach(() => {
  row.unmount();
  vi.useRealTimers();
});

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
};
const open = async (): Promise<void> => {
  await row.get('[aria-label="Show the chunks of Harbour at dawn"]').trigger('click');
  await pass(0);
};
const held = (): string[] => row.findAll('.field li').map((line) => line.attributes('aria-label')!);
const hint = (): string => row.get('.chunks header').text();

test('the map grows while the upload goes on, node by node', async () => {
  await open();
  expect(held().slice(0, 4)).toEqual(['node-1 holds 1 chunk', 'node-2 holds 1 chunk', 'node-3 holds 1 chunk', 'node-4 holds 0 chunks']);
  expect(hint()).toContain(`1 of ${TOTAL} chunks stored`);
  storedCount = 3;
  await pass(1_000);
  expect(held()[0]).toBe('node-1 holds 3 chunks');
  expect(hint()).toContain(`3 of ${TOTAL} chunks stored`);
});

test('when the upload is done the map is whole, and nothing more is asked', async () => {
  await open();
  storedCount = TOTAL;
  await row.setProps({ upload: underWay({ phase: 'completed' }) });
  await pass(0);
  expect(hint()).toContain(`${TOTAL} chunks`);
  expect(hint()).not.toContain('stored yet');
  const asked = bridge.calls.length;
  await pass(5_000);
  expect(bridge.calls).toHaveLength(asked);
});

test('until there is a map, words say why', async () => {
  bridge.answers['videos:manifest'] = () => Promise.reject(new VStackError('not_found', 'no chunk is committed.'));
  await open();
  expect(row.get('.chunks').text()).toBe('The chunk map is not there yet: no chunk is committed.');
});

test('a closed map asks for nothing', async () => {
  await pass(3_000);
  expect(bridge.calls).toEqual([]);
  await open();
  await row.get('[aria-label="Hide the chunks of Harbour at dawn"]').trigger('click');
  const asked = bridge.calls.length;
  await pass(3_000);
  expect(bridge.calls).toHaveLength(asked);
  expect(row.find('.chunks').exists()).toBe(false);
});

test('an upload that has no chunks yet offers no map', async () => {
  await row.setProps({ upload: underWay({ phase: 'processing', videoId: null }) });
  expect(row.get('[aria-label="Show the chunks of Harbour at dawn"]').attributes()).toHaveProperty('disabled');
});
