import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { useConnectionStore } from '../../../../renderer/stores/connection.ts';
import { startSession } from '../../../../renderer/stores/session.ts';
import { useSettingsStore } from '../../../../renderer/stores/settings.ts';
import { useToastStore } from '../../../../renderer/stores/toasts.ts';
import { useUploadStore } from '../../../../renderer/stores/uploads.ts';
import { useVideoStore } from '../../../../renderer/stores/videos.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { clusterStatus, metadata, node, settings, stoppedCluster, systemInfo, upload, uploader, videoRow } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge, lost, open } from '../fake-bridge.ts';

let bridge: FakeBridge;
let end: () => void;

beforeEach(() => {
  // The few things of a browser that the theme needs.
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  vi.stubGlobal('window', { matchMedia: () => ({ matches: true, addEventListener: () => undefined }) });
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
  bridge = fakeBridge({
    'system:info': () => systemInfo(),
    'settings:get': () => settings({ theme: 'dark' }),
    'cluster:status': () => clusterStatus(),
    'videos:list': () => ({ videos: [videoRow(1, 'One')] }),
    'uploads:list': () => ({ uploads: [upload()] }),
  });
  provideBridge(bridge);
  setActivePinia(createPinia());
});
afterEach(() => {
  end();
  vi.unstubAllGlobals();
});

const namesAsked = (): string[] => bridge.calls.map((call) => call.name).sort();

test('an open connection fills every store', async () => {
  end = startSession(bridge);
  await expect.poll(() => useUploadStore().uploads.length).toBe(1);
  expect(useClusterStore().readyNodeCount).toBe(5);
  expect(useVideoStore().videos.map((video) => video.title)).toEqual(['One']);
  expect(useConnectionStore().info!.version).toBe('0.1.0');
  expect(document.documentElement.dataset.theme).toBe('dark');
});

test('without a cluster nobody is asked for videos, until one runs', async () => {
  bridge.answers['cluster:status'] = () => stoppedCluster();
  end = startSession(bridge);
  await expect.poll(() => useClusterStore().status).not.toBeNull();
  expect(namesAsked()).toEqual(['cluster:status', 'demo:status', 'events:list', 'network:profiles', 'network:show', 'playback:latest', 'scenarios:list', 'settings:get', 'system:info']);
  bridge.emit('cluster:changed', clusterStatus());
  await expect.poll(() => useVideoStore().videos.length).toBe(1);
});

test('a service that does not answer leaves the rest of the page fresh, and is asked again when it serves again', async () => {
  bridge.answers['videos:list'] = () => Promise.reject(new VStackError('unavailable', 'Nobody answered.'));
  end = startSession(bridge);
  await expect.poll(() => useConnectionStore().isFresh).toBe(true);
  expect(useUploadStore().uploads).toHaveLength(1);
  expect(useToastStore().toasts.map((toast) => toast.title)).toEqual(['The videos could not be listed']);
  bridge.answers['videos:list'] = () => ({ videos: [videoRow(1, 'One')] });
  bridge.emit('cluster:changed', clusterStatus({ phase: 'degraded', children: [metadata({ phase: 'restarting' }), node(1), uploader()] }));
  bridge.emit('cluster:changed', clusterStatus({ phase: 'degraded', children: [metadata(), node(1), uploader()] }));
  await expect.poll(() => useVideoStore().videos.length).toBe(1);
});

test('a cluster that comes up by the answer to a launch has its videos asked for too', async () => {
  bridge.answers['cluster:status'] = () => stoppedCluster();
  bridge.answers['cluster:launch'] = () => clusterStatus();
  end = startSession(bridge);
  await expect.poll(() => useSettingsStore().settings).not.toBeNull();
  await useClusterStore().launch({});
  await expect.poll(() => useVideoStore().isKnown).toBe(true);
});

test('after a lost connection everything is asked for anew', async () => {
  end = startSession(bridge);
  await expect.poll(() => useVideoStore().videos.length).toBe(1);
  bridge.setState(lost);
  expect(useConnectionStore().isOpen).toBe(false);
  bridge.calls.length = 0;
  bridge.answers['cluster:status'] = () => stoppedCluster();
  bridge.setState(open);
  await expect.poll(() => useClusterStore().status!.phase).toBe('stopped');
  expect(namesAsked()).toEqual(['cluster:status', 'demo:status', 'events:list', 'network:profiles', 'network:show', 'playback:latest', 'scenarios:list', 'settings:get', 'system:info']);
});

test('many changes of the library lead to one question', async () => {
  end = startSession(bridge);
  await expect.poll(() => useVideoStore().videos.length).toBe(1);
  bridge.calls.length = 0;
  for (let change = 0; change < 20; change++) bridge.emit('videos:changed', { videoId: null });
  await expect.poll(() => bridge.calls.length).toBeGreaterThan(0);
  expect(namesAsked()).toEqual(['videos:list']);
});

test('a state that cannot be read is told, unless the connection is lost anyway', async () => {
  bridge.answers['cluster:status'] = () => Promise.reject(new VStackError('internal', 'broken'));
  end = startSession(bridge);
  await expect.poll(() => useToastStore().toasts.length).toBe(1);
  expect(useToastStore().toasts[0]!.detail).toBe('broken');
  useToastStore().dismiss(1);
  bridge.setState(lost);
  expect(useToastStore().toasts).toEqual([]);
});

test('a chosen theme acts at once and is told to the host', async () => {
  bridge.answers['settings:set'] = () => settings({ theme: 'light' });
  end = startSession(bridge);
  const store = useSettingsStore();
  await expect.poll(() => store.settings).not.toBeNull();
  await store.chooseTheme('light');
  await expect.poll(() => document.documentElement.dataset.theme).toBe('light');
  expect(bridge.calls.at(-1)).toEqual({ name: 'settings:set', input: { theme: 'light' } });
  await store.chooseTheme('system');
  expect(store.resolvedTheme).toBe('light');
});
