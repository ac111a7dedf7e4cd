import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useTrafficStore } from '../../../../renderer/stores/traffic.ts';
import { nodeTraffic, trafficSample } from '../../../fixtures/scripted-door/cluster-states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  bridge = fakeBridge({ 'metrics:latest': () => ({ sample: trafficSample({ atMs: 1_000 }) }) });
  provideBridge(bridge);
  setActivePinia(createPinia());
});

test('samples are asked for and listened to only while somebody looks', async () => {
  const store = useTrafficStore();
  bridge.emit('metrics:sample', trafficSample({ atMs: 500 }));
  expect([store.sample, bridge.calls]).toEqual([null, []]);
  const leave = store.follow();
  await expect.poll(() => store.sample?.atMs).toBe(1_000);
  bridge.emit('metrics:sample', trafficSample({ atMs: 2_000 }));
  leave();
  bridge.emit('metrics:sample', trafficSample({ atMs: 3_000 }));
  expect(store.sample!.atMs).toBe(2_000);
});

test('an answer that is older than what is known changes nothing', () => {
  const store = useTrafficStore();
  store.apply(trafficSample({ atMs: 2_000 }));
  store.apply(trafficSample({ atMs: 1_000, nodes: [] }));
  expect(store.nodes.size).toBe(5);
});

test('each node keeps two minutes of what was read from it, with gaps', () => {
  const store = useTrafficStore();
  for (let index = 1; index <= 200; index++) store.apply(trafficSample({ atMs: index * 1_000, nodes: [nodeTraffic(1, { readBytesPerSecond: index === 199 ? null : index })] }));
  const history = store.readHistory.get('node-1')!;
  expect([history.length, history[0], history.at(-2), history.at(-1)]).toEqual([120, 81, null, 200]);
});
