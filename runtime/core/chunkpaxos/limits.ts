/** Every wait and retry of the protocol, with its reason. Durations in milliseconds. */
import { SECOND_MS } from '../../contract/units.ts';

/** A live proposer commits within a second or two, so a vote this old has lost its proposer. Asking twice is harmless. */
export const RECOVER_AFTER_MS = 10 * SECOND_MS;

/** Readers that were given the old bytes' place finish within this time; then what was not chosen goes. */
export const COLLECT_AFTER_MS = 60 * SECOND_MS;

export interface ProposerLimits {
  /** How long to wait for answers before asking the silent stores again. An 8 MiB body at 10 Mbit/s takes 7 s. */
  readonly replyTimeoutMs: number;
  /** How often one ballot's requests are repeated before a higher ballot is tried. */
  readonly resendsMax: number;
  /** The wait before the next ballot starts near this, doubles, and stays below the cap; half of it is random, so that duels end. */
  readonly backOffMs: number;
  readonly backOffMsMax: number;
  /** Ballots tried before giving up; the owner may then ask for the next generation. */
  readonly ballotsMax: number;
  /** How often stores without their piece are asked again after the decision; then they are left to repair. */
  readonly fillsMax: number;
}

export const PROPOSER_LIMITS: ProposerLimits = Object.freeze({
  replyTimeoutMs: 10 * SECOND_MS,
  resendsMax: 1,
  backOffMs: 25,
  backOffMsMax: 2 * SECOND_MS,
  ballotsMax: 8,
  fillsMax: 2,
});

/** Moves a seed on (xorshift32); never 0, so that it never gets stuck. */
export const nextSeed = (seed: number): number => {
  let x = seed | 0 || 0x9e3779b9;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
};

/** The wait before ballot number `attempt` (1, 2, …): exponential, capped, its second half random. */
export const backOffDelayMs = (limits: ProposerLimits, attempt: number, seed: number): number => {
  const ceilingMs = Math.min(limits.backOffMsMax, limits.backOffMs * 2 ** Math.min(attempt - 1, 30));
  return (ceilingMs * (1 + (seed >>> 0) / 2 ** 32)) / 2;
};
