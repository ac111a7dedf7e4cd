/** Whether the host can be reached, and which host it is. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { SystemInfo } from '../../runtime/contract/control/system.ts';
import { type ConnectionState, useBridge } from '../bridge/bridge.ts';

export const useConnectionStore = defineStore('connection', () => {
  const state = shallowRef<ConnectionState>({ phase: 'connecting', retryAtMs: null, attemptCount: 0 });
  const info = shallowRef<SystemInfo | null>(null);
  /** Whether everything on the page was asked for since the connection was last made. */
  const isFresh = shallowRef(false);

  return {
    state,
    info,
    isFresh,
    /** What is shown is the last known state: the connection is lost, or back and not asked through yet. */
    isStale: computed(() => info.value !== null && !isFresh.value),
    isOpen: computed(() => state.value.phase === 'open'),
    apply: (next: ConnectionState): void => {
      state.value = next;
      if (next.phase !== 'open') isFresh.value = false;
    },
    hydrate: async (): Promise<void> => {
      info.value = await useBridge().call('system:info', {});
    },
    /** Every store has been filled anew. */
    markFresh: (): void => {
      isFresh.value = state.value.phase === 'open';
    },
    /** Tries at once instead of at the planned time; does nothing while the connection is fine. */
    retryNow: (): void => useBridge().retryNow(),
  };
});
