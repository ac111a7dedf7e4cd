// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useAnalyticsStore } from '../../../../renderer/stores/analytics.ts';
import { fakeBridge } from '../fake-bridge.ts';

const nothing = { count: 0, p50: null, p95: null, p99: null, max: null };
const summary = { sinceMs: null, uptimeMs: null, nodes: [], readBytes: 0, writtenBytes: 0, requestCount: 0, requestMs: nothing, loadDeviation: null };

beforeEach(() => setActivePinia(createPinia()));

describe('the analytics store', () => {
  it('asks for the summary and the sessions, and forgets them on reset', async () => {
    const bridge = fakeBridge({ 'metrics:summary': () => summary, 'playback:sessions': () => ({ sessions: [] }) });
    provideBridge(bridge);
    const store = useAnalyticsStore();
    expect(store.summary).toBeNull();
    await store.refresh();
    expect(store.summary).toEqual(summary);
    store.reset();
    expect(store.summary).toBeNull();
  });

  it('keeps what it knew when asking fails', async () => {
    let isWell = true;
    provideBridge(fakeBridge({
      'metrics:summary': () => {
        if (!isWell) throw new Error('lost');
        return summary;
      },
      'playback:sessions': () => ({ sessions: [] }),
    }));
    const store = useAnalyticsStore();
    await store.refresh();
    isWell = false;
    await expect(store.refresh()).rejects.toThrow('lost');
    expect(store.summary).toEqual(summary);
  });
});
