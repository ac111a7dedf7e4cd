import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useEventStore } from '../../../../renderer/stores/events.ts';
import { happening } from '../../../fixtures/scripted-door/cluster-states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  bridge = fakeBridge({ 'events:list': () => ({ events: [happening(2, 1), happening(1, 2)] }) });
  provideBridge(bridge);
  setActivePinia(createPinia());
});

test('what the host kept is listed, what happens then is added, and nothing twice', async () => {
  const store = useEventStore();
  store.apply([happening(2, 1)]);
  await store.hydrate();
  store.apply([happening(2, 1), happening(3, 0)]);
  expect(store.events.map(({ id }) => id)).toEqual([3, 2, 1]);
});

test('another host\'s events take the place of those of the last', async () => {
  const store = useEventStore();
  await store.hydrate();
  bridge.answers['events:list'] = () => ({ events: [happening(1, 0, { text: 'new' })] });
  await store.hydrate();
  expect(store.events.map(({ text }) => text)).toEqual(['new']);
});

test('a host that tells none leaves the list empty and unknown', async () => {
  bridge.answers = {};
  const store = useEventStore();
  await expect(store.hydrate()).rejects.toMatchObject({ code: 'not_supported' });
  expect([store.isKnown, store.events.length]).toEqual([false, 0]);
});

test('the oldest give way', () => {
  const store = useEventStore();
  store.apply(Array.from({ length: 250 }, (_, index) => happening(index + 1, 0)));
  expect([store.events.length, store.events[0]!.id]).toEqual([200, 250]);
});
