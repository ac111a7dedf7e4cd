/** The control contract over the preload's bridge. Both ends live and die together, so this connection is open from the start. */
import type { HostFrame } from '../../runtime/contract/control/frames.ts';
import type { CallName, EventName } from '../../runtime/contract/control/index.ts';
import { fromErrorBody, VStackError } from '../../runtime/contract/errors.ts';
import type { MenuCommand, NativeCallName, NativeInput, NativeOutput } from '../../runtime/contract/native.ts';
import type { Bridge, ConnectionState, NativeBridge } from './bridge.ts';
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
  native: { [N in NativeCallName]: (input: NativeInput<N>) => Promise<HostFrame> };
  onMenuCommand(callback: (command: MenuCommand) => void): void;
}

declare global {
  interface Window {
    vstack?: PreloadBridge;
  }
}

/** The preload keeps one listener for good; who listens here may come and go. */
const createNative = (preload: PreloadBridge): NativeBridge => {
  const listeners = new Set<(command: MenuCommand) => void>();
  preload.onMenuCommand((command) => listeners.forEach((listener) => listener(command)));
  const ask = async <N extends NativeCallName>(name: N, input: NativeInput<N>): Promise<NativeOutput<N>> => {
    const answer = await preload.native[name](input);
    if (answer.kind === 'result') return answer.output as NativeOutput<N>;
    throw fromErrorBody('error' in answer ? answer.error : undefined);
  };
  return {
    chooseFiles: () => ask('chooseFiles', {}),
    chooseFolder: (startPath) => ask('chooseFolder', startPath === undefined ? {} : { startPath }),
    chooseSavePath: (suggestedName) => ask('chooseSavePath', { suggestedName }),
    showInFolder: async (path) => void (await ask('showInFolder', { path })),
    onMenuCommand: (callback) => {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
};

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
    native: createNative(preload),
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
