/** The demo: five scenarios, each with the naive and the smart client. The host tells of it while it runs; its results stay until they are put away. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { DemoStatus } from '../../runtime/contract/control/comparison.ts';
import { useBridge } from '../bridge/bridge.ts';

export const isDemoRunning = (phase: DemoStatus['phase'] | undefined): boolean => phase === 'preparing' || phase === 'running' || phase === 'stopping';

export const useDemoStore = defineStore('demo', () => {
  const status = shallowRef<DemoStatus | null>(null);
  /** When the demo began that was put away, in Unix milliseconds. */
  const dismissedMs = shallowRef<number | null>(null);
  const apply = (next: DemoStatus): void => {
    status.value = next;
  };
  const isRunning = computed(() => isDemoRunning(status.value?.phase));

  return {
    status,
    isRunning,
    /** Whether there is something to show: one that runs, or one whose results were not put away. */
    isShown: computed(() => {
      const { value } = status;
      return value !== null && value.phase !== 'idle' && (isRunning.value || value.startedAtMs !== dismissedMs.value);
    }),
    apply,
    hydrate: async (): Promise<void> => apply(await useBridge().call('demo:status', {})),
    /** Forgets what another host has told. */
    reset: (): void => {
      status.value = null;
      dismissedMs.value = null;
    },
    /** Answers once it has begun. @throws VStackError */
    start: async (): Promise<void> => apply(await useBridge().call('demo:start', {})),
    /** Ends it and sets the network back to normal. @throws VStackError */
    stop: async (): Promise<void> => apply(await useBridge().call('demo:stop', {})),
    /** Puts the results away; another demo is shown again. */
    dismiss: (): void => {
      dismissedMs.value = status.value?.startedAtMs ?? null;
    },
  };
});
