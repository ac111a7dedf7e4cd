/** The control contract over the preload's bridge. Both ends live and die together, so this connection is open from the start. */
import type { HostFrame } from '../../runtime/contract/control/frames.ts';
import type { CallName, EventName } from '../../runtime/contract/control/index.ts';
import { VStackError } from '../../runtime/contract/errors.ts';
import type { Bridge, ConnectionState } from './bridge.ts';
import { createPendingCalls } from './pending-calls.ts';
import { createSubscriptions } from './subscriptions.ts';

/** What preload/index.ts puts on `window.vstack`. A failure is an answer too: thrown across the border, it would lose its code. */
export interface PreloadBridge {
  call(id: number, name: CallName, input: unknown): Promise<HostFrame>;
  cancel(id: number): void;
  subscribe(names: EventName[]): void;
  onEvent(callback: (name: string, data: unknown) => void): void;
  /** The path of a file that was dropped or picked; empty when it has none. */
  pathOf(file: File): string;
}

declare global {
  interface Window {
    vstack?: PreloadBridge;
  }
}

export const createPreloadBridge = (preload: PreloadBridge): Bridge => {
  const pending = createPendingCalls();
  const state: ConnectionState = { phase: 'open', retryAtMs: null, attemptCount: 0 };
  const subscriptions = createSubscriptions(() => preload.subscribe(subscriptions.names()));
  preload.onEvent((name, data) => subscriptions.emit(name, data));

  const send = (id: number, name: CallName, input: unknown): void => {
    preload.call(id, name, input).then(
      (answer) => (answer.kind === 'result' ? pending.resolve(id, answer.output) : pending.reject(id, 'error' in answer ? answer.error : undefined)),
      (error: unknown) => pending.reject(id, { code: 'internal', detail: `The window could not reach the host: ${String(error)}` }),
    );
  };

  const call: Bridge['call'] = async (name, input, { signal } = {}) =>
    (await pending.open((id) => send(id, name, input), (id) => preload.cancel(id), signal)) as never;

  return {
    state,
    onState: () => () => undefined,
    retryNow: () => undefined,
    call,
    on: (name, callback) => subscriptions.add(name, callback),
    sendFile: async (file, { title, signal } = {}) => {
      const path = preload.pathOf(file);
      if (path === '') throw new VStackError('bad_request', `"${file.name}" is not a file on this machine's disk. Save it first, then upload it.`);
      const upload = await call('uploads:start', { path, ...(title && { title }) }, signal ? { signal } : {});
      return { sessionId: upload.sessionId };
    },
    close: () => pending.rejectAll(new VStackError('unavailable', 'The window is closing.')),
  };
};
