// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { isGap } from '../../../../renderer/logs/entry.ts';
import { LINES_KEPT, useLogStore } from '../../../../renderer/stores/logs.ts';
import { logLines } from '../../../fixtures/scripted-door/cluster-states.ts';
import { type FakeBridge, fakeBridge, lost, open } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  bridge = fakeBridge({ 'logs:query': () => ({ lines: logLines(1, 10) }) });
  provideBridge(bridge);
  setActivePinia(createPinia());
});

const kept = (): (number | string)[] => {
  const { ring } = useLogStore();
  return Array.from({ length: ring.end - ring.first }, (_, index) => ring.at(ring.first + index)).map((entry) => (isGap(entry) ? `gap ${entry.gapCount}` : entry.sequence));
};

test('lines are asked for and listened to only while somebody looks', async () => {
  const store = useLogStore();
  bridge.emit('logs:lines', { lines: logLines(1, 1), droppedCount: 0 });
  expect([bridge.calls, kept()]).toEqual([[], []]);
  const leave = [store.follow(), store.follow()];
  await expect.poll(() => store.version).toBe(1);
  expect(kept()).toHaveLength(10);
  leave[0]!();
  leave[0]!();
  bridge.emit('logs:lines', { lines: logLines(11, 2), droppedCount: 0 });
  leave[1]!();
  bridge.emit('logs:lines', { lines: logLines(13, 2), droppedCount: 0 });
  expect(kept()).toHaveLength(12);
  expect(bridge.calls.map(({ name }) => name)).toEqual(['logs:query']);
});

test('what comes while the past is asked for is neither lost nor doubled', async () => {
  const store = useLogStore();
  const answer = Promise.withResolvers<unknown>();
  bridge.answers['logs:query'] = () => answer.promise;
  store.follow();
  bridge.emit('logs:lines', { lines: logLines(9, 4), droppedCount: 0 });
  answer.resolve({ lines: logLines(1, 10) });
  await expect.poll(() => store.isLoading).toBe(false);
  expect(kept()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('after a lost connection the lines in between are fetched, or counted where the host has them no more', async () => {
  const store = useLogStore();
  store.follow();
  await expect.poll(() => store.isLoading).toBe(false);
  bridge.setState(lost);
  bridge.answers['logs:query'] = () => ({ lines: logLines(14, 2) });
  bridge.setState(open);
  await expect.poll(() => kept().at(-1)).toBe(15);
  expect(kept().slice(9)).toEqual([10, 'gap 3', 14, 15]);
});

test('another host begins a new log', async () => {
  const store = useLogStore();
  store.follow();
  await expect.poll(() => store.isLoading).toBe(false);
  bridge.answers['logs:query'] = () => ({ lines: logLines(1, 3, 1_800_000_000_000) });
  bridge.setState(open);
  await expect.poll(kept).toEqual([1, 2, 3]);
});

test('views are told once per frame, however many batches came', async () => {
  const store = useLogStore();
  store.follow();
  await expect.poll(() => store.version).toBe(1);
  for (let batch = 0; batch < 20; batch++) bridge.emit('logs:lines', { lines: logLines(11 + batch * 5, 5), droppedCount: 0 });
  expect(store.version).toBe(1);
  await expect.poll(() => store.version).toBe(2);
  expect(store.sources).toContain('uploader');
});

test('the oldest lines give way', async () => {
  const store = useLogStore();
  store.follow();
  await expect.poll(() => store.isLoading).toBe(false);
  bridge.emit('logs:lines', { lines: logLines(11, LINES_KEPT), droppedCount: 0 });
  expect([store.ring.end - store.ring.first, kept()[0]]).toEqual([LINES_KEPT, 11]);
});

test('a past that cannot be read is told, and the present still shown', async () => {
  const store = useLogStore();
  bridge.answers = {};
  store.follow();
  await expect.poll(() => store.problem).toBe('no answer to logs:query');
  bridge.emit('logs:lines', { lines: logLines(11, 2), droppedCount: 0 });
  expect(kept()).toEqual([11, 12]);
});
