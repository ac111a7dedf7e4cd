/** What is measured of a link, beside the slider that sets it. Always as many digits as fit, so that nothing moves. */
import type { LinkSample } from '../../runtime/contract/control/network.ts';
import { NOTHING } from '../format/quantity.ts';
import type { ParameterKey } from './parameters.ts';

export interface Measured {
  /** In the unit of its slider; a dash: not known. */
  text: string;
  /** The same as a value of the slider's track, for the mark on it; null: nothing to mark. */
  value: number | null;
}

const nothing: Measured = { text: NOTHING, value: null };
const BITS = 1e6;

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const megabits = (value: number): string => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));

const rate = (bitsPerSecond: number | null): Measured => {
  if (bitsPerSecond === null) return nothing;
  const value = bitsPerSecond / BITS;
  // A rate of nothing has no place on a track of ratios.
  return { text: megabits(value), value: bitsPerSecond > 0 ? value : null };
};

/** `spreadMs` is told apart, because it takes more than one sample. */
export const measuredOf = (sample: LinkSample | undefined, spreadMs: number | null | undefined): Readonly<Record<ParameterKey, Measured>> => ({
  latency: sample?.rttMs == null ? nothing : { text: ms(sample.rttMs), value: sample.rttMs },
  // What is silent now has no spread, whatever came before.
  jitter: spreadMs == null || sample?.rttMs == null ? nothing : { text: `±${ms(spreadMs)}`, value: spreadMs },
  down: rate(sample?.bitsPerSecondToClient ?? null),
  up: rate(sample?.bitsPerSecondToNode ?? null),
  loss: sample?.heldShare == null ? nothing : { text: (100 * sample.heldShare).toFixed(0), value: null },
});
