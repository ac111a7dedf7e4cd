/** Who wants which event. The host is told the set of names whenever it changes. */
import type { EventData, EventName } from '../../runtime/contract/control/index.ts';

export interface Subscriptions {
  add<E extends EventName>(name: E, callback: (data: EventData<E>) => void): () => void;
  names(): EventName[];
  emit(name: string, data: unknown): void;
}

export const createSubscriptions = (onNamesChanged: () => void): Subscriptions => {
  const callbacks = new Map<EventName, Set<(data: never) => void>>();
  return {
    add: (name, callback) => {
      const known = callbacks.get(name);
      const set = known ?? new Set();
      set.add(callback);
      callbacks.set(name, set);
      if (!known) onNamesChanged();
      return () => {
        set.delete(callback);
        if (set.size > 0 || callbacks.get(name) !== set) return;
        callbacks.delete(name);
        onNamesChanged();
      };
    },
    names: () => [...callbacks.keys()],
    emit: (name, data) => {
      for (const callback of callbacks.get(name as EventName) ?? []) callback(data as never);
    },
  };
};
