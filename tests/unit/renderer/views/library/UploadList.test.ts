// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { createRouter, createWebHashHistory } from 'vue-router';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import { useUploadStore } from '../../../../../renderer/stores/uploads.ts';
import UploadList from '../../../../../renderer/views/library/UploadList.vue';
import type { Upload } from '../../../../../runtime/contract/control/uploads.ts';
import { upload } from '../../../../fixtures/scripted-door/states.ts';
import { fakeBridge } from '../../fake-bridge.ts';

beforeEach(() => {
  provideBridge(fakeBridge());
  setActivePinia(createPinia());
});
const tell = (overrides: Partial<Upload>): void => useUploadStore().apply([upload({ sessionId: 's1', title: 'Harbour', ...overrides })]);
const open = (): VueWrapper =>
  mount(UploadList, { global: { plugins: [createRouter({ history: createWebHashHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<p />' } }] })] } });
const rows = (list: VueWrapper): string[] => list.findAll('li .title').map((title) => title.text());
const foldButton = (list: VueWrapper) => list.findAll('button').find((button) => button.attributes('aria-expanded') !== undefined && ['Show', 'Hide'].includes(button.text()));

test('uploads that are all done stand folded, one click away', async () => {
  tell({ phase: 'completed', progress: 100 });
  const list = open();
  expect(list.text()).toContain('all done');
  expect(rows(list)).toEqual([]);
  await foldButton(list)!.trigger('click');
  expect(rows(list)).toEqual(['Harbour']);
});

test('one that is watched does not fold when it is done, and shows its chunks instead of a full bar', async () => {
  tell({ phase: 'uploading_chunks', progress: 40, totalChunks: 6 });
  const list = open();
  expect([rows(list), foldButton(list), list.findAll('[role="progressbar"]').length]).toEqual([['Harbour'], undefined, 1]);
  tell({ phase: 'completed', progress: 100, totalChunks: 6 });
  await list.vm.$nextTick();
  expect([rows(list), foldButton(list)!.text(), list.findAll('[role="progressbar"]').length]).toEqual([['Harbour'], 'Hide', 0]);
  expect(list.get('li').text()).toContain('6 chunks');
});

test('one that failed keeps the list open, for it can be tried again', () => {
  tell({ phase: 'failed', error: 'It is no video.' });
  expect(open().text()).toContain('It is no video.');
});
