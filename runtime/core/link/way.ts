/**
 * One direction of a link: what all its connections share, the rate and the losses.
 *
 * The rate is kept as the time at which the way is free again: whatever passes occupies it for size ÷ rate. That is a token bucket whose burst
 * is one turn, without tokens to round; and as turns are reckoned at the time they were due, not at the time somebody looked, a late wake-up
 * costs no rate.
 */
import type { LinkDirection, Loss } from '../../contract/link.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { createRandom, drawSigned, type RandomState } from '../random.ts';
import type { Flow } from './flow.ts';
import { SEGMENT_BYTES, TURN_MS } from './limits.ts';
import { createLossState, type LossState } from './loss.ts';

export interface Way {
  settings: LinkDirection;
  freeAtMs: number;
  loss: LossState;
  jitter: RandomState;
  /** Flows with anything left to do. */
  active: Set<Flow>;
  /** What the flow that had the last turn had until then. */
  turnBytes: number;
}

const BITS = 8;

/** Losses and jitter are drawn apart, so that changing one leaves the other's sequence as it was. `stream` tells the two ways apart. */
export const createWay = (settings: LinkDirection, seed: number, stream: number, nowMs: number): Way => ({
  settings,
  freeAtMs: nowMs,
  loss: createLossState(createRandom(seed, stream * 2)),
  jitter: createRandom(seed, stream * 2 + 1),
  active: new Set(),
  turnBytes: 0,
});

/** Infinite where it is not limited. */
export const bytesPerMs = ({ settings: { bitsPerSecond } }: Way): number => (bitsPerSecond === null ? Infinity : bitsPerSecond / BITS / SECOND_MS);

/** What one connection may pass before the next has its turn. */
export const turnBytesOf = (way: Way): number => Math.max(SEGMENT_BYTES, Math.floor(bytesPerMs(way) * TURN_MS));

export const occupy = (way: Way, flow: Flow, sizeBytes: number, nowMs: number): void => {
  way.turnBytes = flow.turnBytes;
  flow.turnBytes += sizeBytes;
  way.freeAtMs = Math.max(way.freeAtMs, nowMs) + sizeBytes / bytesPerMs(way);
};

/** A flow that was idle gets no credit for that. */
export const activate = (way: Way, flow: Flow): void => {
  if (way.active.has(flow)) return;
  flow.turnBytes = Math.max(flow.turnBytes, way.turnBytes);
  way.active.add(flow);
};

export const drawJitter = (way: Way): number => (way.settings.jitterMs > 0 ? drawSigned(way.jitter) : 0);

export const delayMsOf = ({ settings: { latencyMs, jitterMs } }: Way, jitterDraw: number): number => Math.max(0, latencyMs + jitterMs * jitterDraw);

/** Settings are plain JSON, and edits are rare. */
const isSameLoss = (one: Loss, other: Loss): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Returns whether losses are others now: what is missing is judged anew then. */
export const changeWay = (way: Way, settings: LinkDirection, nowMs: number): boolean => {
  const before = way.settings;
  way.settings = settings;
  if (before.bitsPerSecond !== settings.bitsPerSecond) {
    // What the way still owes stays owed, at the new rate; at most a segment, as a turn of a fast link would block a slow one for long.
    const owedBits = before.bitsPerSecond === null ? 0 : (Math.max(0, way.freeAtMs - nowMs) / SECOND_MS) * before.bitsPerSecond;
    const owedMs = settings.bitsPerSecond === null ? 0 : (Math.min(owedBits, SEGMENT_BYTES * BITS) / settings.bitsPerSecond) * SECOND_MS;
    way.freeAtMs = nowMs + owedMs;
  }
  // A chain that was left in its bad state by other figures would begin the new ones with a burst.
  const isOtherLoss = !isSameLoss(before.loss, settings.loss);
  if (isOtherLoss) way.loss.isBad = false;
  return isOtherLoss;
};
