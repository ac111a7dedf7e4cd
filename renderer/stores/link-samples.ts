/**
 * What is measured of each link, twice a second while somebody looks: the host asks through the links only as long as a door wants to know. The
 * youngest figures are state; what was before lies in rings, past Vue.
 *
 *   links      the figures to show, at most twice a second
 *   spreads    how far a link's round trips lie apart, ± ms, since it was last set
 *   travels    the middle of a link's last round trips since then: steadier than the youngest one
 *   ringOf     of a link and a figure, for charts
 */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { LinkSample, NetworkSample } from '../../runtime/contract/control/network.ts';
import { isSameLink } from '../../runtime/contract/link-settings.ts';
import type { LinkSettings } from '../../runtime/contract/link.ts';
import { useBridge } from '../bridge/bridge.ts';
import { createSeriesRing, type SeriesRing } from '../charts/ring.ts';
import { median, spreadMs } from '../network/travel.ts';
import { createFollowers } from './followers.ts';
import { useNetworkStore } from './network.ts';
import { whileVisible } from './while-visible.ts';

const FIGURES = ['rttMs', 'bitsPerSecondToClient', 'bitsPerSecondToNode', 'heldShare', 'addedDelayMs'] as const satisfies readonly (keyof LinkSample)[];
export type LinkFigure = (typeof FIGURES)[number];

/** Ten minutes at two a second. */
const RING_CAPACITY = 1_200;
/** Two missing samples are a gap; one may be late. */
const GAP_MS = 1_300;
/** Samples do not overtake each other by so much. */
const CLOCK_JUMP_MS = 10_000;
/** Nobody reads figures that change faster. A sample that comes a little early is not skipped. */
const SHOWN_STEP_MS = 450;
/** 15 s of pings tell their spread. */
const SPREAD_SAMPLES = 30;
const TRAVEL_SAMPLES = 5;

/** The youngest values after a time, at most so many samples back. */
const lastOf = (ring: SeriesRing, count: number, afterMs: number): number[] => {
  const values: number[] = [];
  for (let index = Math.max(0, ring.length - count, ring.indexFrom(afterMs + 1)); index < ring.length; index++) {
    const value = ring.valueAt(index);
    if (!Number.isNaN(value)) values.push(value);
  }
  return values;
};

export const useLinkSampleStore = defineStore('link-samples', () => {
  const shown = shallowRef<NetworkSample | null>(null);
  const rings = new Map<string, SeriesRing>();
  let latestMs = -Infinity;
  /** How each link was set, and the sample that came with it: what was measured before tells of another link. */
  const settled = new Map<string, { settings: LinkSettings; atMs: number }>();
  const network = useNetworkStore();

  const ringOf = (nodeId: string, figure: LinkFigure): SeriesRing => {
    const key = `${nodeId} ${figure}`;
    const ring = rings.get(key) ?? createSeriesRing({ capacity: RING_CAPACITY, gapMs: GAP_MS });
    rings.set(key, ring);
    return ring;
  };
  const forget = (): void => {
    latestMs = -Infinity;
    shown.value = null;
    settled.clear();
    for (const ring of rings.values()) ring.clear();
  };
  const noticeSettings = ({ atMs, links }: NetworkSample): void => {
    for (const { nodeId } of links) {
      const settings = network.status?.links.find((link) => link.nodeId === nodeId)?.settings;
      const before = settled.get(nodeId);
      if (settings && (!before || !isSameLink(before.settings, settings))) settled.set(nodeId, { settings, atMs: before ? atMs : -Infinity });
    }
  };
  const apply = (next: NetworkSample): void => {
    // Another host's clock may be behind; its samples begin anew.
    if (next.atMs < latestMs - CLOCK_JUMP_MS) forget();
    if (next.atMs <= latestMs) return;
    latestMs = next.atMs;
    noticeSettings(next);
    for (const link of next.links) for (const figure of FIGURES) ringOf(link.nodeId, figure).append(next.atMs, link[figure]);
    if (next.atMs - (shown.value?.atMs ?? -Infinity) >= SHOWN_STEP_MS) shown.value = next;
  };

  /** Returns what ends it. Figures of a lost connection would look like the present. */
  const enter = (): (() => void) => {
    const bridge = useBridge();
    const stops = [bridge.on('network:sample', apply), bridge.onState(({ phase }) => phase === 'open' || (shown.value = null))];
    return () => {
      stops.forEach((stop) => stop());
      shown.value = null;
    };
  };
  const ofEach = <T>(of: (nodeId: string) => T): ReadonlyMap<string, T> => new Map((shown.value?.links ?? []).map(({ nodeId }) => [nodeId, of(nodeId)]));

  return {
    shown,
    links: computed<ReadonlyMap<string, LinkSample>>(() => new Map((shown.value?.links ?? []).map((link) => [link.nodeId, link]))),
    spreads: computed(() => ofEach((nodeId) => spreadMs(lastOf(ringOf(nodeId, 'rttMs'), SPREAD_SAMPLES, settled.get(nodeId)?.atMs ?? -Infinity)))),
    travels: computed(() => ofEach((nodeId) => median(lastOf(ringOf(nodeId, 'rttMs'), TRAVEL_SAMPLES, settled.get(nodeId)?.atMs ?? -Infinity)))),
    ringOf,
    apply,
    /** Samples come until the returned function is called by the last who asked, while the page can be seen. */
    follow: createFollowers(() => whileVisible(enter)),
  };
});
