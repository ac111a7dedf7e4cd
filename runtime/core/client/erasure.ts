/**
 * Which fragments of an erasure-coded chunk to ask for: any three of five give it back, so the quickest three are asked, and a fourth when one
 * of them is late. Pure arithmetic; the services store no fragments yet, so nothing in the client calls it so far.
 */
export const FRAGMENTS_NEEDED = 3;
/** The fourth fragment is asked for at once when the slowest of three would take this many times the median. */
export const STRAGGLER_FACTOR = 2;

export interface FragmentOffer {
  fragmentIndex: number;
  nodeId: string;
  /** Infinity for a node that cannot be asked. */
  predictedMs: number;
}

export interface FragmentPlan {
  /** The quickest first. */
  ask: FragmentOffer[];
  /** The next best, for when one of them is late; null when there is none. */
  spare: FragmentOffer | null;
  /** The spare is asked for from the start. */
  asksSpareAtOnce: boolean;
}

const quicker = (a: FragmentOffer, b: FragmentOffer): number => a.predictedMs - b.predictedMs || a.fragmentIndex - b.fragmentIndex;

/** Null when too few fragments can be had. */
export const planFragments = (offers: readonly FragmentOffer[], neededCount = FRAGMENTS_NEEDED): FragmentPlan | null => {
  const able = offers.filter((offer) => Number.isFinite(offer.predictedMs)).sort(quicker);
  if (able.length < neededCount) return null;
  const ask = able.slice(0, neededCount);
  const spare = able[neededCount] ?? null;
  return { ask, spare, asksSpareAtOnce: spare !== null && isStraggling(ask.map((offer) => offer.predictedMs)) };
};

/** Whether the worst of several times is over twice their median (the lower one of two middles, so that a pair can straggle as well). */
export const isStraggling = (timesMs: readonly number[]): boolean => {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return median !== undefined && sorted.at(-1)! > STRAGGLER_FACTOR * median;
};

export interface FragmentProgress {
  isHere: boolean;
  elapsedMs: number;
  /** Later than this (its p95) it is late. */
  lateMs: number;
  /** Until it will be here, reckoned from its start. */
  expectedMs: number;
}

/** Whether the spare is asked for now: something is missing, and of what is missing one is late or straggles. */
export const wantsSpare = (asked: readonly FragmentProgress[], neededCount = FRAGMENTS_NEEDED): boolean => {
  if (asked.filter((fragment) => fragment.isHere).length >= neededCount) return false;
  return asked.some((fragment) => !fragment.isHere && fragment.elapsedMs > fragment.lateMs) || isStraggling(asked.map((fragment) => fragment.expectedMs));
};
