/**
 * Events on their way to one client. While the client keeps up, each leaves at once. Once its socket holds more than a frame or two, events
 * are merged by name until it has caught up, so that a client that stops reading costs a bounded amount of memory and finds the present,
 * not a backlog, when it reads again.
 */
import type { EventData, EventName } from '../../contract/control/index.ts';
import { SESSION_CHUNKS_MAX } from '../../contract/control/playback.ts';
import { KIB } from '../../contract/units.ts';
import type { TextSocket } from '../../platform/websocket.ts';
import { BATCH_LINES_MAX } from '../log-store.ts';

/** Above this many bytes in the socket the client is behind. */
export const BEHIND_BYTES = 512 * KIB;

/** More happenings than this at once help nobody; the rest can be asked for with `events:list`. */
const EVENTS_MAX = 200;

type Merge<E extends EventName> = (older: EventData<E>, newer: EventData<E>) => EventData<E>;

/** What one event says after another of the same name was not sent. */
const merges: { [E in EventName]: Merge<E> } = {
  'cluster:changed': (_older, newer) => newer,
  'settings:changed': (_older, newer) => newer,
  'videos:changed': (older, newer) => (older.videoId === newer.videoId ? newer : { videoId: null }),
  'uploads:changed': (older, newer) => {
    const moved = new Set(newer.uploads.map((upload) => upload.sessionId));
    return { uploads: [...older.uploads.filter((upload) => !moved.has(upload.sessionId)), ...newer.uploads] };
  },
  'videos:saving': (_older, newer) => newer,
  'playback:changed': (older, newer) => (older.sessionId === newer.sessionId ? { ...newer, chunks: [...older.chunks, ...newer.chunks].slice(-SESSION_CHUNKS_MAX) } : newer),
  // A sample that was left out is a gap in a chart, which the history can fill.
  'metrics:sample': (_older, newer) => newer,
  'network:changed': (_older, newer) => newer,
  'network:sample': (_older, newer) => newer,
  'network:library': (_older, newer) => newer,
  'comparison:changed': (_older, newer) => newer,
  'comparison:library': (_older, newer) => newer,
  'demo:changed': (_older, newer) => newer,
  'events:added': (older, newer) => ({ events: [...older.events, ...newer.events].slice(-EVENTS_MAX) }),
  // At most one batch waits for a client that is behind, whose lines the ring holds anyway: a slow client costs a few megabytes.
  'logs:lines': (older, newer) => {
    const lines = [...older.lines, ...newer.lines];
    const excess = Math.max(0, lines.length - BATCH_LINES_MAX);
    return { lines: lines.slice(excess), droppedCount: older.droppedCount + newer.droppedCount + excess };
  },
};

/** A batch of log lines is the one event that is large and often, and it is never touched again: all clients are sent the same text. */
const logFrames = new WeakMap<object, string>();

const frameOf = (name: EventName, data: unknown): string => {
  const text = name === 'logs:lines' ? logFrames.get(data as object) : undefined;
  if (text !== undefined) return text;
  const fresh = JSON.stringify({ kind: 'event', name, data });
  if (name === 'logs:lines') logFrames.set(data as object, fresh);
  return fresh;
};

export interface EventOutbox {
  push<E extends EventName>(name: E, data: EventData<E>): void;
  /** Drops what waits under names that are no longer wanted. */
  keep(names: ReadonlySet<string>): void;
}

export const createEventOutbox = (socket: Pick<TextSocket, 'bufferedBytes' | 'send'>): EventOutbox => {
  const waiting = new Map<EventName, unknown>();

  const send = (name: EventName, data: unknown): void => socket.send(frameOf(name, data), drain);

  /** Runs whenever a frame has left. */
  const drain = (): void => {
    for (const [name, data] of waiting) {
      if (socket.bufferedBytes > BEHIND_BYTES) return;
      waiting.delete(name);
      send(name, data);
    }
  };

  return {
    push(name, data) {
      const older = waiting.get(name);
      const merge = merges[name] as (older: unknown, newer: unknown) => unknown;
      if (older !== undefined) waiting.set(name, merge(older, data));
      else if (socket.bufferedBytes > BEHIND_BYTES) waiting.set(name, data);
      else send(name, data);
    },
    keep(names) {
      for (const name of waiting.keys()) if (!names.has(name)) waiting.delete(name);
    },
  };
};
