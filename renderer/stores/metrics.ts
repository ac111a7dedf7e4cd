/**
 * The record of measurements, for charts. The first view that follows asks the host for the time it wants to see and subscribes; samples come as
 * long as somebody follows, since the host measures twice as often then.
 *
 *   nodeIds       the nodes that any sample told of
 *   firstAtMs     when the record of the window begins
 *   nodeRing      of a node and a figure; playbackRing of the player's figures: rings that charts draw from
 *   follow        returns a function that ends it
 *   show          chooses how far back the record goes, and reads it anew
 *   look          reads a range again, as closely as the host knows it
 */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { MetricSample } from '../../runtime/contract/control/metrics.ts';
import { useBridge } from '../bridge/bridge.ts';
import type { TimeRange } from '../charts/types.ts';
import { createMetricRecord } from './metric-record.ts';
import { createFollowers } from './followers.ts';
import { whileVisible } from './while-visible.ts';

/** As many as a chart has columns, nearly; more would cost and not be seen. */
export const SAMPLES_WANTED = 900;
/** One answer of the host holds so many: about 400 KB, which is parsed without the page standing still. */
const PIECE_SAMPLES = 150;
/** The host's slow pace; the quick one is within it. */
const LIVE_STEP_MS = 2_000;
/** After so many live samples the record is read anew, thinned, so that a page left open for days does not grow. */
export const LIVE_SAMPLES_MAX = 3_600;
const WINDOW_MS_DEFAULT = 15 * 60_000;

export const useMetricStore = defineStore('metrics', () => {
  const record = createMetricRecord();
  const nodeIds = shallowRef<readonly string[]>([]);
  const windowMs = shallowRef(WINDOW_MS_DEFAULT);
  /** When the record begins, within the window that was read; null while it is empty. */
  const firstAtMs = shallowRef<number | null>(null);
  const isLoading = shallowRef(false);
  /** Why the record could not be read; null while all is well. */
  const problem = shallowRef<unknown>(null);
  let latestMs: number | null = null;
  /** What came while the record was being read; null while nothing is read. */
  let early: MetricSample[] | null = null;
  let liveCount = 0;
  /** Tells an answer from one that is wanted no more. */
  let reading = 0;

  const tellNodes = (): void => {
    firstAtMs.value = record.firstAtMs();
    const next = record.nodeIds();
    if (next.join() !== nodeIds.value.join()) nodeIds.value = next;
  };
  const apply = (sample: MetricSample): void => {
    if (early) return void early.push(sample);
    record.append(sample, LIVE_STEP_MS);
    latestMs = sample.atMs;
    liveCount += 1;
    tellNodes();
    if (liveCount >= LIVE_SAMPLES_MAX) void read();
  };

  /** A range in several answers, since one large one would be a long task. Null when meanwhile another range was wanted. */
  const ask = async ({ fromMs, toMs }: TimeRange, isWanted: () => boolean): Promise<{ samples: MetricSample[]; stepMs: number } | null> => {
    const samples: MetricSample[] = [];
    const pieceMs = ((toMs - fromMs) * PIECE_SAMPLES) / SAMPLES_WANTED;
    let stepMs = 0;
    for (let startMs = fromMs; startMs < toMs; startMs += pieceMs) {
      const answer = await useBridge().call('metrics:history', { fromMs: startMs, toMs: Math.min(toMs, startMs + pieceMs), samplesMax: PIECE_SAMPLES });
      if (!isWanted()) return null;
      samples.push(...answer.samples);
      stepMs = Math.max(stepMs, answer.stepMs);
    }
    return { samples, stepMs: Math.max(stepMs, LIVE_STEP_MS) };
  };

  const read = async (): Promise<void> => {
    const own = ++reading;
    const isWanted = (): boolean => own === reading;
    isLoading.value = true;
    early ??= [];
    const nowMs = Date.now();
    try {
      const answer = await ask({ fromMs: nowMs - windowMs.value, toMs: nowMs }, isWanted);
      if (!answer) return;
      record.replace(answer.samples, answer.stepMs);
      problem.value = null;
    } catch (error) {
      if (isWanted()) problem.value = error;
    } finally {
      if (isWanted()) {
        const waiting = early ?? [];
        early = null;
        liveCount = 0;
        isLoading.value = false;
        waiting.forEach(apply);
        tellNodes();
      }
    }
  };

  /** Returns what ends it. What is missed from then on is read by the next who follows, or when the page is seen again. */
  const enter = (): (() => void) => {
    const bridge = useBridge();
    const stops = [bridge.on('metrics:sample', apply), bridge.onState(({ phase }) => phase === 'open' && void read())];
    void read();
    return () => {
      stops.forEach((stop) => stop());
      reading += 1;
      early = null;
      isLoading.value = false;
    };
  };

  const reset = (): void => {
    reading += 1;
    early = null;
    isLoading.value = false;
    problem.value = null;
    latestMs = null;
    record.clear();
    firstAtMs.value = null;
    nodeIds.value = [];
  };

  return {
    nodeIds,
    firstAtMs,
    windowMs,
    isLoading,
    problem,
    nodeRing: record.nodeRing,
    playbackRing: record.playbackRing,
    /** When the youngest sample came; null before the first. */
    latestAtMs: (): number | null => latestMs,
    apply,
    read,
    reset,
    show: async (nextMs: number): Promise<void> => {
      windowMs.value = nextMs;
      await read();
    },
    /** Worth asking where the record is thinner than a sample every live step. @throws VStackError */
    look: async (range: TimeRange): Promise<void> => {
      if (early || windowMs.value / SAMPLES_WANTED <= LIVE_STEP_MS) return;
      const own = reading;
      const answer = await ask(range, () => own === reading && early === null);
      if (answer && answer.samples.length > 0) record.splice(range, answer.samples, answer.stepMs);
    },
    /** Samples come until the returned function is called by the last who asked, while the page can be seen. */
    follow: createFollowers(() => whileVisible(enter)),
  };
});
