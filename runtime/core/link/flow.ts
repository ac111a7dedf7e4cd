/**
 * One direction of one connection: where its bytes stand.
 *
 *   arrive ─▶ on the way ──(latency, handshake, window, rate)──▶ at the far end ──(gaps before them filled)──▶ released
 *             in order of arrival                              behind a lost segment, if there is one
 *
 * Whether a byte may move on is asked of the settings as they are now, never written down beforehand: that is how an edit reaches bytes that
 * are under way already.
 */
import { SEGMENT_BYTES } from './limits.ts';
import { createVirtualTcp, forgetTimeouts, type Hole, loseAgain, recoverFromTimeout, retriedAtMs, type VirtualTcp, waitsForTimeout } from './virtual-tcp.ts';

interface Travelling {
  sizeBytes: number;
  readonly enteredMs: number;
  /** In [−1, 1): how much of the jitter is added to the latency. */
  readonly jitterDraw: number;
}

/** At the far end; with a hole it is the lost segment itself. */
interface Held {
  sizeBytes: number;
  readonly enteredMs: number;
  hole: Hole | null;
}

export interface FlowEnd {
  readonly kind: 'end' | 'reset';
  readonly enteredMs: number;
  readonly jitterDraw: number;
}

export interface Flow {
  readonly connectionId: number;
  readonly line: Travelling[];
  readonly held: Held[];
  /** Of `line` and `held`. */
  bytes: number;
  holes: Hole[];
  readonly tcp: VirtualTcp;
  /** The sender's last word, behind all its bytes. */
  end: FlowEnd | null;
  /** The end was passed on. */
  isEnded: boolean;
  /** When the last bytes were released; −∞ before. */
  releasedMs: number;
  /** Bytes it had of the shared rate, on the scale of its way: who has least is next. */
  turnBytes: number;
}

export const createFlow = (connectionId: number): Flow => ({
  connectionId, line: [], held: [], bytes: 0, holes: [], tcp: createVirtualTcp(), end: null, releasedMs: -Infinity, isEnded: false, turnBytes: 0,
});

export const isIdle = (flow: Flow): boolean => flow.bytes === 0 && (flow.end === null || flow.isEnded);

/** Whether the sender stands still until a timer runs out. */
export const isStalled = (flow: Flow): boolean => flow.holes.some(waitsForTimeout);

/** When the next missing segment would arrive. */
export const nextRetryMs = (flow: Flow, rttMs: number): number => {
  let earliestMs = Infinity;
  for (const hole of flow.holes) earliestMs = Math.min(earliestMs, retriedAtMs(hole, rttMs));
  return earliestMs;
};

/** Sends the segments again that are due. `isLost` judges each. Returns how often one was lost again. */
export const retry = (flow: Flow, rttMs: number, nowMs: number, isLost: () => boolean): number => {
  const wasStalled = isStalled(flow);
  const missing: Hole[] = [];
  let lostCount = 0;
  for (const held of flow.held) {
    const { hole } = held;
    if (hole === null) continue;
    const isDue = retriedAtMs(hole, rttMs) <= nowMs;
    if (isDue && !isLost()) {
      held.hole = null;
      continue;
    }
    missing.push(hole);
    if (!isDue) continue;
    loseAgain(hole, nowMs);
    lostCount += 1;
  }
  flow.holes = missing;
  if (wasStalled && !isStalled(flow)) recoverFromTimeout(flow.tcp, nowMs);
  return lostCount;
};

/** What is missing is sent again now, as if it had been lost for the first time. */
export const retryNow = (flow: Flow): void => {
  for (const hole of flow.holes) forgetTimeouts(hole);
};

/** Everything that was missing is there. */
export const fillHoles = (flow: Flow): void => {
  for (const held of flow.held) held.hole = null;
  flow.holes = [];
};

/** Takes bytes off the front of what travels; at most what arrived together. */
export const takeFromLine = (flow: Flow, sizeBytes: number): { sizeBytes: number; enteredMs: number } => {
  const first = flow.line[0]!;
  const takenBytes = Math.min(sizeBytes, first.sizeBytes);
  first.sizeBytes -= takenBytes;
  if (first.sizeBytes === 0) flow.line.shift();
  return { sizeBytes: takenBytes, enteredMs: first.enteredMs };
};

export const segmentsOf = (sizeBytes: number): number => Math.ceil(sizeBytes / SEGMENT_BYTES);

/** Puts bytes that came through behind what is missing. */
export const hold = (flow: Flow, sizeBytes: number, enteredMs: number, hole: Hole | null): void => {
  if (hole !== null) flow.holes.push(hole);
  const last = flow.held.at(-1);
  if (hole === null && last?.hole === null && last.enteredMs === enteredMs) last.sizeBytes += sizeBytes;
  else flow.held.push({ sizeBytes, enteredMs, hole });
};
