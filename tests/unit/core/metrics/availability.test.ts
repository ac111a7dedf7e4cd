import { describe, expect, it } from 'vitest';
import { availabilityAt, createAvailability, stepBeat, stepWanted, type AvailabilityState, type BeatPolicy } from '../../../../runtime/core/metrics/availability.ts';

const policy: BeatPolicy = { beatMs: 1000, gapMsMax: 2500 };

/** Wanted from 0 on; each entry is a beat: when, of which process, and how long it has served. */
const after = (beats: readonly [atMs: number, incarnation: number, servingMs?: number, isDegraded?: boolean][]): AvailabilityState => {
  const state = createAvailability(0);
  stepWanted(state, true, 0, policy);
  for (const [atMs, incarnation, servingMs, isDegraded = false] of beats) {
    stepBeat(state, { incarnation, isDegraded, ...(servingMs !== undefined && { servingMs }) }, atMs, policy);
  }
  return state;
};
const upMsAt = (state: AvailabilityState, nowMs: number): number => availabilityAt(state, nowMs, policy)! * nowMs;

describe('availability from heartbeats', () => {
  it('is not known of a child that was never wanted', () => {
    expect(availabilityAt(createAvailability(0), 5000, policy)).toBeNull();
  });

  it('begins when the child began to serve, which its first good beat tells', () => {
    expect(upMsAt(after([[10, 1], [1000, 1, 700]]), 1000)).toBe(700);
  });

  it('counts the time between beats that come on time, and since the last one while it may still be on time', () => {
    const state = after([[1000, 1, 1000], [2000, 1, 2000], [4400, 1, 4400]]);
    expect(upMsAt(state, 4400)).toBe(4400);
    expect(upMsAt(state, 6000)).toBe(6000);
  });

  it('counts a silence longer than allowed as down, from the middle of the interval after the last beat until the next beat', () => {
    const state = after([[1000, 1, 1000]]);
    expect(upMsAt(state, 8000)).toBeCloseTo(1500);
    stepBeat(state, { incarnation: 1, servingMs: 9000, isDegraded: false }, 9000, policy);
    expect(upMsAt(state, 9000)).toBeCloseTo(1500);
    stepBeat(state, { incarnation: 1, servingMs: 10_000, isDegraded: false }, 10_000, policy);
    expect(upMsAt(state, 10_000)).toBeCloseTo(2500);
  });

  it('does not blame the child for beats that left in time and were read late', () => {
    const state = after([[1000, 1, 1000]]);
    for (const servingMs of [2000, 3000, 4000, 5000]) stepBeat(state, { incarnation: 1, servingMs, isDegraded: false }, 5500, policy);
    expect(upMsAt(state, 5500)).toBe(5500);
  });

  it('sees a quick restart by the other process, however short the silence', () => {
    // Died somewhere after 1000; its successor has served for 300 ms when its first beat comes at 2400.
    expect(upMsAt(after([[1000, 1, 1000], [1800, 2], [2400, 2, 300]]), 2400)).toBeCloseTo(1000 + 500 + 300);
    expect(upMsAt(after([[1000, 1, 1000], [2400, 2, 1300]]), 2400)).toBeCloseTo(1000 + 100 + 1300);
  });

  it('counts a child that can do only a part of its work as down until it says otherwise', () => {
    const state = after([[1000, 1, 1000], [2000, 1, 2000, true], [3000, 1, 3000, true], [4000, 1, 4000], [5000, 1, 5000]]);
    expect(upMsAt(state, 5000)).toBe(3000);
  });

  it('does not count the time in which the child was stopped on purpose', () => {
    const state = after([[1000, 1, 1000], [2000, 1, 2000]]);
    stepWanted(state, false, 2200, policy);
    stepBeat(state, { incarnation: 1, isDegraded: false }, 2400, policy);
    expect(availabilityAt(state, 60_000, policy)).toBe(1);
    stepWanted(state, true, 60_000, policy);
    stepBeat(state, { incarnation: 2, servingMs: 500, isDegraded: false }, 61_000, policy);
    expect(availabilityAt(state, 61_000, policy)).toBeCloseTo(2700 / 3200);
  });
});
