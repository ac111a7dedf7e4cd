/**
 * The host's end of one control connection (runtime/contract/control/frames.ts): hello within its time, then calls, cancellations and
 * subscriptions. What a client started ends with the client.
 */
import type { Permission } from '../../contract/control/call.ts';
import { CLOSE_PROTOCOL, CLOSE_UNAUTHENTICATED, ClientFrame, HELLO_MS_MAX, type HostFrame } from '../../contract/control/frames.ts';
import { isEventName, type EventName } from '../../contract/control/index.ts';
import { toErrorBody, VStackError } from '../../contract/errors.ts';
import { MIB } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';
import type { TextSocket } from '../../platform/websocket.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { EventHub } from '../event-hub.ts';
import { createEventOutbox } from './event-outbox.ts';

/** A page has a handful of calls under way; a client with this many is broken. */
export const CALLS_MAX = 256;

/** Answers must not be dropped, so a client that asks on and on without reading is cut at this much. */
export const UNREAD_BYTES_MAX = 64 * MIB;

export interface ConnectionOptions {
  socket: TextSocket;
  dispatcher: Dispatcher;
  events: EventHub;
  clock: Clock;
  /** What a token allows; undefined when it is not a valid one. */
  authenticate(token: string): ReadonlySet<Permission> | undefined;
  welcome: { version: string; door: string };
}

export const serveConnection = ({ socket, dispatcher, events, clock, authenticate, welcome }: ConnectionOptions): void => {
  let permissions: ReadonlySet<Permission> | undefined;
  const running = new Map<number, AbortController>();
  let unsubscribes: (() => void)[] = [];
  const outbox = createEventOutbox(socket);

  const send = (frame: HostFrame): void => {
    if (socket.bufferedBytes > UNREAD_BYTES_MAX) socket.terminate();
    else socket.send(JSON.stringify(frame));
  };
  const unsubscribe = (): void => {
    for (const stop of unsubscribes) stop();
    unsubscribes = [];
  };

  const cancelHello = clock.after(HELLO_MS_MAX, () => socket.close(CLOSE_UNAUTHENTICATED, 'No token came in time.'));

  const handleHello = (token: string): void => {
    permissions = authenticate(token);
    if (!permissions) return socket.close(CLOSE_UNAUTHENTICATED, 'The token is wrong. Open the address that the program printed.');
    cancelHello();
    send({ kind: 'welcome', ...welcome });
  };

  const handleCall = async (id: number, name: string, input: unknown, allowed: ReadonlySet<Permission>): Promise<void> => {
    const aborter = new AbortController();
    try {
      if (running.has(id)) throw new VStackError('conflict', `A call with the id ${id} is under way; ids must differ.`);
      if (running.size >= CALLS_MAX) throw new VStackError('unavailable', `At most ${CALLS_MAX} calls may be under way at once. Wait for some to end.`);
    } catch (error) {
      return send({ kind: 'error', id, error: toErrorBody(error) });
    }
    running.set(id, aborter);
    try {
      const output = await dispatcher.dispatch(name, input, { permissions: allowed, signal: aborter.signal });
      send({ kind: 'result', id, output });
    } catch (error) {
      send({ kind: 'error', id, error: toErrorBody(error) });
    } finally {
      running.delete(id);
    }
  };

  const handleSubscribe = (names: readonly string[]): void => {
    unsubscribe();
    const wanted = new Set<string>(names);
    outbox.keep(wanted);
    // Names of a newer client are passed over: it will notice their absence, and everything else works.
    const known = [...wanted].filter((name): name is EventName => isEventName(name));
    unsubscribes = known.map((name) => events.on(name, (data) => outbox.push(name, data)));
  };

  const handleFrame = (frame: ClientFrame): void => {
    if (frame.kind === 'hello') return permissions ? socket.close(CLOSE_PROTOCOL, 'One hello is enough.') : handleHello(frame.token);
    if (!permissions) return socket.close(CLOSE_UNAUTHENTICATED, 'The first message must be hello with the token.');
    if (frame.kind === 'call') void handleCall(frame.id, frame.name, frame.input, permissions);
    else if (frame.kind === 'cancel') running.get(frame.id)?.abort();
    else if (frame.kind === 'ping') send({ kind: 'pong' });
    else handleSubscribe(frame.names);
  };

  socket.onText((text) => {
    let frame: ClientFrame;
    try {
      frame = ClientFrame.parse(JSON.parse(text));
    } catch {
      return socket.close(CLOSE_PROTOCOL, 'A frame was not understood. Page and host may be of different versions: reload.');
    }
    handleFrame(frame);
  });
  socket.onClose(() => {
    cancelHello();
    unsubscribe();
    for (const aborter of running.values()) aborter.abort();
  });
};
