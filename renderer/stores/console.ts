/**
 * The calls a person makes by name, and which commands were used lately. The order of use is kept in this browser; what was asked or answered
 * is not, because answers may hold signed addresses.
 */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { CallName } from '../../runtime/contract/control/index.ts';
import { useBridge } from '../bridge/bridge.ts';

const RECENT_KEY = 'vstack.recent-commands';
/** More than are shown, because some of them may not apply at the moment. */
const RECENT_MAX = 12;

const rememberedIds = (): string[] => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string').slice(0, RECENT_MAX) : [];
  } catch {
    // Somebody else wrote it, or it was cut: nothing that cannot be learned again.
    return [];
  }
};

export const useConsoleStore = defineStore('console', () => {
  const recentIds = shallowRef<readonly string[]>(rememberedIds());

  return {
    /** Command ids, the latest first. */
    recentIds,
    remember: (commandId: string): void => {
      recentIds.value = [commandId, ...recentIds.value.filter((id) => id !== commandId)].slice(0, RECENT_MAX);
      localStorage.setItem(RECENT_KEY, JSON.stringify(recentIds.value));
    },
    /** Makes any call. `input` has been checked by the call's schema, which the host does once more. @throws VStackError of the host */
    run: (name: CallName, input: unknown, signal?: AbortSignal): Promise<unknown> => useBridge().call(name, input as never, signal ? { signal } : {}),
  };
});
