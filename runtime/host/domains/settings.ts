/** The settings, and word of their change. */
import type { Handlers } from '../dispatcher.ts';
import type { EventHub } from '../event-hub.ts';
import type { SettingsStore } from '../settings-store.ts';

export const settingsHandlers = (settings: SettingsStore, events: EventHub) =>
  ({
    'settings:get': () => settings.get(),
    'settings:set': async (changes) => {
      const next = await settings.set(changes);
      events.emit('settings:changed', next);
      return next;
    },
  }) satisfies Partial<Handlers>;
