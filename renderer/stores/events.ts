/** What happened in the cluster, as the host keeps it, youngest first: every door tells the same. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { Happening } from '../../runtime/contract/control/happenings.ts';
import { useBridge } from '../bridge/bridge.ts';

/** As many as the host gives unasked; the list on screen shows a few of them. */
const EVENTS_MAX = 200;

export const useEventStore = defineStore('events', () => {
  const events = shallowRef<readonly Happening[]>([]);
  /** Whether the host has told what happened before. */
  const isKnown = shallowRef(false);

  /** A host tells an event once, but an answer and an event may cross on their way. */
  const merge = (older: readonly Happening[], newer: readonly Happening[]): Happening[] => {
    const byId = new Map([...older, ...newer].map((event) => [event.id, event]));
    return [...byId.values()].sort((a, b) => b.id - a.id).slice(0, EVENTS_MAX);
  };

  return {
    events,
    isKnown,
    apply: (added: readonly Happening[]): void => {
      events.value = merge(events.value, added);
    },
    /** Asks for everything anew: another host counts anew, so what an earlier one told is forgotten. */
    hydrate: async (): Promise<void> => {
      const { events: listed } = await useBridge().call('events:list', { limit: EVENTS_MAX });
      events.value = merge([], listed);
      isKnown.value = true;
    },
  };
});
