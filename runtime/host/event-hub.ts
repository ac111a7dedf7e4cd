/** Hands the events of the control contract from the host's parts to whoever listens: adapters of doors, and the host itself. */
import type { EventData, EventName } from '../contract/control/index.ts';

export interface EventHub {
  emit<E extends EventName>(name: E, data: EventData<E>): void;
  /** Calls back for each event until the returned function is called. */
  on<E extends EventName>(name: E, callback: (data: EventData<E>) => void): () => void;
  /** Whether anybody listens: what nobody hears need not be made. */
  isHeard(name: EventName): boolean;
  /** Calls back when the first listener of an event comes and when the last one goes. */
  onHeard(name: EventName, callback: (isHeard: boolean) => void): void;
  clear(): void;
}

/** A listener that throws is reported and does not keep the event from the others. */
export const createEventHub = (onListenerError: (name: EventName, error: unknown) => void = () => {}): EventHub => {
  const listeners = new Map<EventName, Set<(data: never) => void>>();
  const watchers = new Map<EventName, (isHeard: boolean) => void>();
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
      if (set.size === 1) watchers.get(name)?.(true);
      return () => {
        if (set.delete(listener) && set.size === 0) watchers.get(name)?.(false);
      };
    },
    isHeard: (name) => (listeners.get(name)?.size ?? 0) > 0,
    onHeard: (name, callback) => void watchers.set(name, callback),
    clear() {
      listeners.clear();
      watchers.clear();
    },
  };
};
