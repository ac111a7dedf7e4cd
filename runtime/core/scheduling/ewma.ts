/**
 * A weighted moving average that forgets: what lies `halfLife` of weight back counts half. The weight is whatever a sample stands for (seconds
 * of transfer, one request), so that a long sample counts for more than a short one. The average of one sample is that sample: without the
 * correction for the empty start it would begin near zero and take several half-lives to become true.
 */
export interface Ewma {
  /** In the unit of the weights. */
  readonly halfLife: number;
  readonly smoothed: number;
  readonly weightTotal: number;
}

export const createEwma = (halfLife: number): Ewma => ({ halfLife, smoothed: 0, weightTotal: 0 });

/** A sample without weight says nothing and changes nothing. */
export const addToEwma = (ewma: Ewma, value: number, weight: number): Ewma => {
  if (!(weight > 0)) return ewma;
  const kept = 0.5 ** (weight / ewma.halfLife);
  return { ...ewma, smoothed: ewma.smoothed * kept + value * (1 - kept), weightTotal: ewma.weightTotal + weight };
};

/** Null before the first sample. */
export const ewmaOf = ({ halfLife, smoothed, weightTotal }: Ewma): number | null =>
  weightTotal === 0 ? null : smoothed / (1 - 0.5 ** (weightTotal / halfLife));
