import { describe, expect, it } from 'vitest';
import { goodputOfArrivals } from '../../../../runtime/core/scheduling/goodput.ts';

const MBIT_BYTES = 125_000;
const arrival = (fromMs: number, toMs: number, sizeBytes = MBIT_BYTES) => ({ atMs: toMs, tookMs: toMs - fromMs, sizeBytes });

describe('the rate of chunks that arrived', () => {
  it('is unknown of none, and of chunks that took no time', () => {
    expect(goodputOfArrivals([])).toBeNull();
    expect(goodputOfArrivals([arrival(5, 5)])).toBeNull();
  });

  it('does not count the pauses of a full buffer', () => {
    expect(goodputOfArrivals([arrival(0, 500), arrival(60_000, 60_500)])).toBe(2_000_000);
  });

  it('counts the time that chunks share once, in whatever order they arrived', () => {
    expect(goodputOfArrivals([arrival(0, 1_000), arrival(500, 1_000)])).toBe(2_000_000);
    expect(goodputOfArrivals([arrival(0, 200), arrival(800, 900), arrival(100, 1_000)])).toBe(3_000_000);
  });
});
