import { describe, expect, test } from 'vitest';
import { GOODPUT_WINDOW_MS, goodputOf, recentSpans } from '../../../../runtime/core/scheduling/goodput.ts';
import { latencyMsOf, scoreOf, scoreOfNode } from '../../../../runtime/core/scheduling/score.ts';

describe('the published score', () => {
  test.each([
    [{ bitsPerSecond: 40e6, latencyMs: 0, reliability: 1 }, 40],
    [{ bitsPerSecond: 40e6, latencyMs: 10, reliability: 1 }, 20],
    [{ bitsPerSecond: 40e6, latencyMs: 10, reliability: 0.5 }, 10],
    [{ bitsPerSecond: 100e6, latencyMs: 90, reliability: 1 }, 10],
    [{ bitsPerSecond: 100e6, latencyMs: 20, reliability: 0 }, 0],
  ])('of %j is %d', (figures, score) => {
    expect(scoreOf(figures)).toBeCloseTo(score, 9);
  });

  const figures = { bitsPerSecond: 40e6, firstByteMs: 30, firstByteMsP95: 50, pingMs: 10, reliability: 1 };
  test('goes by the ping, and by the first byte where no ping has come back', () => {
    expect(latencyMsOf(figures)).toBe(10);
    expect(scoreOfNode(figures)).toBeCloseTo(20);
    expect(scoreOfNode({ ...figures, pingMs: null })).toBeCloseTo(10);
  });
  test.each(['bitsPerSecond', 'reliability'] as const)('is unknown without %s', (key) => {
    expect(scoreOfNode({ ...figures, [key]: null })).toBeNull();
  });
  test('is unknown without any latency', () => {
    expect(scoreOfNode({ ...figures, pingMs: null, firstByteMs: null })).toBeNull();
  });
});

describe('goodput', () => {
  const span = (fromMs: number, toMs: number, sizeBytes: number) => ({ fromMs, toMs, sizeBytes });
  test('is bytes over active time: the pauses of a full buffer do not count', () => {
    expect(goodputOf([span(0, 1000, 500_000), span(9_000, 10_000, 500_000)], 10_000)).toBe(4_000_000);
  });
  test('forgets what ended before the window, and is unknown after a window of silence', () => {
    const spans = [span(0, 1000, 9_999_999), span(10_000, 11_000, 125_000)];
    expect(goodputOf(spans, 1000 + GOODPUT_WINDOW_MS)).toBe(1_000_000);
    expect(recentSpans(spans, 1000 + GOODPUT_WINDOW_MS)).toEqual([spans[1]]);
    expect(goodputOf(spans, 11_000 + GOODPUT_WINDOW_MS)).toBeNull();
    expect(goodputOf([], 0)).toBeNull();
  });
});
