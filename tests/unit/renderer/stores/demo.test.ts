import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useDemoStore } from '../../../../renderer/stores/demo.ts';
import { demoStatus, idleDemo } from '../../../fixtures/scripted-door/comparison-states.ts';
import { fakeBridge } from '../fake-bridge.ts';

beforeEach(() => {
  provideBridge(fakeBridge({ 'demo:status': () => idleDemo(), 'demo:start': () => demoStatus(0, { phase: 'preparing', startedAtMs: 7 }), 'demo:stop': () => demoStatus(0, { phase: 'stopped', startedAtMs: 7 }) }));
  setActivePinia(createPinia());
});

test('it is shown from its start until its results are put away', async () => {
  const store = useDemoStore();
  await store.hydrate();
  expect([store.isShown, store.isRunning]).toEqual([false, false]);
  await store.start();
  expect([store.isShown, store.isRunning]).toEqual([true, true]);
  store.dismiss();
  expect(store.isShown).toBe(true);
  await store.stop();
  expect([store.isShown, store.isRunning]).toEqual([false, false]);
});

test('the next one is shown again', () => {
  const store = useDemoStore();
  store.apply(demoStatus(10, { startedAtMs: 1 }));
  store.dismiss();
  expect(store.isShown).toBe(false);
  store.apply(demoStatus(10, { startedAtMs: 2 }));
  expect(store.isShown).toBe(true);
  store.reset();
  expect([store.status, store.isShown]).toEqual([null, false]);
});
