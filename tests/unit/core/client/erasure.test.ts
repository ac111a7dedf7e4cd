import { describe, expect, test } from 'vitest';
import { type FragmentProgress, isStraggling, planFragments, wantsSpare } from '../../../../runtime/core/client/erasure.ts';

const offers = (...timesMs: number[]) => timesMs.map((predictedMs, fragmentIndex) => ({ fragmentIndex, nodeId: `node-${fragmentIndex + 1}`, predictedMs }));
const indices = (timesMs: number[]) => {
  const plan = planFragments(offers(...timesMs));
  return plan && { ask: plan.ask.map((offer) => offer.fragmentIndex), spare: plan.spare?.fragmentIndex ?? null, atOnce: plan.asksSpareAtOnce };
};

describe('the fragments of a chunk', () => {
  test.each([
    ['the quickest three of five', [50, 10, 40, 20, 30], { ask: [1, 3, 4], spare: 2, atOnce: false }],
    ['equals in their order', [10, 10, 10, 10, 10], { ask: [0, 1, 2], spare: 3, atOnce: false }],
    ['the spare at once when the third straggles', [10, 10, 100, 120, Infinity], { ask: [0, 1, 2], spare: 3, atOnce: true }],
    ['no spare when only three can be had', [10, Infinity, 20, Infinity, 90], { ask: [0, 2, 4], spare: null, atOnce: false }],
    ['nothing when only two can', [10, Infinity, 20, Infinity, Infinity], null],
  ])('%s', (_, timesMs, expected) => expect(indices(timesMs)).toEqual(expected));
});

test.each([
  [[10, 10, 20], false],
  [[10, 10, 21], true],
  [[10, 21], true],
  [[10], false],
  [[], false],
])('of %j one straggles: %s', (timesMs, expected) => expect(isStraggling(timesMs)).toBe(expected));

describe('a fourth fragment is asked for', () => {
  const fragment = (overrides: Partial<FragmentProgress> = {}): FragmentProgress => ({ isHere: false, elapsedMs: 10, lateMs: 50, expectedMs: 30, ...overrides });
  const here = fragment({ isHere: true });
  test.each([
    ['not while all are in time', [fragment(), fragment(), fragment()], false],
    ['when one is later than its p95', [here, here, fragment({ elapsedMs: 51 })], true],
    ['when one is expected at over twice the median', [fragment(), fragment(), fragment({ expectedMs: 61 })], true],
    ['not when three are here, however late the fourth is', [here, here, here, fragment({ elapsedMs: 500 })], false],
  ])('%s', (_, asked, expected) => expect(wantsSpare(asked)).toBe(expected));
});
