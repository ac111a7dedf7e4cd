/** A logarithmic axis for ratios, with 1× in sight: half and double are equally far from it. */
import type { Estimate } from '../../runtime/contract/comparison.ts';

export interface RatioTick {
  ratio: number;
  /** `0.1×`, `1×`. */
  text: string;
  /** 0–1 along the axis. */
  at: number;
}

export interface RatioScale {
  low: number;
  high: number;
  ticks: readonly RatioTick[];
  /** Of 1×, 0–1. */
  oneAt: number;
  /** 0–1 along the axis; what lies beyond an end is at that end, and so is 0. */
  at(ratio: number): number;
  /** Whether a ratio lies beyond an end, and which. */
  beyond(ratio: number): 'low' | 'high' | null;
}

/** What no axis goes beyond: a thousandth, and a thousand times. */
const DECADES_MAX = 3;
/** There is always room for half and double. */
const RATIO_NEAR = 2;
/** Up to so many decades the axis also names its halves. */
const FINE_DECADES_MAX = 1.4;
const MIDDLE_DECADES_MAX = 2.4;

const STEPS = [1, 2, 5] as const;
const steps = (from: number, to: number): number[] => {
  const all: number[] = [];
  for (let power = -DECADES_MAX; power <= DECADES_MAX; power++) for (const step of STEPS) all.push(step * 10 ** power);
  return all.filter((ratio) => ratio >= from * (1 - 1e-9) && ratio <= to * (1 + 1e-9));
};
/** Decades, and between them what keeps about five names on the axis. */
const tickRatios = (low: number, high: number): number[] => {
  const decades = Math.log10(high / low);
  const mantissa = (ratio: number): number => Number((ratio / 10 ** Math.floor(Math.log10(ratio) + 1e-9)).toFixed(0));
  const all = steps(low, high);
  if (decades <= FINE_DECADES_MAX) return all;
  // Mirrored around 1×, as ratios are: a third of a decade above it is 2, below it 0.5.
  if (decades <= MIDDLE_DECADES_MAX) return all.filter((ratio) => mantissa(ratio) === 1 || mantissa(ratio) === (ratio < 1 ? 5 : 2));
  return all.filter((ratio) => mantissa(ratio) === 1);
};

export const ratioTickText = (ratio: number): string => `${Number(ratio.toPrecision(1))}×`;

/** An axis that holds all these estimates with their intervals, ending at round ratios. */
export const ratioScale = (estimates: readonly Estimate[]): RatioScale => {
  const values = estimates.flatMap(({ value, low, high }) => [value, low, high]).filter((value) => value !== null && value > 0) as number[];
  const wantedLow = Math.min(1 / RATIO_NEAR, ...values);
  const wantedHigh = Math.max(RATIO_NEAR, ...values);
  const round = steps(10 ** -DECADES_MAX, 10 ** DECADES_MAX);
  const low = round.findLast((ratio) => ratio <= wantedLow * (1 + 1e-9)) ?? round[0]!;
  const high = round.find((ratio) => ratio >= wantedHigh * (1 - 1e-9)) ?? round.at(-1)!;
  const width = Math.log(high / low);
  const at = (ratio: number): number => (ratio <= low ? 0 : ratio >= high ? 1 : Math.log(ratio / low) / width);
  return {
    low,
    high,
    at,
    oneAt: at(1),
    ticks: tickRatios(low, high).map((ratio) => ({ ratio, text: ratioTickText(ratio), at: at(ratio) })),
    beyond: (ratio) => (ratio < low * (1 - 1e-9) ? 'low' : ratio > high * (1 + 1e-9) ? 'high' : null),
  };
};
