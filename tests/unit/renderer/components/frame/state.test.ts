// @vitest-environment happy-dom
/** What the frame says of the cluster and the connection, whatever view is shown. */
import { flushPromises } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import AppFoot from '../../../../../renderer/components/frame/AppFoot.vue';
import ClusterPill from '../../../../../renderer/components/frame/ClusterPill.vue';
import ConnectionBanner from '../../../../../renderer/components/frame/ConnectionBanner.vue';
import SignInNotice from '../../../../../renderer/components/frame/SignInNotice.vue';
import { handleShortcutKey, useShortcuts } from '../../../../../renderer/composables/shortcuts.ts';
import { useShortcutOverview } from '../../../../../renderer/composables/shortcuts-overview.ts';
import { useClusterStore } from '../../../../../renderer/stores/cluster.ts';
import { useConnectionStore } from '../../../../../renderer/stores/connection.ts';
import { MIB } from '../../../../../runtime/contract/units.ts';
import { clusterStatus, DATA_DIR, metadata, node, stoppedCluster, systemInfo } from '../../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge, open } from '../../fake-bridge.ts';
import { mountAttached } from '../attached.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
let bridge: FakeBridge;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW_MS });
  setActivePinia(createPinia());
  bridge = fakeBridge({ 'system:info': () => systemInfo() });
  provideBridge(bridge);
  const connection = useConnectionStore();
  connection.apply(open);
  await connection.hydrate();
  connection.markFresh();
});
afterEach(() => {
  useShortcutOverview().isOpen.value = false;
  vi.useRealTimers();
});

describe('ClusterPill', () => {
  test('says the state in a word, how many nodes are ready, and for how long it has run', async () => {
    useClusterStore().apply(clusterStatus({ phase: 'degraded', launchedAtMs: NOW_MS - 65_000, children: [metadata(), node(1), node(2), node(3, { phase: 'crashed' })] }));
    const pill = mountAttached(ClusterPill);
    expect(pill.get('[role="status"]').text()).toBe('Degraded·2 of 3 nodes');
    expect(pill.get('.num').text()).toBe('1:05');
    vi.advanceTimersByTime(2_000);
    await flushPromises();
    expect(pill.get('.num').text()).toBe('1:07');
  });
  test('lets no clock run while what is shown is old', async () => {
    useClusterStore().apply(clusterStatus());
    useConnectionStore().apply({ phase: 'lost', retryAtMs: null, attemptCount: 1 });
    expect(mountAttached(ClusterPill).find('.num').exists()).toBe(false);
  });
  test('counts nothing while nothing runs, and is silent until a state is known', () => {
    expect(mountAttached(ClusterPill).find('.pill').exists()).toBe(false);
    useClusterStore().apply(stoppedCluster());
    expect(mountAttached(ClusterPill).text()).toBe('Stopped');
  });
});

describe('ConnectionBanner', () => {
  const banner = () => mountAttached(ConnectionBanner);

  test('is there for alerts from the start, and empty while all is well', () => {
    expect(banner().get('[role="alert"]').text()).toBe('');
  });
  test('says when the next try is, and tries at once when asked', async () => {
    useConnectionStore().apply({ phase: 'lost', retryAtMs: NOW_MS + 3_000, attemptCount: 2 });
    const retryNow = vi.spyOn(bridge, 'retryNow');
    const shown = banner();
    expect(shown.text()).toContain('Connection to the host lost');
    expect(shown.text()).toContain('Next try in 3 s.');
    vi.advanceTimersByTime(3_000);
    await flushPromises();
    expect(shown.text()).toContain('Trying now…');
    await shown.get('button').trigger('click');
    expect(retryNow).toHaveBeenCalledOnce();
  });
});

describe('AppFoot', () => {
  test('says which data it is about, and what all processes take together', () => {
    useClusterStore().apply(clusterStatus({ children: [metadata({ cpuPercent: 1, rssBytes: 60 * MIB }), node(1, { cpuPercent: 2.5, rssBytes: 40 * MIB }), node(2, { cpuPercent: null, rssBytes: null })] }));
    const text = mountAttached(AppFoot).text().replaceAll(/\s/gu, ' ');
    expect(text).toContain(DATA_DIR);
    expect(text).toContain('3 processes 3.5 %');
    expect(text).toContain('100 MiB');
    expect(text).toContain('0.1.0');
  });
  test.each([
    ['open', 'Connected'], ['connecting', 'Connecting'], ['lost', 'Disconnected'], ['refused', 'Not signed in'],
  ] as const)('a connection that is %s is called %s', (phase, word) => {
    useConnectionStore().apply({ phase, retryAtMs: null, attemptCount: 0 });
    expect(mountAttached(AppFoot).get('.status').text()).toBe(word);
  });
  test('leads to the shortcuts, and while a sequence is typed shows its first key', async () => {
    const foot = mountAttached(AppFoot);
    await foot.get('button').trigger('click');
    expect(useShortcutOverview().isOpen.value).toBe(true);
    mountAttached({ setup: () => (useShortcuts([{ keys: 'g c', scope: 'Go to', description: 'Cluster', run: () => undefined }]), () => null) });
    handleShortcutKey(new KeyboardEvent('keydown', { key: 'g' }));
    await flushPromises();
    expect(foot.get('.pending').text()).toBe('G then…');
    vi.runOnlyPendingTimers();
    await flushPromises();
    expect(foot.find('.pending').exists()).toBe(false);
  });
});

describe('SignInNotice', () => {
  test('is the page\'s first heading, and says where the address comes from', () => {
    const notice = mountAttached(SignInNotice);
    expect(notice.get('h1').text()).toBe('This page is not signed in');
    expect(notice.get('code').text()).toBe('vstack serve');
  });
});
