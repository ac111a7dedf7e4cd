/**
 * The control contract over the web door's WebSocket; frames and their order are those of runtime/contract/control/frames.ts.
 *
 *   connecting ──welcome──▶ open ──closed──▶ lost ──timer──▶ (connecting again, still shown as lost) ──welcome──▶ open
 *        └──────────── closed 4401 ──▶ refused            a call waits while connecting; outside `open` it fails at once, `unavailable`
 *
 * Silence counts as closed (heartbeat.ts).
 *
 * Frames come from the host that served this page, so their outer shape is checked here and their content is the host's word.
 */
import type { ClientFrame, HostFrame } from '../../runtime/contract/control/frames.ts';
import { VStackError } from '../../runtime/contract/errors.ts';
import { retryDelayMs } from './back-off.ts';
import type { Bridge, ConnectionState } from './bridge.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { createPendingCalls } from './pending-calls.ts';
import { sendFileOverHttp } from './send-file.ts';
import { createSubscriptions } from './subscriptions.ts';

/** As in frames.ts, which the page does not import because it would carry the schemas along; a unit test holds them equal. */
export const CLOSE_UNAUTHENTICATED = 4401;

/** What a browser says of a connection that ended without a word. */
const CLOSE_ABNORMAL = 1006;

/** The parts of a WebSocket that are used, so that tests can bring their own. */
export interface Socket {
  readyState: number;
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface SocketBridgeOptions {
  url: string;
  /** The web door's token, sent in the first frame. */
  token: string;
  openSocket?: (url: string) => Socket;
  /** @default Math.random */
  random?: () => number;
}

const parseFrame = (data: unknown): HostFrame | undefined => {
  if (typeof data !== 'string') return undefined;
  const frame: unknown = JSON.parse(data);
  return typeof frame === 'object' && frame !== null && 'kind' in frame ? (frame as HostFrame) : undefined;
};

const lostError = (): VStackError =>
  new VStackError('unavailable', 'The connection to the host is lost, so this could not be done. It is tried again by itself; repeat the action once it is back.');

export const createSocketBridge = (options: SocketBridgeOptions): Bridge => {
  const { url, token, openSocket = (address) => new WebSocket(address) as Socket, random = Math.random } = options;
  const pending = createPendingCalls();
  const listeners = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = { phase: 'connecting', retryAtMs: null, attemptCount: 0 };
  let socket: Socket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heartbeat: Heartbeat | undefined;

  /** Resolves when the first connection is made or has failed. */
  const firstOutcome = Promise.withResolvers<void>();

  const setState = (next: ConnectionState): void => {
    state = next;
    firstOutcome.resolve();
    for (const listener of listeners) listener(state);
  };
  const send = (frame: ClientFrame): void => socket?.send(JSON.stringify(frame));
  const subscriptions = createSubscriptions(() => {
    if (state.phase === 'open') send({ kind: 'subscribe', names: subscriptions.names() });
  });

  const handleFrame = (frame: HostFrame): void => {
    switch (frame.kind) {
      case 'welcome':
        send({ kind: 'subscribe', names: subscriptions.names() });
        setState({ phase: 'open', retryAtMs: null, attemptCount: 0 });
        break;
      case 'result': pending.resolve(frame.id, frame.output); break;
      case 'error': pending.reject(frame.id, frame.error); break;
      case 'event': subscriptions.emit(frame.name, frame.data); break;
    }
  };

  const handleClose = (code: number): void => {
    socket = undefined;
    heartbeat?.stop();
    pending.rejectAll(lostError());
    if (code === CLOSE_UNAUTHENTICATED) return setState({ phase: 'refused', retryAtMs: null, attemptCount: 0 });
    const attemptCount = state.attemptCount + 1;
    const delayMs = retryDelayMs(attemptCount, random());
    timer = setTimeout(connect, delayMs);
    setState({ phase: 'lost', retryAtMs: Date.now() + delayMs, attemptCount });
  };

  const connect = (): void => {
    clearTimeout(timer);
    if (state.phase === 'lost') setState({ ...state, retryAtMs: null });
    const opened = openSocket(url);
    socket = opened;
    heartbeat = startHeartbeat({
      ping: () => send({ kind: 'ping' }),
      lost: () => {
        handleClose(CLOSE_ABNORMAL);
        opened.close(); // Its own goodbye may never come, and is not waited for.
      },
    });
    opened.onopen = () => send({ kind: 'hello', token });
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return;
      heartbeat?.heard();
      const frame = parseFrame(data);
      if (frame) handleFrame(frame);
    };
    opened.onclose = ({ code }) => {
      if (socket === opened) handleClose(code);
    };
  };

  connect();
  return {
    get state() {
      return state;
    },
    onState: (callback) => {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    retryNow: () => {
      if (state.phase === 'lost' && !socket) connect();
    },
    call: async (name, input, { signal } = {}) => {
      // A view that was opened by its address asks before the socket is up; that is no failure yet.
      if (state.phase === 'connecting') await firstOutcome.promise;
      if (state.phase !== 'open') throw lostError();
      const output = await pending.open(
        (id) => send({ kind: 'call', id, name, input }),
        (id) => send({ kind: 'cancel', id }),
        signal,
      );
      return output as never;
    },
    on: (name, callback) => subscriptions.add(name, callback),
    sendFile: (file, sendOptions) => sendFileOverHttp(file, token, sendOptions),
    close: () => {
      clearTimeout(timer);
      heartbeat?.stop();
      const closing = socket;
      socket = undefined;
      closing?.close();
      pending.rejectAll(lostError());
    },
  };
};
