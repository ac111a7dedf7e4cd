/** Time as the outside world tells it. Cores never see this; loops read it and pass plain numbers on. */
export interface Clock {
  /** Monotonic milliseconds, for durations and deadlines. Its zero has no meaning. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch, for people and for expiry dates that cross machines. */
  wallMs(): number;
  /** Calls back once after at least `delayMs`; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The longest delay a timer takes: one more millisecond and Node fires it at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export const sleep = (clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      cancel();
      reject(signal!.reason as Error);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });

/** The fake twin: time stands still until `advance`, and callbacks run in order of their due time. */
export interface ManualClock extends Clock {
  advance(byMs: number): void;
}

export const createManualClock = (startWallMs = 0): ManualClock => {
  let now = 0;
  let nextId = 0;
  const timers = new Map<number, { dueMs: number; callback: () => void }>();
  const earliest = (untilMs: number): [number, { dueMs: number; callback: () => void }] | undefined => {
    let found: [number, { dueMs: number; callback: () => void }] | undefined;
    for (const entry of timers) if (entry[1].dueMs <= untilMs && (!found || entry[1].dueMs < found[1].dueMs)) found = entry;
    return found;
  };
  return {
    nowMs: () => now,
    wallMs: () => startWallMs + now,
    after(delayMs, callback) {
      const id = nextId++;
      timers.set(id, { dueMs: now + Math.max(0, delayMs), callback });
      return () => timers.delete(id);
    },
    advance(byMs) {
      const untilMs = now + byMs;
      for (let due = earliest(untilMs); due; due = earliest(untilMs)) {
        timers.delete(due[0]);
        now = due[1].dueMs;
        due[1].callback();
      }
      now = untilMs;
    },
  };
};
