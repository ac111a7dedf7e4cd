/**
 * Small requests to every node at a steady pace: they tell of nodes that deliver nothing at the moment, and of links that nobody loads.
 *
 *   client ── HEAD /ping?exp=&sig= ──▶ node        signed, so that it needs no header and therefore no preflight
 *          ◀── 200, Timing-Allow-Origin: * ──      the browser's own clock then tells when the answer's first byte came
 */
import { SECOND_MS } from '../contract/units.ts';
import type { Manifest } from '../contract/wire/metadata.ts';

export const PING_EVERY_MS = 3 * SECOND_MS;
/** Longer than any link that video could be watched over, shorter than the time to the next ping. */
export const PING_MS_MAX = 2 * SECOND_MS;

export interface PingTarget {
  nodeId: string;
  url: string;
}

/** One address for each node that the manifest names and that has not expired. */
export const pingTargetsOf = (manifest: Manifest, nowMs: number): PingTarget[] => {
  const targets = new Map<string, string>();
  for (const { urls } of manifest.chunks) {
    for (const { node_id, ping_url, expires_unix } of urls) if (expires_unix * SECOND_MS > nowMs) targets.set(node_id, ping_url);
  }
  return [...targets].map(([nodeId, url]) => ({ nodeId, url }));
};

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
  /** Asked before each round, since addresses expire and nodes move. */
  targets: () => readonly PingTarget[];
  /** `tookMs` null: no answer. */
  onPing: (nodeId: string, tookMs: number | null) => void;
  ping?: typeof pingNode;
  everyMs?: number;
}

/** Pings at once and then at a steady pace. Returns what ends it; nothing is told afterwards. */
export const startPings = ({ targets, onPing, ping = pingNode, everyMs = PING_EVERY_MS }: PingOptions): (() => void) => {
  const stop = new AbortController();
  const underWay = new Set<string>();
  const round = (): void => {
    for (const { nodeId, url } of targets()) {
      if (underWay.has(nodeId)) continue;
      underWay.add(nodeId);
      void ping(url, stop.signal).then((tookMs) => {
        underWay.delete(nodeId);
        if (!stop.signal.aborted) onPing(nodeId, tookMs);
      });
    }
  };
  round();
  const timer = setInterval(round, everyMs);
  return () => {
    clearInterval(timer);
    stop.abort();
  };
};
