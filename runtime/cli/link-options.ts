/** The options of `vstack net set`, and what they make of a link. A value without its unit means what its help says; a share needs its %. */
import { InvalidArgumentError } from 'commander';
import { LATENCY_MS_MAX, RATE_BITS_PER_SECOND_MAX, RATE_BITS_PER_SECOND_MIN, SLOW_CLOSE_MS_MAX, type LinkChange, type Loss, type Partition } from '../contract/link.ts';

/** There and back. */
const ROUND_TRIP_MS_MAX = 2 * LATENCY_MS_MAX;
const PERCENT = 100;

const UNITS_MS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000 };
const UNITS_BITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1_000, mbit: 1_000_000, gbit: 1_000_000_000 };

/** `150`, `2.5s`: a number and one of the units; undefined for anything else. */
const quantity = (text: string, units: Readonly<Record<string, number>>): number | undefined => {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/.exec(text.toLowerCase()) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  return factor === undefined ? undefined : Number(number) * factor;
};

const duration =
  (msMax: number) =>
  (text: string): number => {
    const ms = quantity(text, UNITS_MS);
    if (ms === undefined || ms > msMax) throw new InvalidArgumentError(`Expected milliseconds up to ${msMax}, such as 150, 150ms or 1.5s.`);
    return ms;
  };

export const parseRoundTrip = duration(ROUND_TRIP_MS_MAX);
export const parseSlowClose = duration(SLOW_CLOSE_MS_MAX);

/** Commander takes null for an option without a value, so the word stands for it until `linkChangeOf`. */
export type RateOption = number | 'unlimited';

export const parseRate = (text: string): RateOption => {
  if (text === 'unlimited') return text;
  const bits = quantity(text.replace(/(?:\/s|ps)$/i, ''), UNITS_BITS);
  if (bits === undefined || bits < RATE_BITS_PER_SECOND_MIN || bits > RATE_BITS_PER_SECOND_MAX) {
    throw new InvalidArgumentError('Expected a rate from 8kbit to 10gbit a second, such as 5mbit or 768kbit, or unlimited.');
  }
  return bits;
};

export const parseShare = (text: string): number => {
  const [, number] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  if (number === undefined || Number(number) > PERCENT) throw new InvalidArgumentError('Expected a percentage from 0% to 100%, such as 2% or 0.5%.');
  return Number(number) / PERCENT;
};

/** Good to bad, bad to good, and the loss in the bad state; the good one loses nothing. */
export const parseBursts = (text: string): Loss => {
  const parts = text.split(',');
  if (parts.length !== 3) throw new InvalidArgumentError('Expected three percentages, such as 1%,30%,50%: to turn bad, to turn good again, lost while bad.');
  const [goodToBad, badToGood, lossInBad] = parts.map((part) => parseShare(part.trim())) as [number, number, number];
  return { model: 'gilbert-elliott', goodToBad, badToGood, lossInGood: 0, lossInBad };
};

/** `all`, or node ids, each alone or several joined by commas. */
export const nodesOf = (targets: readonly string[]): 'all' | string[] => {
  const nodeIds = targets.flatMap((target) => target.split(',')).filter((nodeId) => nodeId !== '');
  return nodeIds.includes('all') ? 'all' : nodeIds;
};

export interface LinkOptions {
  rtt?: number;
  jitter?: number;
  rate?: RateOption;
  down?: RateOption;
  up?: RateOption;
  loss?: number;
  bursts?: Loss;
  partition?: Partition;
  failed?: 'on' | 'off';
  resets?: number;
  slowClose?: number;
}

/** A round trip and its spread are shared by both ways; so are rate and loss, unless one way has its own. */
export const linkChangeOf = ({ rtt, jitter, rate, down = rate, up = rate, loss: share, bursts, partition, failed, resets, slowClose }: LinkOptions): LinkChange => {
  const loss: Loss | undefined = bursts ?? (share === undefined ? undefined : { model: 'bernoulli', share });
  const way = (bitsPerSecond: RateOption | undefined): LinkChange['toNode'] => {
    const change = {
      ...(rtt !== undefined && { latencyMs: rtt / 2 }),
      ...(jitter !== undefined && { jitterMs: jitter / 2 }),
      ...(bitsPerSecond !== undefined && { bitsPerSecond: bitsPerSecond === 'unlimited' ? null : bitsPerSecond }),
      ...(loss && { loss }),
    };
    return Object.keys(change).length > 0 ? change : undefined;
  };
  const [toNode, toClient] = [way(up), way(down)];
  return {
    ...(toNode && { toNode }),
    ...(toClient && { toClient }),
    ...(partition && { partition }),
    ...(failed && { isFailed: failed === 'on' }),
    ...(resets !== undefined && { resetShare: resets }),
    ...(slowClose !== undefined && { slowCloseMs: slowClose }),
  };
};
