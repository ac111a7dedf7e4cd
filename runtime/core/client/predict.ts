/**
 * How long a node would take: T = (first byte + 8 · (bytes under way + bytes asked) / throughput) / success. The smart client reckons with
 * what it measured, the oracle with what the emulator knows.
 */
import { SECOND_MS } from '../../contract/units.ts';
import { figuresOf, NODE_PRIOR, type NodePrediction, predictionOf } from '../scheduling/node-estimate.ts';
import { percentileOf } from '../scheduling/percentile.ts';
import { bufferSecOf } from './buffer.ts';
import { EXPLORE_ABOVE_SEC, LATE_MS_MIN, LATE_RATIO_MAX, LATE_RATIO_MIN, LATE_RATIO_UNKNOWN, RATIOS_MAX, RATIOS_MIN, RELIABILITY_MIN } from './limits.ts';
import type { NodeState } from './nodes.ts';
import type { ClientState, RequestState } from './state.ts';
import type { LinkTruth } from './truth.ts';

/** What the machine itself takes to answer, which no link adds. */
const TRUTH_FIRST_BYTE_MS = 3;
/** A link without a limit. */
const TRUTH_BITS_PER_SECOND_MAX = 1_000_000_000;
const SEGMENT_BITS = 1_448 * 8;
/** Mathis et al. 1997: what one TCP connection reaches with this loss is segment / round trip · √(3/2) / √loss. */
const MATHIS = Math.sqrt(1.5);

const predictionByTruth = ({ roundTripMs, bitsPerSecond, lossShare, isReachable }: LinkTruth): NodePrediction => {
  const byLoss = lossShare > 0 ? ((SEGMENT_BITS * MATHIS) / Math.sqrt(lossShare)) * (SECOND_MS / Math.max(roundTripMs, 1)) : Infinity;
  return {
    bitsPerSecond: Math.min(bitsPerSecond ?? Infinity, byLoss, TRUTH_BITS_PER_SECOND_MAX),
    firstByteMs: roundTripMs + TRUTH_FIRST_BYTE_MS,
    reliability: isReachable ? 1 : RELIABILITY_MIN,
  };
};

/**
 * What is assumed of a node as long as nothing is known of it: that it is like the others; and of one whose wait is known but not its rate, that
 * its rate is lower by as much as its wait is longer, since that is how TCP gets going.
 */
const createPriorOf = (state: ClientState): ((node: NodeState) => NodePrediction) => {
  const figures = [...state.nodes.values()].map((node) => figuresOf(node.estimate));
  const median = (values: (number | null)[], unknown: number): number => percentileOf(values.filter((value) => value !== null), 0.5) ?? unknown;
  const prior: NodePrediction = {
    bitsPerSecond: median(figures.map((figure) => figure.bitsPerSecond), NODE_PRIOR.bitsPerSecond),
    firstByteMs: median(figures.map((figure) => figure.firstByteMs ?? figure.pingMs), NODE_PRIOR.firstByteMs),
    reliability: NODE_PRIOR.reliability,
  };
  return ({ estimate }) => {
    const { firstByteMs, pingMs } = figuresOf(estimate);
    const waitMs = firstByteMs ?? pingMs ?? prior.firstByteMs;
    return waitMs > prior.firstByteMs ? { ...prior, bitsPerSecond: (prior.bitsPerSecond * prior.firstByteMs) / waitMs } : prior;
  };
};

export type Predict = (node: NodeState) => NodePrediction;

/**
 * Predictions of this moment. What is old is drawn to what the other nodes are like; but that a slow node may have recovered is only hoped for
 * with a buffer to risk.
 */
export const createPredict = (state: ClientState, nowMs: number): Predict => {
  const priorOf = createPriorOf(state);
  const mayHope = bufferSecOf(state, nowMs) > EXPLORE_ABOVE_SEC;
  return (node) => {
    if (state.client === 'oracle' && node.truth) return predictionByTruth(node.truth);
    const hoped = predictionOf(node.estimate, nowMs, priorOf(node));
    const { bitsPerSecond, firstByteMs } = figuresOf(node.estimate);
    if (mayHope) return hoped;
    return { ...hoped, bitsPerSecond: Math.min(hoped.bitsPerSecond, bitsPerSecond ?? Infinity), firstByteMs: Math.max(hoped.firstByteMs, firstByteMs ?? 0) };
  };
};

/** T of one more request for so many bytes. */
export const timeMsOf = (node: NodeState, sizeBytes: number, predict: Predict): number => {
  const { bitsPerSecond, firstByteMs, reliability } = predict(node);
  const transferMs = (8 * SECOND_MS * (node.estimate.inFlightBytes + sizeBytes)) / bitsPerSecond;
  return (firstByteMs + transferMs) / Math.max(reliability, RELIABILITY_MIN);
};

/* How far predictions are off */

export const noteRatio = (state: ClientState, { predictedMs, askedAtMs }: RequestState, nowMs: number): void => {
  if (predictedMs > 0) state.ratios = [...state.ratios, (nowMs - askedAtMs) / predictedMs].slice(-RATIOS_MAX);
};

/** After so long a request is late: the p95 of what requests took lately, compared with what was predicted for them. */
export const lateMsOf = (state: ClientState, request: Pick<RequestState, 'predictedMs'>): number => {
  const ratio = state.ratios.length < RATIOS_MIN ? LATE_RATIO_UNKNOWN : percentileOf(state.ratios, 0.95)!;
  return Math.max(LATE_MS_MIN, request.predictedMs * Math.min(LATE_RATIO_MAX, Math.max(LATE_RATIO_MIN, ratio)));
};
