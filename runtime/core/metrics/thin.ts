/** Fewer samples for a chart: those of one stretch of time become one, with means of what moves and the latest of what stands. */
import type { MetricSample, NodeSample, PlaybackSample, ProcessSample } from '../../contract/control/metrics.ts';

type Figures<T> = { [K in keyof T]: T[K] extends number | null ? K : never }[keyof T] & string;

/** Rates and durations are averaged; whatever is a state or grows by itself is told as it was last. */
const PROCESS_MEANS = ['cpuPercent', 'rssBytes', 'requestsPerSecond', 'errorsPerSecond', 'requestMsP50', 'requestMsP95'] as const satisfies readonly Figures<ProcessSample>[];
const NODE_MEANS = [...PROCESS_MEANS, 'readBytesPerSecond', 'writtenBytesPerSecond', 'servedBytesPerSecond', 'metadataBytesPerSecond', 'pingMs'] as const satisfies readonly Figures<NodeSample>[];
const PLAYBACK_MEANS = ['bufferSec', 'throughputBitsPerSecond'] as const satisfies readonly Figures<PlaybackSample>[];

/** Means over those that are known, written over a copy of the last one. */
const meansOver = <T extends object>(rows: readonly T[], names: readonly Figures<T>[]): T => {
  const mean = { ...rows.at(-1)! };
  for (const name of names) {
    let sum = 0;
    let count = 0;
    for (const row of rows) {
      const value = row[name] as number | null;
      if (value === null) continue;
      sum += value;
      count += 1;
    }
    (mean as Record<string, unknown>)[name] = count === 0 ? null : sum / count;
  }
  return mean;
};

const byName = <T extends { name: string }>(lists: readonly (readonly T[])[]): T[][] => {
  const rows = new Map<string, T[]>();
  for (const list of lists) {
    for (const row of list) {
      const known = rows.get(row.name);
      if (known) known.push(row);
      else rows.set(row.name, [row]);
    }
  }
  return [...rows.values()];
};

/** One sample for several, at least one, oldest first. */
export const meanSample = (samples: readonly MetricSample[]): MetricSample => {
  if (samples.length === 1) return samples[0]!;
  const last = samples.at(-1)!;
  // Another session's buffer is another buffer, so only the last session's samples are averaged.
  const playbacks = samples.flatMap(({ playback }) => (playback && playback.sessionId === last.playback?.sessionId ? [playback] : []));
  return {
    atMs: Math.round(samples.reduce((sum, { atMs }) => sum + atMs, 0) / samples.length),
    processes: byName(samples.map(({ processes }) => processes)).map((rows) => meansOver(rows, PROCESS_MEANS)),
    nodes: byName(samples.map(({ nodes }) => nodes)).map((rows) => meansOver(rows, NODE_MEANS)),
    playback: playbacks.length === 0 ? null : meansOver(playbacks, PLAYBACK_MEANS),
  };
};

export interface Thinning {
  /** Takes samples oldest first. */
  add(sample: MetricSample): void;
  /** The thinned samples; what comes later is not taken any more. */
  finish(): MetricSample[];
}

/** Gathers samples into steps of `stepMs`, counted from `fromMs`; a step without samples stays a gap. */
export const createThinning = (fromMs: number, stepMs: number): Thinning => {
  const thinned: MetricSample[] = [];
  let gathered: MetricSample[] = [];
  let step = -1;
  const close = (): void => {
    if (gathered.length > 0) thinned.push(meanSample(gathered));
    gathered = [];
  };
  return {
    add(sample) {
      const own = Math.floor((sample.atMs - fromMs) / stepMs);
      if (own !== step) close();
      step = own;
      gathered.push(sample);
    },
    finish() {
      close();
      return thinned;
    },
  };
};
