import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, type EffectScope, nextTick, shallowRef } from 'vue';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { type LiveManifest, useLiveManifest } from '../../../../renderer/composables/live-manifest.ts';
import { useVideoStore } from '../../../../renderer/stores/videos.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Manifest } from '../../../../runtime/contract/wire/metadata.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';
import { videoRow } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

const whole = makeManifest({ segments: [[10], [10], [10], [10]] });
/** What the metadata service knows when `count` chunks are committed. */
const stored = (count: number): Manifest => ({ ...whole, status: 'uploading', complete: false, chunks: whole.chunks.slice(0, count) });

let bridge: FakeBridge;
let scope: EffectScope;
let answer: () => Manifest | Promise<Manifest>;
const videoId = shallowRef<string | null>(null);
const isLive = shallowRef(true);

beforeEach(() => {
  vi.useFakeTimers();
  answer = () => stored(0);
  bridge = fakeBridge({ 'videos:manifest': () => answer() });
  provideBridge(bridge);
  setActivePinia(createPinia());
  scope = effectScope();
  videoId.value = 'vid-1';
  isLive.value = true;
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

const follow = (): LiveManifest => scope.run(() => useLiveManifest(() => videoId.value, () => isLive.value))!;
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const countOf = ({ manifest }: LiveManifest): number | undefined => manifest.value?.chunks.length;
const askedCount = (): number => bridge.calls.length;

test('chunks are seen as they come, second by second', async () => {
  const live = follow();
  await pass(0);
  const seen = [];
  for (const count of [1, 2, 4]) {
    answer = () => stored(count);
    await pass(1_000);
    seen.push(countOf(live));
  }
  expect(seen).toEqual([1, 2, 4]);
});

test('once all is stored it is asked for the last time', async () => {
  const live = follow();
  await pass(1_000);
  answer = () => whole;
  isLive.value = false;
  await pass(0);
  expect(live.manifest.value?.complete).toBe(true);
  const asked = askedCount();
  await pass(10_000);
  expect(askedCount()).toBe(asked);
});

test('a list of videos that changed asks again, because a repair may have moved chunks', async () => {
  isLive.value = false;
  answer = () => whole;
  const live = follow();
  await pass(0);
  answer = () => ({ ...whole, title: 'Renamed' });
  useVideoStore().videos = [videoRow(1, 'Renamed')];
  await pass(0);
  expect(live.manifest.value?.title).toBe('Renamed');
});

test('an answer that takes longer than a second is waited for, not asked for twice', async () => {
  const slow = Promise.withResolvers<Manifest>();
  answer = () => slow.promise;
  const live = follow();
  await pass(5_000);
  expect(askedCount()).toBe(1);
  slow.resolve(stored(3));
  await pass(0);
  expect(countOf(live)).toBe(3);
});

test('a failure is told while there is no picture, and takes none away that is there', async () => {
  answer = () => Promise.reject(new VStackError('not_found', 'not there yet'));
  const live = follow();
  await pass(0);
  expect([live.failure.value?.message, live.manifest.value]).toEqual(['not there yet', null]);
  answer = () => stored(2);
  await pass(1_000);
  expect([live.failure.value, countOf(live)]).toEqual([null, 2]);
  answer = () => Promise.reject(new Error('broken'));
  await pass(1_000);
  expect([live.failure.value?.code, countOf(live)]).toEqual(['internal', 2]);
});

test('an upload that has no video yet asks for nothing', async () => {
  videoId.value = null;
  follow();
  await pass(3_000);
  expect(askedCount()).toBe(0);
  videoId.value = 'vid-1';
  await pass(0);
  expect(askedCount()).toBe(1);
});

test('another video shows nothing of the one before, not even an answer that comes late', async () => {
  const late = Promise.withResolvers<Manifest>();
  answer = () => late.promise;
  const live = follow();
  videoId.value = 'vid-2';
  await nextTick();
  answer = () => stored(4);
  late.resolve(stored(1));
  await pass(0);
  expect(live.manifest.value).toBeNull();
  await pass(1_000);
  expect(countOf(live)).toBe(4);
});

test('what left the page asks no more', async () => {
  follow();
  await pass(0);
  scope.stop();
  const asked = askedCount();
  await pass(10_000);
  expect(askedCount()).toBe(asked);
});
