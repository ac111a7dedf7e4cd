/** Where the lines of a grid stand, and what is written there. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../runtime/contract/units.ts';
import type { TimeRange } from './types.ts';

export interface TimeTick {
  atMs: number;
  text: string;
}

const TIME_STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 12, 24].map((count) => count * HOUR_MS),
];

const two = (value: number): string => String(value).padStart(2, '0');

/** `14:02:30`; without seconds where all of them would be zero. */
export const timeText = (atMs: number, isSecondShown = true): string => {
  const at = new Date(atMs);
  const minutes = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return isSecondShown ? `${minutes}:${two(at.getSeconds())}` : minutes;
};

/** Round local times within a range, at most `countMax` of them. */
export const timeTicks = ({ fromMs, toMs }: TimeRange, countMax: number): TimeTick[] => {
  const spanMs = toMs - fromMs;
  if (!(spanMs > 0) || countMax < 1) return [];
  const stepMs = TIME_STEPS_MS.find((step) => spanMs / step <= countMax) ?? TIME_STEPS_MS.at(-1)!;
  // Hours are round on the clock of the wall, not on that of Greenwich.
  const zoneMs = new Date(toMs).getTimezoneOffset() * MINUTE_MS;
  const ticks: TimeTick[] = [];
  for (let atMs = Math.ceil((fromMs - zoneMs) / stepMs) * stepMs + zoneMs; atMs <= toMs; atMs += stepMs) {
    ticks.push({ atMs, text: timeText(atMs, stepMs < MINUTE_MS) });
  }
  return ticks;
};

const DECIMAL_STEPS = [1, 2, 2.5, 5, 10];
/** Bytes are counted in powers of 1,024, and their ticks are round in those. */
const BINARY_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 256, 512, 1024];

/** Round numbers per scale: powers of ten, or of 1,024 for bytes. */
export type TickBase = 10 | 1024;

/** The smallest round step that covers a span in at most `countMax` steps. */
export const niceStep = (span: number, countMax: number, base: TickBase = 10): number => {
  const rough = span / Math.max(1, countMax);
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = base ** Math.floor(Math.log(rough) / Math.log(base));
  const steps = base === 1024 ? BINARY_STEPS : DECIMAL_STEPS;
  // The margin takes back what the logarithm of a round number may lose.
  return power * (steps.find((step) => step * power >= rough * (1 - 1e-9)) ?? base);
};

export interface ValueScale {
  min: number;
  max: number;
  ticks: number[];
}

/**
 * A scale around values, ending at ticks unless a bound is given. Without data it is 0 to 1. Positive data stands on zero, since lengths are compared.
 */
export const valueScale = (low: number, high: number, countMax: number, { min, max, base }: { min?: number; max?: number; base?: TickBase } = {}): ValueScale => {
  const isEmpty = !(low <= high);
  const lowest = min ?? (isEmpty ? 0 : Math.min(0, low));
  let highest = max ?? (isEmpty ? lowest + 1 : high);
  if (!(highest > lowest)) highest = lowest + (Math.abs(lowest) || 1);
  // There are no halves of a byte.
  const step = Math.max(base === 1024 ? 1 : 0, niceStep(highest - lowest, countMax, base));
  const bottom = min ?? Math.floor(lowest / step + 1e-9) * step;
  const top = max ?? Math.ceil(highest / step - 1e-9) * step;
  const ticks: number[] = [];
  const first = Math.ceil(bottom / step - 1e-9);
  for (let index = first; index * step <= top + step * 1e-9; index++) ticks.push(index * step + 0); // A tick at minus zero is one at zero.
  return { min: bottom, max: top, ticks };
};
