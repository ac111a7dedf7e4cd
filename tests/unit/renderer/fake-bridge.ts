/** A bridge whose host is a table of answers; it remembers every call. */
import type { Bridge, ConnectionState, SendFileOptions } from '../../../renderer/bridge/bridge.ts';
import type { EventData, EventName } from '../../../runtime/contract/control/index.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';

type Answer = (input: never, options: { signal?: AbortSignal }) => unknown;

export interface FakeBridge extends Bridge {
  answers: Record<string, Answer>;
  calls: { name: string; input: unknown }[];
  sendFileWith: (file: File, options: SendFileOptions) => Promise<{ sessionId: string }>;
  emit<E extends EventName>(name: E, data: EventData<E>): void;
  setState(state: ConnectionState): void;
}

export const open: ConnectionState = { phase: 'open', retryAtMs: null, attemptCount: 0 };
export const lost: ConnectionState = { phase: 'lost', retryAtMs: 1, attemptCount: 1 };

export const fakeBridge = (answers: Record<string, Answer> = {}): FakeBridge => {
  const listeners = new Map<string, Set<(data: never) => void>>();
  const stateListeners = new Set<(state: ConnectionState) => void>();
  let state = open;
  const bridge: FakeBridge = {
    answers,
    calls: [],
    sendFileWith: () => Promise.reject(new VStackError('not_supported', 'no script for files')),
    get state() {
      return state;
    },
    onState: (callback) => {
      stateListeners.add(callback);
      return () => stateListeners.delete(callback);
    },
    setState: (next) => {
      state = next;
      stateListeners.forEach((listener) => listener(next));
    },
    retryNow: () => undefined,
    call: async (name, input, options = {}) => {
      bridge.calls.push({ name, input });
      const answer = bridge.answers[name];
      if (!answer) throw new VStackError('not_supported', `no answer to ${name}`);
      return (await answer(input as never, options as { signal?: AbortSignal })) as never;
    },
    on: (name, callback) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(callback as (data: never) => void));
      return () => set.delete(callback as (data: never) => void);
    },
    emit: (name, data) => listeners.get(name)?.forEach((callback) => callback(data as never)),
    sendFile: (file, options = {}) => bridge.sendFileWith(file, options),
    close: () => undefined,
  };
  return bridge;
};
