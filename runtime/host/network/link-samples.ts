/**
 * Measures every link twice a second while somebody is subscribed to `network:sample`: the round trip by a real request through it, and what
 * the emulator counted since the sample before.
 */
import type { LinkSample } from '../../contract/control/network.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { LinkCounters, LinkSettings } from '../../contract/link.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Pinger } from '../../platform/http/pinger.ts';
import type { LinkControl } from '../../supervisor/api.ts';
import type { EventHub } from '../event-hub.ts';

export const SAMPLE_MS = SECOND_MS / 2;
/** Requests that leave together wait for each other in this process and would measure that; a slow link does not hold up the next one's turn. */
const TURN_MS = 25;
/** Beyond what the link is set to add, an answer that takes longer is none. */
const PATIENCE_MS = 2 * SECOND_MS;

export interface LinkSamplerParts {
  links: Pick<LinkControl, 'list' | 'counters'>;
  pinger: Pick<Pinger, 'ping'>;
  events: EventHub;
  clock: Clock;
}

interface Counted {
  atMs: number;
  counters: LinkCounters;
}

const sums = ['bytesToNode', 'bytesToClient', 'delayMsTotal', 'delayedCountTotal', 'heldMsTotal'] as const;

/** What happened between two readings; all null when an emulator that began anew counts from zero again. */
export const ratesBetween = (before: Counted | undefined, now: Counted): Omit<LinkSample, 'nodeId' | 'rttMs' | 'counters'> => {
  const unknown = { bitsPerSecondToClient: null, bitsPerSecondToNode: null, addedDelayMs: null, heldShare: null };
  if (!before || now.atMs <= before.atMs || sums.some((name) => now.counters[name] < before.counters[name])) return unknown;
  const since = (name: (typeof sums)[number]): number => now.counters[name] - before.counters[name];
  const passedMs = now.atMs - before.atMs;
  const bitsPerSecond = (bytes: number): number => (bytes * 8 * SECOND_MS) / passedMs;
  return {
    bitsPerSecondToClient: bitsPerSecond(since('bytesToClient')),
    bitsPerSecondToNode: bitsPerSecond(since('bytesToNode')),
    addedDelayMs: since('delayedCountTotal') > 0 ? since('delayMsTotal') / since('delayedCountTotal') : null,
    heldShare: Math.min(1, since('heldMsTotal') / passedMs),
  };
};

const patienceMsOf = ({ toNode, toClient }: LinkSettings): number => PATIENCE_MS + toNode.latencyMs + toNode.jitterMs + toClient.latencyMs + toClient.jitterMs;

/** Returns how to stop. */
export const startLinkSamples = ({ links, pinger, events, clock }: LinkSamplerParts): (() => void) => {
  let rtts = new Map<string, number | null>();
  const underWay = new Set<string>();
  let counted = new Map<string, Counted>();
  let isRunning = false;
  let isStopped = false;
  let cancel = (): void => {};

  const ping = async (nodeId: string, url: string, patienceMs: number): Promise<void> => {
    underWay.add(nodeId);
    try {
      const rttMs = await pinger.ping(`${url}/ping`, patienceMs);
      rtts.set(nodeId, rttMs);
    } finally {
      underWay.delete(nodeId);
    }
  };

  /** Resolves when the node has answered, or its turn is over. */
  const takeTurn = (work: Promise<void>): Promise<void> =>
    new Promise((resolve) => {
      const cancelTurn = clock.after(TURN_MS, resolve);
      void work.finally(() => {
        cancelTurn();
        resolve();
      });
    });

  const count = async (): Promise<Map<string, Counted>> => {
    const all = await links.counters().catch(() => []); // Without an emulator nothing is known.
    return new Map(all.map(({ nodeId, counters }) => [nodeId, { atMs: clock.nowMs(), counters }]));
  };

  const round = async (): Promise<void> => {
    const list = links.list();
    rtts = new Map(list.map(({ nodeId }) => [nodeId, rtts.get(nodeId) ?? null]));
    for (const { nodeId, url, settings } of list) {
      if (!isHeard()) return;
      if (url !== null && !underWay.has(nodeId)) await takeTurn(ping(nodeId, url, patienceMsOf(settings)));
    }
    const before = counted;
    counted = await count();
    if (!isHeard()) return;
    const samples = list.map(({ nodeId }): LinkSample => {
      const now = counted.get(nodeId);
      const rates = now ? ratesBetween(before.get(nodeId), now) : { bitsPerSecondToClient: null, bitsPerSecondToNode: null, addedDelayMs: null, heldShare: null };
      return { nodeId, rttMs: rtts.get(nodeId) ?? null, ...rates, counters: now?.counters ?? null };
    });
    events.emit('network:sample', { atMs: clock.wallMs(), links: samples });
  };

  const isHeard = (): boolean => !isStopped && events.isHeard('network:sample');

  const go = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    // What was measured when somebody last looked is too old to compare with.
    counted = new Map();
    rtts = new Map();
    try {
      while (isHeard()) {
        const startMs = clock.nowMs();
        await round();
        if (!isHeard()) break;
        await new Promise<void>((resolve) => {
          const cancelWait = clock.after(Math.max(0, startMs + SAMPLE_MS - clock.nowMs()), resolve);
          cancel = () => {
            cancelWait();
            resolve();
          };
        });
      }
    } finally {
      isRunning = false;
    }
  };

  events.onHeard('network:sample', (heard) => {
    if (heard) void go();
    else cancel();
  });
  return () => {
    isStopped = true;
    cancel();
  };
};
