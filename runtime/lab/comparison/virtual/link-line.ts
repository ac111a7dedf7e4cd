/**
 * A link with a node behind it, driven in virtual time: the model of runtime/core/link, woken exactly when something is due. It offers what a
 * client has of a TCP connection: open it, send a request on it, hear how many bytes came, close it.
 */
import type { LinkSettings } from '../../../contract/link.ts';
import { createLink, nextWakeMs, roomBytes, stepLink } from '../../../core/link/link.ts';
import type { LinkInput, LinkOutput } from '../../../core/link/state.ts';
import type { Clock } from '../../../platform/clock.ts';
import { REQUEST_BYTES, type NodeConnection, type VirtualNode } from './node.ts';

export interface LineEvents {
  onBytes(sizeBytes: number): void;
  /** The connection is gone; nothing comes any more. */
  onReset(): void;
}

export interface Line {
  /** Sends a request whose answer has so many bytes of body. */
  ask(bodyBytes: number): void;
  /** Who hears from now on; a connection that is used again belongs to another request. */
  listen(events: LineEvents): void;
  close(): void;
}

export interface VirtualLink {
  connect(events: LineEvents): Line;
  set(settings: LinkSettings): void;
  settings(): LinkSettings;
}

interface Open {
  events: LineEvents;
  node: NodeConnection | null;
  /** Sent by the node, and not yet with the link. */
  queuedBytes: number;
}

export const createVirtualLink = (initial: LinkSettings, seed: number, node: VirtualNode, clock: Clock): VirtualLink => {
  const link = createLink({ settings: initial, seed, nowMs: clock.nowMs() });
  const open = new Map<number, Open>();
  let idLast = 0;
  let cancelWake = (): void => {};
  /** Inputs that came while outputs were being handed out: they wait for their turn. */
  const waiting: LinkInput[] = [];
  let isFeeding = false;

  const schedule = (): void => {
    cancelWake();
    const wakeMs = nextWakeMs(link);
    cancelWake = wakeMs === Infinity ? () => {} : clock.after(wakeMs - clock.nowMs(), () => feed({ kind: 'tick' }));
  };

  const feed = (input: LinkInput): void => {
    waiting.push(input);
    if (isFeeding) return;
    isFeeding = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (next.kind === 'bytes' && next.way === 'toClient') settle(next.id, next.sizeBytes);
      for (const output of stepLink(link, next, clock.nowMs())) perform(output);
    }
    isFeeding = false;
    schedule();
  };

  const settle = (id: number, sizeBytes: number): void => {
    const connection = open.get(id);
    if (connection) connection.queuedBytes -= sizeBytes;
  };

  const lose = (id: number): void => {
    const connection = open.get(id);
    open.delete(id);
    connection?.node?.close();
    connection?.events.onReset();
  };

  const perform = (output: LinkOutput): void => {
    const connection = open.get(output.id);
    if (!connection) return;
    if (output.kind === 'refused' || output.kind === 'reset') return lose(output.id);
    if (output.kind === 'end') return;
    if (output.way === 'toNode') return connection.node?.receive(output.sizeBytes);
    connection.node?.drain();
    connection.events.onBytes(output.sizeBytes);
  };

  return {
    settings: () => link.settings,
    set: (settings) => feed({ kind: 'settings', settings }),
    connect(events) {
      const id = ++idLast;
      const connection: Open = { events, node: null, queuedBytes: 0 };
      open.set(id, connection);
      // Nobody is told anything before this has returned.
      clock.after(0, () => {
        if (!open.has(id)) return;
        feed({ kind: 'open', id });
        if (!open.has(id)) return;
        connection.node = node.accept(
          {
            roomBytes: () => roomBytes(link, id, 'toClient') - connection.queuedBytes,
            send(sizeBytes) {
              connection.queuedBytes += sizeBytes;
              feed({ kind: 'bytes', id, way: 'toClient', sizeBytes });
            },
          },
          () => feed({ kind: 'reset', id, way: 'toClient' }),
        );
        if (connection.node === null) {
          // As the emulator does while there is no node: the connection is reset at once.
          feed({ kind: 'gone', id });
          lose(id);
        }
      });
      return {
        listen: (next) => void (connection.events = next),
        ask: (bodyBytes) =>
          void clock.after(0, () => {
            if (!open.has(id)) return;
            connection.node?.expect(bodyBytes);
            feed({ kind: 'bytes', id, way: 'toNode', sizeBytes: REQUEST_BYTES });
          }),
        close() {
          if (!open.delete(id)) return;
          connection.node?.close();
          feed({ kind: 'gone', id });
        },
      };
    },
  };
};
