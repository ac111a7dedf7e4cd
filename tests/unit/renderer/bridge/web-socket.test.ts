import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RETRY_MS_MAX, retryDelayMs } from '../../../../renderer/bridge/back-off.ts';
import type { Bridge } from '../../../../renderer/bridge/bridge.ts';
import { ANSWER_MS_MAX, QUIET_MS_MAX } from '../../../../renderer/bridge/heartbeat.ts';
import { CLOSE_UNAUTHENTICATED, createSocketBridge, type Socket } from '../../../../renderer/bridge/web-socket.ts';
import { CLOSE_UNAUTHENTICATED as CONTRACT_CLOSE } from '../../../../runtime/contract/control/frames.ts';
import type { VStackError } from '../../../../runtime/contract/errors.ts';

/** The far end of a socket, in the test's hands. */
class FakeSocket implements Socket {
  readyState = 0;
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  readonly sent: Record<string, unknown>[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.onclose?.({ code: 1000 });
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
  welcome(): this {
    this.onopen?.();
    this.say({ kind: 'welcome', version: '0.1.0', door: 'web' });
    return this;
  }
  kindsSent(): unknown[] {
    return this.sent.map((frame) => frame.kind);
  }
}

let sockets: FakeSocket[];
let bridge: Bridge;
const failure = (promise: Promise<unknown>): Promise<VStackError> => promise.then(() => Promise.reject(new Error('did not fail')), (error: VStackError) => error);

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  const openSocket = (): Socket => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  };
  bridge = createSocketBridge({ url: 'ws://127.0.0.1:1/control', token: 'secret', openSocket, random: () => 1 });
});
afterEach(() => {
  bridge.close();
  vi.useRealTimers();
});

test('the close code is the contract\'s', () => expect(CLOSE_UNAUTHENTICATED).toBe(CONTRACT_CLOSE));

describe('a connection', () => {
  test('says hello with the token first, and is open once it is welcomed', () => {
    sockets[0]!.onopen!();
    expect(sockets[0]!.sent).toEqual([{ kind: 'hello', token: 'secret' }]);
    expect(bridge.state.phase).toBe('connecting');
    sockets[0]!.welcome();
    expect(bridge.state.phase).toBe('open');
  });

  test('a wrong token is final: nothing is tried again', () => {
    sockets[0]!.onclose!({ code: CLOSE_UNAUTHENTICATED });
    vi.advanceTimersByTime(60_000);
    expect(bridge.state.phase).toBe('refused');
    expect(sockets).toHaveLength(1);
  });

  test('that is lost is tried again, each time later, up to a bound, and subscribes anew', () => {
    sockets[0]!.welcome();
    bridge.on('cluster:changed', () => undefined);
    const delays: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      const before = sockets.length;
      sockets.at(-1)!.onclose!({ code: 1006 });
      expect(bridge.state.phase).toBe('lost');
      let waitedMs = 0;
      for (; sockets.length === before; waitedMs += 10) vi.advanceTimersByTime(10);
      delays.push(waitedMs);
    }
    expect(delays.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
    expect(Math.max(...delays)).toBe(RETRY_MS_MAX);
    sockets.at(-1)!.welcome();
    expect(bridge.state).toEqual({ phase: 'open', retryAtMs: null, attemptCount: 0 });
    expect(sockets.at(-1)!.sent.at(-1)).toEqual({ kind: 'subscribe', names: ['cluster:changed'] });
  });

  test('is tried at once when a person asks, and only once', () => {
    sockets[0]!.onclose!({ code: 1006 });
    bridge.retryNow();
    bridge.retryNow();
    expect(sockets).toHaveLength(2);
  });

  test('frames that are none are passed over', () => {
    sockets[0]!.welcome();
    for (const frame of ['null', '[]', '{"no":"kind"}', '{"kind":"result","id":99}']) sockets[0]!.say(frame);
    expect(bridge.state.phase).toBe('open');
  });
});

describe('a connection that is dead without saying so', () => {
  const pings = (): number => sockets[0]!.kindsSent().filter((kind) => kind === 'ping').length;

  test('is asked after a while of silence, and lost when it does not answer', async () => {
    sockets[0]!.welcome();
    const error = failure(bridge.call('cluster:status', {}));
    vi.advanceTimersByTime(QUIET_MS_MAX);
    expect(pings()).toBe(1);
    expect(bridge.state.phase).toBe('open');
    vi.advanceTimersByTime(ANSWER_MS_MAX);
    expect(bridge.state.phase).toBe('lost');
    expect(await error).toMatchObject({ code: 'unavailable' });
    vi.advanceTimersByTime(RETRY_MS_MAX);
    expect(sockets.length).toBeGreaterThan(1);
  });

  test('lives on when it answers, and is not asked while it speaks by itself', () => {
    sockets[0]!.welcome();
    vi.advanceTimersByTime(QUIET_MS_MAX);
    sockets[0]!.say({ kind: 'pong' });
    vi.advanceTimersByTime(ANSWER_MS_MAX);
    expect(bridge.state.phase).toBe('open');
    for (let second = 0; second < 60; second++) {
      vi.advanceTimersByTime(1000);
      sockets[0]!.say({ kind: 'event', name: 'videos:changed', data: { videoId: null } });
    }
    expect(pings()).toBe(1);
  });

  test('is given up when it never welcomes anybody, and another one is tried', () => {
    sockets[0]!.onopen!();
    vi.advanceTimersByTime(ANSWER_MS_MAX);
    expect(bridge.state.phase).toBe('lost');
    vi.advanceTimersByTime(RETRY_MS_MAX);
    sockets[1]!.welcome();
    expect(bridge.state.phase).toBe('open');
  });

  test('has no say any more once another one is open', () => {
    sockets[0]!.onopen!();
    vi.advanceTimersByTime(ANSWER_MS_MAX + RETRY_MS_MAX);
    sockets[1]!.welcome();
    sockets[0]!.onclose!({ code: 1006 });
    sockets[0]!.say({ kind: 'event', name: 'videos:changed', data: {} });
    expect(bridge.state.phase).toBe('open');
    expect(sockets).toHaveLength(2);
  });
});

describe('calls', () => {
  test('made while the first connection is being made wait for it', async () => {
    const answer = bridge.call('cluster:status', {});
    const socket = sockets[0]!.welcome();
    await vi.advanceTimersByTimeAsync(0);
    socket.say({ kind: 'result', id: socket.sent.at(-1)!.id, output: 'status' });
    expect(await answer).toBe('status');
  });

  test('made while the first connection is being made fail when it does', async () => {
    const error = failure(bridge.call('cluster:status', {}));
    sockets[0]!.onclose!({ code: 1006 });
    expect(await error).toMatchObject({ code: 'unavailable' });
  });

  test('are answered by number, whatever the order', async () => {
    const socket = sockets[0]!.welcome();
    const [status, info] = [bridge.call('cluster:status', {}), bridge.call('system:info', {})];
    const [first, second] = socket.sent.filter((frame) => frame.kind === 'call').map((frame) => frame.id);
    socket.say({ kind: 'result', id: second, output: 'info' });
    socket.say({ kind: 'result', id: first, output: 'status' });
    expect(await Promise.all([status, info])).toEqual(['status', 'info']);
  });

  test('fail with the host\'s code', async () => {
    const socket = sockets[0]!.welcome();
    const error = failure(bridge.call('nodes:kill', { nodeId: 'node-9' }));
    socket.say({ kind: 'error', id: socket.sent.at(-1)!.id, error: { code: 'not_found', detail: 'There is no node-9.' } });
    expect(await error).toMatchObject({ code: 'not_found', message: 'There is no node-9.' });
  });

  test('are cancelled by their signal, and end with the host\'s word', async () => {
    const socket = sockets[0]!.welcome();
    const abort = new AbortController();
    const error = failure(bridge.call('cluster:launch', {}, { signal: abort.signal }));
    const { id } = socket.sent.at(-1)!;
    abort.abort();
    expect(socket.sent.at(-1)).toEqual({ kind: 'cancel', id });
    socket.say({ kind: 'error', id, error: { code: 'cancelled', detail: 'The launch was cancelled.' } });
    expect(await error).toMatchObject({ code: 'cancelled' });
  });

  test('under way when the connection breaks fail at once, and so do calls made meanwhile', async () => {
    sockets[0]!.welcome();
    const error = failure(bridge.call('cluster:status', {}));
    sockets[0]!.onclose!({ code: 1006 });
    expect(await error).toMatchObject({ code: 'unavailable' });
    expect(await failure(bridge.call('cluster:status', {}))).toMatchObject({ code: 'unavailable' });
  });
});

describe('events', () => {
  test('reach those who listen, and the host is told which ones are wanted', () => {
    const socket = sockets[0]!.welcome();
    const seen: unknown[] = [];
    const stop = bridge.on('videos:changed', (data) => seen.push(data));
    expect(socket.sent.at(-1)).toEqual({ kind: 'subscribe', names: ['videos:changed'] });
    socket.say({ kind: 'event', name: 'videos:changed', data: { videoId: null } });
    stop();
    socket.say({ kind: 'event', name: 'videos:changed', data: { videoId: null } });
    expect(seen).toEqual([{ videoId: null }]);
    expect(socket.sent.at(-1)).toEqual({ kind: 'subscribe', names: [] });
  });
});

test('the delay grows, keeps at least half of its ceiling, and ends at the bound', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map((attempt) => retryDelayMs(attempt, 0))).toEqual([125, 250, 500, 1000, 2000, 2500, 2500]);
  expect(retryDelayMs(60, 0.999)).toBeLessThan(RETRY_MS_MAX);
});
