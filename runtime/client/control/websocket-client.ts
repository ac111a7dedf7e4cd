/**
 * The client's end of a control connection (runtime/contract/control/frames.ts), over the WebSocket that browsers and Node share. It does
 * not reconnect by itself: whoever holds it decides whether a lost host is worth waiting for.
 */
import { CLOSE_UNAUTHENTICATED, HostFrame } from '../../contract/control/frames.ts';
import { calls, events, isEventName, type CallName, type CallOutput, type CancelSignal, type ControlClient, type EventName } from '../../contract/control/index.ts';
import { fromErrorBody, VStackError } from '../../contract/errors.ts';

export interface RemoteControl extends ControlClient {
  /** The host's version and door, from its welcome. */
  readonly welcome: { version: string; door: string };
  /** Resolves with the reason, in words, once the connection is gone, whoever closed it. */
  readonly closed: Promise<string>;
  close(): void;
}

export interface ConnectOptions {
  token: string;
  /** Gives up on a host that does not answer. @default 5 s */
  timeoutMs?: number;
}

interface Pending {
  name: CallName;
  resolve: (output: never) => void;
  reject: (error: VStackError) => void;
}

const CONNECT_MS_MAX = 5_000;

const lost = (reason: string): VStackError => new VStackError('unavailable', `The connection to the host was lost: ${reason || 'the host has ended'}.`);

/** @throws VStackError unauthenticated for a wrong token, unavailable when nobody answers there */
export const connectControl = async (url: string, { token, timeoutMs = CONNECT_MS_MAX }: ConnectOptions): Promise<RemoteControl> => {
  const socket = new WebSocket(url);
  const pending = new Map<number, Pending>();
  const listeners = new Map<EventName, Set<(data: never) => void>>();
  let nextId = 1;
  const welcomed = Promise.withResolvers<RemoteControl['welcome']>();
  const closed = Promise.withResolvers<string>();
  let isClosed = false;

  const send = (frame: unknown): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const subscribe = (): void => send({ kind: 'subscribe', names: [...listeners.keys()] });

  const settle = (frame: Extract<HostFrame, { kind: 'result' | 'error' }>): void => {
    const call = pending.get(frame.id);
    if (!call) return; // Cancelled here meanwhile.
    pending.delete(frame.id);
    if (frame.kind === 'error') return call.reject(fromErrorBody(frame.error));
    const parsed = calls[call.name].output.safeParse(frame.output);
    if (parsed.success) call.resolve(parsed.data as never);
    else call.reject(new VStackError('internal', `The host's answer to "${call.name}" was not understood: host and door are of different versions.`));
  };

  const hear = (name: string, data: unknown): void => {
    if (!isEventName(name)) return;
    const parsed = events[name].safeParse(data);
    if (parsed.success) for (const listener of [...(listeners.get(name) ?? [])]) listener(parsed.data as never);
  };

  socket.addEventListener('open', () => send({ kind: 'hello', token }));
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    const parsed = HostFrame.safeParse(JSON.parse(String(data)));
    if (!parsed.success) return socket.close();
    const frame = parsed.data;
    if (frame.kind === 'welcome') welcomed.resolve(frame);
    else if (frame.kind === 'event') hear(frame.name, frame.data);
    else if (frame.kind !== 'pong') settle(frame);
  });
  // The error itself says nothing; 'close' always follows and carries what is known.
  socket.addEventListener('error', () => {});
  socket.addEventListener('close', ({ code, reason }: { code: number; reason: string }) => {
    isClosed = true;
    welcomed.reject(
      code === CLOSE_UNAUTHENTICATED
        ? new VStackError('unauthenticated', reason || 'The host did not accept the token.')
        : new VStackError('unavailable', `Nobody answered as a V-Stack host at ${url}.`),
    );
    for (const { reject } of pending.values()) reject(lost(reason));
    pending.clear();
    closed.resolve(reason);
  });

  const timer = setTimeout(() => {
    welcomed.reject(new VStackError('timeout', `The host at ${url} did not answer within ${timeoutMs} ms.`));
    socket.close();
  }, timeoutMs);
  const welcome = await welcomed.promise.finally(() => clearTimeout(timer));

  return {
    welcome,
    closed: closed.promise,
    close: () => socket.close(),
    call: <C extends CallName>(name: C, input: unknown, { signal }: { signal?: CancelSignal } = {}) =>
      new Promise<CallOutput<C>>((resolve, reject) => {
        if (isClosed) return reject(lost(''));
        if (signal?.aborted) return reject(new VStackError('cancelled', `The call "${name}" was cancelled.`));
        const id = nextId++;
        const onAbort = (): void => send({ kind: 'cancel', id });
        const done = (): void => signal?.removeEventListener('abort', onAbort);
        signal?.addEventListener('abort', onAbort, { once: true });
        pending.set(id, {
          name,
          resolve: (output) => (done(), resolve(output)),
          reject: (error) => (done(), reject(error)),
        });
        send({ kind: 'call', id, name, input });
      }),
    on(name, callback) {
      const listener = (data: never): void => callback(data);
      const set = listeners.get(name) ?? new Set();
      const isNew = set.size === 0;
      listeners.set(name, set.add(listener));
      if (isNew) subscribe();
      return () => {
        if (!set.delete(listener) || set.size > 0) return;
        listeners.delete(name);
        subscribe();
      };
    },
  };
};
