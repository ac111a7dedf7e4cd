import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useLinkSampleStore } from '../../../../renderer/stores/link-samples.ts';
import { useNetworkStore } from '../../../../renderer/stores/network.ts';
import { linkSample, linkStatus, networkSample, networkStatus, profileSettings } from '../../../fixtures/scripted-door/network-states.ts';
import { type FakeBridge, fakeBridge, lost } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  bridge = fakeBridge();
  provideBridge(bridge);
  setActivePinia(createPinia());
});

const rttSample = (atMs: number, rttMs: number | null) => networkSample({ atMs, links: [linkSample(1, { rttMs })] });
const valuesOf = (): number[] => {
  const ring = useLinkSampleStore().ringOf('node-1', 'rttMs');
  return Array.from({ length: ring.length }, (_, index) => ring.valueAt(index));
};

test('samples are listened to only while somebody looks, and what is shown ends with it', () => {
  const store = useLinkSampleStore();
  bridge.emit('network:sample', rttSample(1_000, 1));
  expect(store.shown).toBeNull();
  const leave = store.follow();
  bridge.emit('network:sample', rttSample(2_000, 2));
  expect(store.links.get('node-1')!.rttMs).toBe(2);
  leave();
  bridge.emit('network:sample', rttSample(3_000, 3));
  expect([store.shown, valuesOf()]).toEqual([null, [2]]);
});

test('figures of a lost connection do not stay as if they were the present', () => {
  const store = useLinkSampleStore();
  store.follow();
  bridge.emit('network:sample', rttSample(2_000, 2));
  bridge.setState(lost);
  expect(store.shown).toBeNull();
});

test('what is shown changes at most twice a second; the rings take everything', () => {
  const store = useLinkSampleStore();
  const shown: (number | null)[] = [];
  for (let tick = 0; tick < 10; tick++) {
    store.apply(rttSample(1_000 + tick * 100, tick));
    shown.push(store.links.get('node-1')!.rttMs);
  }
  expect(new Set(shown)).toEqual(new Set([0, 5]));
  expect(valuesOf()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a sample told twice, or out of order, is one sample; another host\'s clock begins anew', () => {
  const store = useLinkSampleStore();
  for (const atMs of [100_000, 100_500, 100_500, 100_200]) store.apply(rttSample(atMs, atMs));
  expect(valuesOf()).toEqual([100_000, 100_500]);
  store.apply(rttSample(5_000, 7));
  expect([valuesOf(), store.shown!.atMs]).toEqual([[7], 5_000]);
});

test('no answer is a gap, and so is a silence', () => {
  const store = useLinkSampleStore();
  store.apply(rttSample(1_000, 1));
  store.apply(rttSample(1_500, null));
  store.apply(rttSample(2_000, 2));
  store.apply(rttSample(9_000, 3));
  expect(valuesOf()).toEqual([1, NaN, 2, NaN, 3]);
});

test('a link that is set anew is judged by what comes after', () => {
  const store = useLinkSampleStore();
  const network = useNetworkStore();
  network.apply(networkStatus());
  for (let tick = 0; tick < 20; tick++) store.apply(rttSample(1_000 + tick * 500, 1));
  network.apply(networkStatus({ links: [linkStatus(1, profileSettings('3g'))] }));
  // The sample that comes with it was still on its way before.
  store.apply(rttSample(20_000, 1));
  expect([store.spreads.get('node-1'), store.travels.get('node-1')]).toEqual([null, null]);
  for (let tick = 1; tick <= 6; tick++) store.apply(rttSample(20_000 + tick * 500, 300 + tick));
  expect(store.spreads.get('node-1')).toBe(2.5);
  expect(store.travels.get('node-1')).toBe(304);
  // The same settings told again change nothing.
  network.apply(networkStatus({ links: [linkStatus(1, profileSettings('3g'))] }));
  store.apply(rttSample(24_000, 304));
  expect(store.spreads.get('node-1')).toBe(2.5);
});

test('the spread takes fifteen seconds, the steady figure the last five answers', () => {
  const store = useLinkSampleStore();
  for (let tick = 0; tick < 40; tick++) store.apply(rttSample(1_000 + tick * 500, tick < 10 ? 5_000 : 100 + (tick % 2) * 20));
  expect(store.spreads.get('node-1')).toBe(10);
  for (let tick = 0; tick < 3; tick++) store.apply(rttSample(50_000 + tick * 500, 900));
  expect(store.travels.get('node-1')).toBe(900);
});
