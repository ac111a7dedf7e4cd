/** Whether the host can be reached, and which host it is. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { SystemInfo } from '../../runtime/contract/control/system.ts';
import { type ConnectionState, useBridge } from '../bridge/bridge.ts';

export const useConnectionStore = defineStore('connection', () => {
  const state = shallowRef<ConnectionState>({ phase: 'connecting', retryAtMs: null, attemptCount: 0 });
  const info = shallowRef<SystemInfo | null>(null);

  return {
    state,
    info,
    isOpen: computed(() => state.value.phase === 'open'),
    apply: (next: ConnectionState): void => {
      state.value = next;
    },
    hydrate: async (): Promise<void> => {
      info.value = await useBridge().call('system:info', {});
    },
    retryNow: (): void => useBridge().retryNow(),
  };
});
