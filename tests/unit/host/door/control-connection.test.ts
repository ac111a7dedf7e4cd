import { describe, expect, it } from 'vitest';
import { HELLO_MS_MAX, type HostFrame } from '../../../../runtime/contract/control/frames.ts';
import type { EventData } from '../../../../runtime/contract/control/index.ts';
import type { LogLine } from '../../../../runtime/contract/control/logs.ts';
import type { Upload } from '../../../../runtime/contract/control/uploads.ts';
import { CALLS_MAX, serveConnection, UNREAD_BYTES_MAX } from '../../../../runtime/host/door/control-connection.ts';
import { BEHIND_BYTES } from '../../../../runtime/host/door/event-outbox.ts';
import { ALL_PERMISSIONS, type Handlers } from '../../../../runtime/host/dispatcher.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import type { TextSocket } from '../../../../runtime/platform/websocket.ts';
import { systemInfo } from '../../../fixtures/scripted-door/states.ts';
import { createFakeHost, stoppedCluster, until } from '../../../fixtures/fake-host.ts';

/** A socket whose reader may be slow: while it is, frames pile up. */
const createFakeSocket = () => {
  let onText = (_text: string): void => {};
  const closers: (() => void)[] = [];
  const waiting: { text: string; sent?: () => void }[] = [];
  const state = { isSlow: false, closed: undefined as number | undefined, isTerminated: false };
  const received: HostFrame[] = [];
  const deliver = ({ text, sent }: { text: string; sent?: () => void }): void => {
    received.push(JSON.parse(text) as HostFrame);
    sent?.();
  };
  const socket: TextSocket = {
    get bufferedBytes() {
      return waiting.reduce((sum, { text }) => sum + text.length, 0);
    },
    send(text, sent) {
      const frame = { text, ...(sent && { sent }) };
      if (state.isSlow) waiting.push(frame);
      else deliver(frame);
    },
    close: (code) => (state.closed ??= code),
    terminate: () => (state.isTerminated = true),
    onText: (callback) => (onText = callback),
    onClose: (callback) => closers.push(callback),
  };
  return {
    socket,
    state,
    received,
    say: (frame: unknown) => onText(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    hangUp: () => closers.forEach((close) => close()),
    /** The reader wakes up and reads everything. */
    catchUp() {
      for (let frame = waiting.shift(); frame; frame = waiting.shift()) deliver(frame);
      state.isSlow = false;
    },
  };
};

const connect = (handlers: Partial<Handlers> = {}, { isSignedIn = true } = {}) => {
  const clock = createManualClock();
  const host = createFakeHost(handlers, { clock });
  const fake = createFakeSocket();
  serveConnection({
    socket: fake.socket, dispatcher: host.dispatcher, events: host.events, clock,
    authenticate: (token) => (token === 'right' ? ALL_PERMISSIONS : undefined), welcome: { version: '1', door: 'web' },
  });
  if (isSignedIn) fake.say({ kind: 'hello', token: 'right' });
  return { ...fake, host, clock };
};

const logLines = (count: number, first = 1): EventData<'logs:lines'> => ({
  lines: Array.from({ length: count }, (_, index): LogLine => ({ sequence: first + index, atMs: 0, level: 'info', source: 'host', message: 'x'.repeat(1000) })),
  droppedCount: 0,
});
const upload = (sessionId: string, progress: number): Upload => ({
  sessionId, videoId: null, title: 't', filename: 'f', phase: 'uploading', progress, startedAtMs: 0, totalChunks: null, bytesDone: 0, bytesTotal: null,
  bytesPerSecond: null, remainingMs: null, degraded: false, error: null,
});

describe('a control connection', () => {
  it('welcomes the right token', () => {
    expect(connect().received).toEqual([{ kind: 'welcome', version: '1', door: 'web' }]);
  });

  it('is closed when no token comes in time', () => {
    const { clock, state } = connect({}, { isSignedIn: false });
    clock.advance(HELLO_MS_MAX - 1);
    expect(state.closed).toBeUndefined();
    clock.advance(1);
    expect(state.closed).toBe(4401);
  });

  it('stays open after its hello, however long it is quiet', () => {
    const { clock, state } = connect();
    clock.advance(HELLO_MS_MAX * 100);
    expect(state.closed).toBeUndefined();
  });

  it('answers a ping, also while a call is under way', () => {
    const { say, received } = connect({ 'cluster:status': () => new Promise<never>(() => {}) });
    say({ kind: 'call', id: 1, name: 'cluster:status', input: {} });
    say({ kind: 'ping' });
    expect(received.slice(1)).toEqual([{ kind: 'pong' }]);
  });

  it('is closed for a wrong token, and for anything said before the token', () => {
    for (const frame of [{ kind: 'hello', token: 'wrong' }, { kind: 'call', id: 1, name: 'cluster:status', input: {} }, { kind: 'subscribe', names: ['logs:lines'] }]) {
      const { say, state, host, received } = connect({}, { isSignedIn: false });
      say(frame);
      expect(state.closed).toBe(4401);
      expect(host.asked).toEqual([]);
      expect(received).toEqual([]);
    }
  });

  it.each(['nonsense', '{}', '{"kind":"call"}', '{"kind":"call","id":-1,"name":"a"}', '{"kind":"hello","token":"right"}', '[]'])('is closed for the frame %s', (frame) => {
    const { say, state } = connect();
    say(frame);
    expect(state.closed).toBe(4400);
  });

  it('answers each call under its own id, with output or with error', async () => {
    const { say, received } = connect({ 'cluster:status': () => stoppedCluster() });
    say({ kind: 'call', id: 1, name: 'cluster:status', input: {} });
    say({ kind: 'call', id: 2, name: 'videos:manifest', input: { videoId: '/' } });
    await until(() => received.length === 3);
    expect(received.find((frame) => 'id' in frame && frame.id === 1)).toMatchObject({ kind: 'result', output: { phase: 'stopped' } });
    expect(received.find((frame) => 'id' in frame && frame.id === 2)).toMatchObject({ kind: 'error', error: { code: 'bad_request' } });
  });

  it('cancels a call on request, and all of them when the client goes', async () => {
    const ended: string[] = [];
    const { say, received, hangUp } = connect({
      'cluster:launch': (_input, { signal }) => new Promise(() => signal.addEventListener('abort', () => ended.push('launch'))),
      'cluster:stop': (_input, { signal }) => new Promise(() => signal.addEventListener('abort', () => ended.push('stop'))),
    });
    say({ kind: 'call', id: 1, name: 'cluster:launch', input: {} });
    say({ kind: 'call', id: 2, name: 'cluster:stop', input: {} });
    say({ kind: 'cancel', id: 1 });
    say({ kind: 'cancel', id: 77 });
    await until(() => received.length === 2);
    expect(received[1]).toMatchObject({ kind: 'error', id: 1, error: { code: 'cancelled' } });
    expect(ended).toEqual(['launch']);
    hangUp();
    expect(ended).toEqual(['launch', 'stop']);
  });

  it('refuses a call whose id is taken, and more calls than it can have', async () => {
    const { say, received, host } = connect({ 'cluster:stop': () => new Promise(() => {}) });
    for (let id = 0; id < CALLS_MAX; id++) say({ kind: 'call', id, name: 'cluster:stop', input: {} });
    say({ kind: 'call', id: 5, name: 'cluster:stop', input: {} });
    say({ kind: 'call', id: CALLS_MAX, name: 'cluster:stop', input: {} });
    await until(() => received.length === 3);
    expect(received.slice(1)).toMatchObject([{ id: 5, error: { code: 'conflict' } }, { id: CALLS_MAX, error: { code: 'unavailable' } }]);
    expect(host.asked).toHaveLength(CALLS_MAX);
  });

  it('sends only the events that are subscribed, and none after the client went', () => {
    const { say, received, host, hangUp } = connect();
    const changed = (): void => host.events.emit('cluster:changed', stoppedCluster());
    changed();
    say({ kind: 'subscribe', names: ['cluster:changed', 'from:the-future'] });
    changed();
    say({ kind: 'subscribe', names: ['videos:changed'] });
    changed();
    host.events.emit('videos:changed', { videoId: 'v' });
    hangUp();
    host.events.emit('videos:changed', { videoId: 'v' });
    expect(received.slice(1).map((frame) => frame.kind === 'event' && frame.name)).toEqual(['cluster:changed', 'videos:changed']);
  });

  it('keeps a bounded amount for a client that stops reading, and shows it the present when it reads again', () => {
    const { say, received, host, socket, state, catchUp } = connect();
    say({ kind: 'subscribe', names: ['cluster:changed', 'logs:lines', 'uploads:changed', 'videos:changed'] });
    state.isSlow = true;
    let sequence = 1;
    for (let round = 0; round < 500; round++) {
      host.events.emit('logs:lines', logLines(100, sequence));
      sequence += 100;
      host.events.emit('cluster:changed', stoppedCluster({ launchMs: round }));
      host.events.emit('uploads:changed', { uploads: [upload(`s${round % 3}`, round)] });
      host.events.emit('videos:changed', { videoId: `v${round % 2}` });
    }
    expect(socket.bufferedBytes).toBeLessThan(BEHIND_BYTES * 2);
    catchUp();
    const last = (name: string) => received.filter((frame) => frame.kind === 'event' && frame.name === name).map((frame) => (frame as { data: unknown }).data).at(-1);
    expect(last('cluster:changed')).toMatchObject({ launchMs: 499 });
    expect((last('uploads:changed') as EventData<'uploads:changed'>).uploads.map(({ sessionId, progress }) => [sessionId, progress]).sort()).toEqual([['s0', 498], ['s1', 499], ['s2', 497]]);
    expect(last('videos:changed')).toEqual({ videoId: null });
    const logs = received.filter((frame) => frame.kind === 'event' && frame.name === 'logs:lines').map((frame) => (frame as { data: unknown }).data as EventData<'logs:lines'>);
    const told = logs.reduce((sum, { lines, droppedCount }) => sum + lines.length + droppedCount, 0);
    expect(told).toBe(50_000);
    expect(logs.at(-1)!.lines.at(-1)!.sequence).toBe(50_000);
  });

  it('cuts a client that asks on and on and never reads the answers', async () => {
    const big = 'x'.repeat(10_000_000);
    const { say, state, host } = connect({ 'system:info': () => systemInfo({ version: big }) });
    state.isSlow = true;
    const count = Math.ceil(UNREAD_BYTES_MAX / big.length) + 2;
    for (let id = 0; id < count; id++) say({ kind: 'call', id, name: 'system:info', input: {} });
    await until(() => state.isTerminated, 'the cut');
    expect(host.asked).toHaveLength(count);
  });
});
