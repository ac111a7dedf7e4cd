import { describe, expect, test } from 'vitest';
import { dashesOf, dotCount, heldCount, median, spreadMs, travelSec } from '../../../../renderer/network/travel.ts';

describe('what travels on a link', () => {
  test('takes the longer the longer its round trip, in a few steps', () => {
    const secs = [0, 1, 5, 20, 70, 150, 300, 600, 2_000, 20_000].map(travelSec);
    expect(secs).toEqual([...secs].sort((a, b) => a - b));
    expect([secs[0], secs.at(-1)]).toEqual([0.5, 5]);
    // A jitter of a tenth does not make the dots jump.
    expect(travelSec(290)).toBe(travelSec(310));
  });
  test('is closer together on a longer way', () => {
    expect([0.5, 0.9, 2.1, 5].map(dotCount)).toEqual([1, 1, 3, 7]);
  });
});

test('a line is unbroken without loss, and has the less of itself the more is lost', () => {
  expect([dashesOf(0), dashesOf(-1)]).toEqual([undefined, undefined]);
  const shares = [0.001, 0.01, 0.1, 0.5, 1].map((share) => {
    const [dash, gap] = dashesOf(share)!.split(' ').map(Number);
    return dash! / (dash! + gap!);
  });
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  expect(shares.every((share) => share > 0 && share < 1)).toBe(true);
});

test('what a partition holds is one message for every ten times as many bytes', () => {
  expect([0, 1, 100, 1_000, 1_400_000, 1e12].map(heldCount)).toEqual([0, 1, 1, 2, 5, 6]);
});

test('the middle of some values, and how far they lie from it', () => {
  expect([median([]), median([3]), median([5, 1, 900])]).toEqual([null, 3, 5]);
  expect(spreadMs([1, 2, 3, 4])).toBeNull();
  // ±10 around 100, and one ping that was late and says nothing of the others.
  const pings = Array.from({ length: 40 }, (_, index) => 90 + (20 * index) / 39);
  expect(spreadMs([...pings, 900])).toBeGreaterThan(8);
  expect(spreadMs([...pings, 900])).toBeLessThan(11);
});
