import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { beforeEach, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { fits, useLibraryList } from '../../../../renderer/composables/library-list.ts';
import { redundancyText } from '../../../../renderer/format/redundancy.ts';
import { useVideoStore } from '../../../../renderer/stores/videos.ts';
import { videoRow } from '../../../fixtures/scripted-door/states.ts';
import { fakeBridge } from '../fake-bridge.ts';

beforeEach(() => {
  provideBridge(fakeBridge());
  setActivePinia(createPinia());
  useVideoStore().videos = [videoRow(1, 'Harbour, winter'), videoRow(2, 'Harbour, summer'), videoRow(3, 'Fjord')];
});

test('a video fits when every word stands in its title or id, in whatever order and case', () => {
  const video = { title: 'Harbour, winter', video_id: 'vid-00000000beef' };
  expect([[], ['winter', 'harb'], ['beef'], ['harbour', 'summer']].map((words) => fits(video, words))).toEqual([true, true, true, false]);
});

test('the filter chooses what is shown, and all means all that are shown', () => {
  const list = useLibraryList();
  list.filter.value = ' HARBOUR ';
  expect(list.rows.value.map((row) => row.title)).toEqual(['Harbour, winter', 'Harbour, summer']);
  list.chooseAll(true);
  expect(list.chosen.value.size).toBe(2);
  list.filter.value = '';
  list.choose(videoRow(1, '').video_id, false);
  expect([...list.chosen.value]).toEqual([videoRow(2, '').video_id]);
});

test('what is deleted is not chosen any more', async () => {
  const list = useLibraryList();
  list.chooseAll(true);
  useVideoStore().videos = [videoRow(3, 'Fjord')];
  await nextTick();
  expect([...list.chosen.value]).toEqual([videoRow(3, '').video_id]);
});

test.each([
  [{ redundancy: 'replication', replica_count: 3 }, '3×'], [{ redundancy: 'erasure_coding' }, '3+2'], [{ redundancy: 'mixed' }, 'mixed'], [{}, '–'],
] as const)('%j is written %s', (row, text) => expect(redundancyText(row)).toBe(text));
