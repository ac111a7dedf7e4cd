/** The record as a whole: totals and availability of every node, and the latest playback sessions. Asked for while somebody looks at it. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { MetricSummary } from '../../runtime/contract/control/metrics.ts';
import type { PlaybackSession } from '../../runtime/contract/control/playback.ts';
import { useBridge } from '../bridge/bridge.ts';

export type SessionSummary = Omit<PlaybackSession, 'chunks'>;

const SESSIONS_LIMIT = 50;

export const useAnalyticsStore = defineStore('analytics', () => {
  const summary = shallowRef<MetricSummary | null>(null);
  /** Youngest first. */
  const sessions = shallowRef<readonly SessionSummary[]>([]);

  return {
    summary,
    sessions,
    /** @throws VStackError */
    refresh: async (): Promise<void> => {
      const bridge = useBridge();
      const [nextSummary, answer] = await Promise.all([bridge.call('metrics:summary', {}), bridge.call('playback:sessions', { limit: SESSIONS_LIMIT })]);
      summary.value = nextSummary;
      sessions.value = answer.sessions;
    },
    /** All measurements that are kept, as CSV. @throws VStackError */
    exportCsv: (): Promise<{ filename: string; text: string }> => useBridge().call('metrics:export', {}),
    reset: (): void => {
      summary.value = null;
      sessions.value = [];
    },
  };
});
