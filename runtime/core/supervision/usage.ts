/** Resource use of a process, worked out from its beats. */

export interface UsageSample {
  atMs: number;
  /** CPU time spent since the process started. */
  cpuMs: number;
  rssBytes: number;
}

/** CPU use is told over this many beats: one alone jumps, more would lag. */
export const USAGE_SAMPLES_MAX = 4;

/** Keeps the youngest samples; a process with less CPU time than before is a new one, so the old samples go. */
export const addUsageSample = (samples: readonly UsageSample[], next: UsageSample): UsageSample[] => {
  const last = samples.at(-1);
  if (last && next.cpuMs < last.cpuMs) return [next];
  return [...samples, next].slice(-USAGE_SAMPLES_MAX);
};

/** Percent of one core between the oldest and the youngest sample, may exceed 100; null while there is no stretch of time to speak of. */
export const cpuPercentOf = (samples: readonly UsageSample[]): number | null => {
  const first = samples.at(0);
  const last = samples.at(-1);
  if (!first || !last || last.atMs <= first.atMs) return null;
  return ((last.cpuMs - first.cpuMs) / (last.atMs - first.atMs)) * 100;
};
