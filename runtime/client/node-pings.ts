/**
 * Small requests to every node at a steady pace: they tell of nodes that deliver nothing at the moment, and of links that nobody loads.
 *
 *   client ── HEAD /ping?exp=&sig= ──▶ node        signed, so that it needs no header and therefore no preflight
 *          ◀── 200, Timing-Allow-Origin: * ──      the browser's own clock then tells when the answer's first byte came
 */
import { SECOND_MS } from '../contract/units.ts';
import type { ClientClock, Transport } from './transport.ts';

export const PING_EVERY_MS = 3 * SECOND_MS;
/** Longer than any link that video could be watched over, shorter than the time to the next ping. */
export const PING_MS_MAX = 2 * SECOND_MS;

/** What the runtime's own record of the request says, without connecting and without this thread's delays; undefined where it keeps none. */
const recordedMsOf = (url: string, startedAtMs: number): number | undefined => {
  const entries = performance.getEntriesByName(url, 'resource') as { startTime: number; requestStart?: number; responseStart?: number }[];
  const { requestStart = 0, responseStart = 0 } = entries.findLast((entry) => entry.startTime >= startedAtMs - 1) ?? {};
  return requestStart > 0 && responseStart > requestStart ? responseStart - requestStart : undefined;
};

/** The record holds 250 entries and takes no more; nobody else reads it, so it is emptied well before that. */
const RECORDS_MAX = 150;

/** Milliseconds from the request to its answer; null when there was none, or not a good one. */
export const pingNode = async (url: string, signal: AbortSignal): Promise<number | null> => {
  const startedAtMs = performance.now();
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.any([signal, AbortSignal.timeout(PING_MS_MAX)]), cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' });
    const tookMs = performance.now() - startedAtMs;
    if (!response.ok) return null;
    // The record is written a moment after the answer is here.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const recordedMs = recordedMsOf(url, startedAtMs);
    if (performance.getEntriesByType('resource').length > RECORDS_MAX) performance.clearResourceTimings();
    return recordedMs ?? tookMs;
  } catch {
    // Why it failed does not matter: the node did not answer.
    return null;
  }
};

export interface PingOptions {
  /** Asked before each round, since nodes come and go. */
  nodeIds: () => readonly string[];
  ping: Transport['ping'];
  clock: ClientClock;
  /** `tookMs` null: no answer. */
  onPing: (nodeId: string, tookMs: number | null) => void;
}

/** Pings at once and then at a steady pace. Returns what ends it; nothing is told afterwards. */
export const startPings = ({ nodeIds, ping, clock, onPing }: PingOptions): (() => void) => {
  const underWay = new Map<string, () => void>();
  let stopTimer: () => void;
  const round = (): void => {
    for (const nodeId of nodeIds()) {
      if (underWay.has(nodeId)) continue;
      const end = ping(nodeId, (tookMs) => {
        underWay.delete(nodeId);
        onPing(nodeId, tookMs);
      });
      underWay.set(nodeId, end);
    }
    stopTimer = clock.after(PING_EVERY_MS, round);
  };
  round();
  return () => {
    stopTimer();
    for (const end of underWay.values()) end();
    underWay.clear();
  };
};
