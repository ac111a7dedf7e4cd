/** Which node is asked for a piece of a chunk. */
import { drawOne, drawShare } from '../random.ts';
import { breakerPhase } from './breaker.ts';
import { bufferSecOf, deadlineMsOf, isNeededNow } from './buffer.ts';
import {
  EQUAL_SHARE, EQUAL_SHARE_RELAXED, EXPLORE_ABOVE_SEC, EXPLORE_AFTER_MS, EXPLORE_BYTES, IN_FLIGHT_MAX, IN_FLIGHT_MAX_UNKNOWN, RANGE_BYTES, SPLIT_BELOW_SEC,
  TRIAL_BYTES, TRIAL_SLACK_MS, WAIT_FACTOR,
} from './limits.ts';
import type { WhyCode } from './messages.ts';
import type { NodeState } from './nodes.ts';
import { createPredict, type Predict, timeMsOf } from './predict.ts';
import { type ChunkState, type ClientState, inFlightAt, nodeOf } from './state.ts';

export interface Choice {
  nodeId: string;
  code: WhyCode;
  /** In words, what spoke for it. */
  reason: string;
  predictedMs: number;
  /** It is asked for no more than this. */
  bytesMax: number;
}

/** Holders that have not failed in this round, nor lied. */
const candidatesOf = (state: ClientState, { facts, failed, liars }: ChunkState): NodeState[] =>
  facts.holders.filter((nodeId) => !failed.has(nodeId) && !liars.has(nodeId)).map((nodeId) => nodeOf(state, nodeId));

const isFree = ({ estimate }: NodeState): boolean => estimate.inFlightCount < (estimate.transferAtMs === null ? IN_FLIGHT_MAX_UNKNOWN : IN_FLIGHT_MAX);
/** It has answered something before. */
const isKnown = ({ estimate, heardAtMs }: NodeState): boolean => heardAtMs > -Infinity || estimate.pingAtMs !== null;
const isIdle = (node: NodeState): boolean => node.estimate.inFlightCount === 0;
const choose = (node: NodeState, code: WhyCode, reason: string, predictedMs: number, bytesMax = Infinity): Choice => ({ nodeId: node.nodeId, code, reason, predictedMs, bytesMax });

/* The clients without measurements. What is predicted is measured all the same, and shown, but decides nothing. */

const chooseInTurn = (state: ClientState, chunk: ChunkState, sizeBytes: number, predict: Predict): Choice | null => {
  const { holders, sequence } = chunk.facts;
  const candidates = new Set(candidatesOf(state, chunk).map((node) => node.nodeId));
  for (let step = 0; step < holders.length; step++) {
    const nodeId = holders[(sequence + step) % holders.length]!;
    if (candidates.has(nodeId)) return choose(nodeOf(state, nodeId), 'in-turn', 'next in turn', timeMsOf(nodeOf(state, nodeId), sizeBytes, predict));
  }
  return null;
};

const chooseOfTwo = (state: ClientState, chunk: ChunkState, sizeBytes: number, predict: Predict): Choice | null => {
  const candidates = candidatesOf(state, chunk);
  if (candidates.length === 0) return null;
  const first = drawOne(state.random, candidates);
  const others = candidates.filter((node) => node !== first);
  const second = others.length > 0 ? drawOne(state.random, others) : first;
  const node = inFlightAt(state, second.nodeId) < inFlightAt(state, first.nodeId) ? second : first;
  return choose(node, 'drawn', second === first ? 'the only one left to draw' : 'fewer requests under way of two drawn', timeMsOf(node, sizeBytes, predict));
};

/* The smart client and the oracle */

const ms = (value: number): string => (value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`);

export interface Timed {
  node: NodeState;
  timeMs: number;
}

/**
 * Nodes that may be asked for something now.
 *
 *   needed now               those with a place free: ranges come and go quickly, so waiting for a place is better than queueing
 *   needed later, low water  the idle ones that have answered before, so that nothing needed now shares its link or waits for a dead node
 *   a good buffer            those with a place free, else those with least under way: whole chunks must not wait for each other
 */
const eligibleOf = (timed: readonly Timed[], isNow: boolean, bufferSec: number): Timed[] => {
  if (!isNow && bufferSec < SPLIT_BELOW_SEC) return timed.filter(({ node }) => isIdle(node) && isKnown(node));
  const free = timed.filter(({ node }) => isFree(node));
  if (free.length > 0 || isNow) return free;
  const leastCount = Math.min(...timed.map(({ node }) => node.estimate.inFlightCount));
  return timed.filter(({ node }) => node.estimate.inFlightCount === leastCount);
};

/** The quickest of those that may be asked; null when it is better to wait for one that is busy. */
const chooseQuickest = (state: ClientState, usable: readonly NodeState[], sizeBytes: number, predict: Predict, isNow: boolean, bufferSec: number): Choice | null => {
  const timed = usable.map((node) => ({ node, timeMs: timeMsOf(node, sizeBytes, predict) }));
  const eligible = eligibleOf(timed, isNow, bufferSec);
  if (eligible.length === 0) return null;
  const bestMs = Math.min(...eligible.map(({ timeMs }) => timeMs));
  if (timed.some(({ node, timeMs }) => !isIdle(node) && timeMs * WAIT_FACTOR < bestMs)) return null;
  const equalShare = bufferSec < SPLIT_BELOW_SEC ? EQUAL_SHARE : EQUAL_SHARE_RELAXED;
  const equals = eligible.filter(({ timeMs }) => timeMs <= bestMs * (1 + equalShare));
  const leastBytes = Math.min(...equals.map(({ node }) => node.deliveredBytes + node.estimate.inFlightBytes));
  const { node, timeMs } = drawOne(state.random, equals.filter(({ node: equal }) => equal.deliveredBytes + equal.estimate.inFlightBytes === leastBytes));
  if (usable.length === 1) return choose(node, 'only-holder', `the only holder to ask, ${ms(timeMs)} expected`, timeMs);
  const reason = equals.length === 1 ? `quickest of ${usable.length}, ${ms(timeMs)} expected` : `least used of ${equals.length} as quick, ${ms(timeMs)} expected`;
  return choose(node, 'quickest', reason, timeMs);
};

/** A node that was slow, and brought nothing for long since, may have become quicker. One that was never used is taken to be like the others anyway. */
const chooseToExplore = (state: ClientState, usable: readonly NodeState[], predict: Predict, nowMs: number): Choice | null => {
  if (usable.length < 2 || [...state.requests.values()].some((request) => request.isExploring)) return null;
  const staleMs = ({ estimate }: NodeState): number => nowMs - (estimate.transferAtMs ?? nowMs);
  const stale = usable.filter((node) => isIdle(node) && staleMs(node) > EXPLORE_AFTER_MS).sort((a, b) => staleMs(b) - staleMs(a));
  const node = stale[0];
  return node ? choose(node, 'explored', 'slow before, tried again with a full buffer', timeMsOf(node, EXPLORE_BYTES, predict), EXPLORE_BYTES) : null;
};

const chooseSmart = (state: ClientState, chunk: ChunkState, sizeBytes: number, predict: Predict, nowMs: number): Choice | null => {
  const candidates = candidatesOf(state, chunk);
  const inPhase = (phase: string): NodeState[] => candidates.filter((node) => breakerPhase(node.breaker, nowMs) === phase);
  const usable = inPhase('closed');
  const bufferSec = bufferSecOf(state, nowMs);
  const bytesMaxOf = (limit: number): number => (chunk.isSuspect ? Infinity : limit);

  const hasTime = deadlineMsOf(state, chunk, nowMs) - nowMs > TRIAL_SLACK_MS;
  const onTrial = inPhase('half-open').filter(isIdle);
  if (onTrial.length > 0 && (usable.length === 0 || (hasTime && !chunk.isSuspect))) {
    const node = drawOne(state.random, onTrial);
    return choose(node, 'tried-again', 'failed before, tried with a few bytes', timeMsOf(node, TRIAL_BYTES, predict), bytesMaxOf(TRIAL_BYTES));
  }
  if (usable.length === 0) {
    const node = candidates.filter(isIdle).sort((a, b) => a.breaker.openUntilMs! - b.breaker.openUntilMs!)[0];
    return node ? choose(node, 'last-resort', 'all holders failed lately, the next to be trusted again', timeMsOf(node, sizeBytes, predict)) : null;
  }
  const exploring = bufferSec > EXPLORE_ABOVE_SEC && !chunk.isSuspect && state.client === 'smart' ? chooseToExplore(state, usable, predict, nowMs) : null;
  return exploring ?? chooseQuickest(state, usable, sizeBytes, predict, isNeededNow(state, chunk, bufferSec, nowMs), bufferSec);
};

/** Whom to ask for so many bytes of a chunk; null when nobody is to be asked now. */
export const chooseNode = (state: ClientState, chunk: ChunkState, sizeBytes: number, nowMs: number): Choice | null => {
  const predict = createPredict(state, nowMs);
  switch (state.client) {
    case 'naive':
    case 'naive-retry':
      return chooseInTurn(state, chunk, sizeBytes, predict);
    case 'random-two':
      return chooseOfTwo(state, chunk, sizeBytes, predict);
    case 'smart':
    case 'oracle':
      return chooseSmart(state, chunk, sizeBytes, predict, nowMs);
  }
};

/** How many of a chunk's holders are worth a share of it, of all or of the idle ones: those that are not far slower than the quickest. */
export const shareCount = (state: ClientState, chunk: ChunkState, isIdleOnly: boolean, nowMs: number): number => {
  const predict = createPredict(state, nowMs);
  const usable = candidatesOf(state, chunk).filter((node) => breakerPhase(node.breaker, nowMs) === 'closed');
  const rated = usable.map((node) => ({ node, timeMs: timeMsOf(node, RANGE_BYTES, predict) }));
  const bestMs = Math.min(...rated.map(({ timeMs }) => timeMs));
  return Math.max(1, rated.filter(({ node, timeMs }) => timeMs <= bestMs * WAIT_FACTOR && (!isIdleOnly || (isIdle(node) && isKnown(node)))).length);
};

/** Holders that could be asked besides, for a tail that is late: trusted, with a place free, and not at this chunk already. The quickest first. */
export const spareNodes = (state: ClientState, chunk: ChunkState, sizeBytes: number, busyNodeIds: ReadonlySet<string>, inFlightMax: number, nowMs: number): Timed[] => {
  const predict = createPredict(state, nowMs);
  return candidatesOf(state, chunk)
    .filter((node) => !busyNodeIds.has(node.nodeId) && node.estimate.inFlightCount < inFlightMax && breakerPhase(node.breaker, nowMs) === 'closed')
    .map((node) => ({ node, timeMs: timeMsOf(node, sizeBytes, predict), order: drawShare(state.random) }))
    .sort((a, b) => a.timeMs - b.timeMs || a.order - b.order);
};
