/**
 * The youngest measurement, and the last minutes of each node's traffic for the little lines. Samples come only while somebody looks: the host
 * measures more often then.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { MetricSample, NodeSample, ProcessSample } from '../../runtime/contract/control/metrics.ts';
import { useBridge } from '../bridge/bridge.ts';
import { createFollowers } from './followers.ts';
import { whileVisible } from './while-visible.ts';

/** Two minutes at one sample a second. */
const HISTORY_POINTS_MAX = 120;

export const useTrafficStore = defineStore('traffic', () => {
  const sample = shallowRef<MetricSample | null>(null);
  /** Bytes a second read from each node, youngest last; null where nothing was measured. */
  const readHistory = shallowRef<ReadonlyMap<string, readonly (number | null)[]>>(new Map());

  const apply = (next: MetricSample): void => {
    if (sample.value && next.atMs <= sample.value.atMs) return;
    sample.value = next;
    readHistory.value = new Map(next.nodes.map(({ name, readBytesPerSecond }) => [name, [...(readHistory.value.get(name) ?? []), readBytesPerSecond].slice(-HISTORY_POINTS_MAX)]));
  };
  /** A page that is opened shows the present at once instead of after the next sample. */
  const hydrate = async (): Promise<void> => {
    try {
      const { sample: latest } = await useBridge().call('metrics:latest', {});
      if (latest) apply(latest);
    } catch {
      // Whoever cannot tell the present shows dashes until the next sample.
    }
  };

  /** Returns what ends it. */
  const enter = (): (() => void) => {
    const bridge = useBridge();
    const stops = [bridge.on('metrics:sample', apply), bridge.onState(({ phase }) => phase === 'open' && void hydrate())];
    void hydrate();
    return () => stops.forEach((stop) => stop());
  };

  return {
    sample,
    readHistory,
    nodes: computed<ReadonlyMap<string, NodeSample>>(() => new Map((sample.value?.nodes ?? []).map((node) => [node.name, node]))),
    processes: computed<ReadonlyMap<string, ProcessSample>>(() => new Map((sample.value?.processes ?? []).map((process) => [process.name, process]))),
    apply,
    /** Forgets what an earlier host measured: its clock may have been another. */
    reset: (): void => {
      sample.value = null;
      readHistory.value = new Map();
    },
    /** Samples come until the returned function is called by the last who asked, while the page can be seen. */
    follow: createFollowers(() => whileVisible(enter)),
  };
});
