/** Hands the events of the control contract from the host's parts to whoever listens: adapters of doors, and the host itself. */
import type { EventData, EventName } from '../contract/control/index.ts';

export interface EventHub {
  emit<E extends EventName>(name: E, data: EventData<E>): void;
  /** Calls back for each event until the returned function is called. */
  on<E extends EventName>(name: E, callback: (data: EventData<E>) => void): () => void;
  clear(): void;
}

/** A listener that throws is reported and does not keep the event from the others. */
export const createEventHub = (onListenerError: (name: EventName, error: unknown) => void = () => {}): EventHub => {
  const listeners = new Map<EventName, Set<(data: never) => void>>();
  return {
    emit(name, data) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          listener(data as never);
        } catch (error) {
          onListenerError(name, error);
        }
      }
    },
    on(name, callback) {
      // A fresh function, so that the same callback given twice is two subscriptions.
      const listener = (data: never): void => callback(data);
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => void set.delete(listener);
    },
    clear: () => listeners.clear(),
  };
};
