import { describe, expect, test } from 'vitest';
import {
  createNodeEstimate, DECAY_HALF_LIFE_MS, figuresOf, FIRST_BYTES_MAX, NODE_PRIOR, type NodeEstimate, type NodeObservation, observe, predictionOf, TRANSFER_BYTES_MIN,
} from '../../../../runtime/core/scheduling/node-estimate.ts';

const after = (...observations: NodeObservation[]): NodeEstimate => observations.reduce(observe, createNodeEstimate());
const received = (sizeBytes: number, tookMs: number, atMs = 0): NodeObservation => ({ kind: 'received', atMs, sizeBytes, tookMs });
const firstByte = (tookMs: number, atMs = 0): NodeObservation => ({ kind: 'first-byte', atMs, tookMs });
const succeeded: NodeObservation = { kind: 'succeeded', atMs: 0 };
const failed: NodeObservation = { kind: 'failed', atMs: 0, leftBytes: 0 };
const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
/** One second's worth at so many Mbit/s. */
const second = (megabits: number): NodeObservation => received((megabits * 1e6) / 8, 1000);

describe('throughput', () => {
  test.each<[string, NodeObservation[], number | null]>([
    ['is unknown before anything came in', [succeeded, firstByte(5)], null],
    ['is bytes over the time they flowed', [second(40)], 40],
    ['leaves out transfers below 16 KiB, which tell of buffers', [received(TRANSFER_BYTES_MIN - 1, 1)], null],
    ['counts transfers from 16 KiB on', [received(16 * 1024, 16.384)], 8],
    ['takes a transfer without a measurable time as one of a millisecond', [received(125_000, 0)], 1000],
    ['weighs by time: a burst of 10 ms hardly moves what 2 s have shown', [second(10), second(10), received(125_000, 10)], 10],
  ])('%s', (_, observations, megabits) => {
    const { bitsPerSecond } = figuresOf(after(...observations));
    if (megabits === null) expect(bitsPerSecond).toBeNull();
    else expect(Math.abs(bitsPerSecond! / 1e6 / megabits - 1)).toBeLessThan(0.1);
  });

  test('bad news acts at once, good news has to last: the lower of the fast and the slow average counts', () => {
    const slowed = figuresOf(after(...times(20, second(50)), ...times(4, second(5)))).bitsPerSecond!;
    const recovered = figuresOf(after(...times(20, second(5)), ...times(4, second(50)))).bitsPerSecond!;
    // After four seconds the fast average has gone three quarters of the way down, the slow one about a third of the way up.
    expect(slowed / 1e6).toBeCloseTo(5 + 45 / 4, 0);
    expect(recovered / 1e6).toBeGreaterThan(15);
    expect(recovered / 1e6).toBeLessThan(25);
  });
});

describe('the first byte', () => {
  test('is smoothed over requests, and its p95 is taken of the last 32', () => {
    const early = times(100, firstByte(900));
    const late = Array.from({ length: FIRST_BYTES_MAX }, (_, index) => firstByte(index + 1));
    const figures = figuresOf(after(...early, ...late));
    expect(figures.firstByteMsP95).toBe(31);
    expect(figures.firstByteMs).toBeGreaterThan(20);
    expect(figures.firstByteMs).toBeLessThan(32);
  });
  test('has no part in the throughput', () => {
    expect(figuresOf(after(firstByte(5_000), second(40))).bitsPerSecond! / 1e6).toBeCloseTo(40);
  });
});

describe('success', () => {
  test.each<[string, NodeObservation[], number | null, boolean | null]>([
    ['is unknown before the first outcome', [], null, null],
    ['is whole while nothing fails', times(5, succeeded), 1, true],
    ['one failure at the very start costs a fifth, it does not condemn', [failed], 0.8, false],
    ['goes to nothing when all fails', times(40, failed), 0, false],
    ['comes back with answered requests', [...times(40, failed), ...times(12, succeeded)], 0.88, true],
    ['comes back with answered pings too, so that an unused node can recover', [...times(40, failed), ...times(12, { kind: 'pinged', atMs: 0, tookMs: 1 } as const)], 0.88, true],
    ['a lost ping counts as a failure', [{ kind: 'ping-failed', atMs: 0 }], 0.8, false],
    ['a request that the client itself ended says nothing', [{ kind: 'dropped', atMs: 0, leftBytes: 0 }], null, null],
  ])('%s', (_, observations, reliability, isAnswering) => {
    const estimate = after(...observations);
    expect(estimate.isAnswering).toBe(isAnswering);
    if (reliability === null) expect(figuresOf(estimate).reliability).toBeNull();
    else expect(figuresOf(estimate).reliability).toBeCloseTo(reliability, 1);
  });
});

test.each<[string, NodeObservation[], { inFlightCount: number; inFlightBytes: number }]>([
  ['a request under way', [{ kind: 'asked', atMs: 0, sizeBytes: 1000 }], { inFlightCount: 1, inFlightBytes: 1000 }],
  ['one of two, half of it here', [...times(2, { kind: 'asked', atMs: 0, sizeBytes: 1000 } as const), received(500, 1)], { inFlightCount: 2, inFlightBytes: 1500 }],
  ['one that came whole', [{ kind: 'asked', atMs: 0, sizeBytes: 1000 }, received(1000, 1), succeeded], { inFlightCount: 0, inFlightBytes: 0 }],
  ['one that broke off', [{ kind: 'asked', atMs: 0, sizeBytes: 1000 }, received(300, 1), { kind: 'failed', atMs: 0, leftBytes: 700 }], { inFlightCount: 0, inFlightBytes: 0 }],
  ['one that was dropped', [{ kind: 'asked', atMs: 0, sizeBytes: 1000 }, { kind: 'dropped', atMs: 0, leftBytes: 1000 }], { inFlightCount: 0, inFlightBytes: 0 }],
])('in flight: %s', (_, observations, expected) => {
  expect(after(...observations)).toMatchObject(expected);
});

describe('a prediction', () => {
  test('of an unknown node is the prior', () => {
    expect(predictionOf(createNodeEstimate(), 1_000_000)).toEqual(NODE_PRIOR);
  });
  test('is what was measured while that is fresh, and goes half the way to the prior with each half-life of silence', () => {
    const estimate = after(received(125_000, 1000, 0), firstByte(300, 0));
    expect(predictionOf(estimate, 0)).toMatchObject({ bitsPerSecond: 1_000_000, firstByteMs: 300 });
    expect(predictionOf(estimate, DECAY_HALF_LIFE_MS)).toMatchObject({ bitsPerSecond: 5_500_000, firstByteMs: 200 });
    expect(predictionOf(estimate, 20 * DECAY_HALF_LIFE_MS).bitsPerSecond).toBeCloseTo(NODE_PRIOR.bitsPerSecond, -2);
  });
  test('of a node that was only pinged goes by its pings', () => {
    expect(predictionOf(after({ kind: 'pinged', atMs: 0, tookMs: 20 }), 0)).toEqual({ ...NODE_PRIOR, firstByteMs: 20 });
  });
  test('of a node that failed long ago gives it another chance', () => {
    const estimate = after(...times(40, failed));
    expect(predictionOf(estimate, 0).reliability).toBeCloseTo(0, 1);
    expect(predictionOf(estimate, 3 * DECAY_HALF_LIFE_MS).reliability).toBeCloseTo(7 / 8, 2);
  });
});

test('an observation leaves the estimate it was made on as it was', () => {
  const before = after(second(40), firstByte(5));
  const copy = structuredClone(before);
  observe(before, failed);
  observe(before, firstByte(1));
  expect(before).toEqual(copy);
});
