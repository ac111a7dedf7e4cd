import { describe, expect, it } from 'vitest';
import { RTO_MS_MAX, WINDOW_BYTES_MAX, WINDOW_INCREASE } from '../../../../runtime/core/link/limits.ts';
import {
  createVirtualTcp, type Hole, isRoundOver, loseAgain, recoverFromTimeout, retriedAtMs, type Round, startRound, type VirtualTcp, waitsForTimeout, windowOf,
} from '../../../../runtime/core/link/virtual-tcp.ts';

const RTT_MS = 100;

/** Rounds in which the window is used up, each with so many losses; returns the windows they had. */
const windowsOf = (tcp: VirtualTcp, lossCounts: readonly number[]): number[] =>
  lossCounts.map((lost, index) => {
    const round = startRound(tcp, index * RTT_MS);
    round.sent = windowOf(tcp);
    round.lost = lost;
    return tcp.windowSegments;
  });
const holeIn = (round: Partial<Round> = {}): Hole => ({ sinceMs: 1_000, timeoutCount: 0, round: { startMs: 1_000, sent: 10, lost: 1, ...round } });

describe('the window', () => {
  it('begins with ten segments and doubles each round', () => {
    expect(windowsOf(createVirtualTcp(), [0, 0, 0, 0, 0])).toEqual([10, 20, 40, 80, 160]);
  });

  it('never grows beyond what the receiver offers', () => {
    const windows = windowsOf(createVirtualTcp(), new Array<number>(30).fill(0));
    expect(windows.at(-1)! * 1448).toBeLessThanOrEqual(WINDOW_BYTES_MAX);
    expect(windows.at(-1)).toBe(windows.at(-2));
  });

  it('is multiplied by 0.7 after a loss, once a round, and then grows by 0.53 segments until it is back, and by one beyond', () => {
    const windows = windowsOf(createVirtualTcp(), [0, 3, 0, 0, 0]);
    expect(windows.slice(0, 3)).toEqual([10, 20, 14]);
    expect(windows[3]).toBeCloseTo(14 + WINDOW_INCREASE, 9);
    const tcp = { ...createVirtualTcp(), windowSegments: 20, slowStartUntil: 14, windowSegmentsAtLoss: 20 };
    expect(windowsOf(tcp, [0, 0, 0])).toEqual([20, 21, 22]);
  });

  it('increases by 3 (1 − β) / (1 + β), which gives Reno’s mean', () => {
    expect(WINDOW_INCREASE).toBeCloseTo(0.5294, 4);
  });

  it('never falls below two segments by losses that were told of', () => {
    expect(windowsOf(createVirtualTcp(), new Array<number>(12).fill(1)).at(-1)).toBe(2);
  });

  it('does not grow while it is not used', () => {
    const tcp = createVirtualTcp();
    for (let index = 0; index < 5; index += 1) startRound(tcp, index * RTT_MS).sent = 5;
    expect(windowOf(tcp)).toBe(10);
  });

  it('is one segment after a time-out, doubles to 0.7 of what it was, and grows slowly from there', () => {
    const tcp = { ...createVirtualTcp(), windowSegments: 40 };
    recoverFromTimeout(tcp, 0);
    expect(windowOf(tcp)).toBe(1);
    const windows = windowsOf(tcp, [0, 0, 0, 0, 0, 0]);
    expect(windows.slice(0, 5)).toEqual([2, 4, 8, 16, 28]);
    expect(windows[5]).toBeCloseTo(28 + WINDOW_INCREASE, 9);
  });

  it('belongs to rounds of one round trip', () => {
    const tcp = createVirtualTcp();
    expect(isRoundOver(tcp, RTT_MS, 0)).toBe(true);
    startRound(tcp, 50);
    expect(isRoundOver(tcp, RTT_MS, 149)).toBe(false);
    expect(isRoundOver(tcp, RTT_MS, 150)).toBe(true);
    expect(isRoundOver(tcp, 20, 70)).toBe(true);
  });
});

describe('a lost segment', () => {
  it('is there again after one round trip, if others of its round arrived', () => {
    expect(retriedAtMs(holeIn(), RTT_MS)).toBe(1_100);
    expect(waitsForTimeout(holeIn())).toBe(false);
  });

  it('waits for a time-out of RTT + 200 ms if its whole round was lost', () => {
    const hole = holeIn({ sent: 1, lost: 1 });
    expect(retriedAtMs(hole, RTT_MS)).toBe(1_300);
    expect(waitsForTimeout(hole)).toBe(true);
  });

  it.each([
    ['told of', holeIn(), [100, 300, 600, 1_200]],
    ['of a whole round', holeIn({ sent: 3, lost: 3 }), [300, 600, 1_200, 2_400]],
  ])('%s, if it is lost again and again, waits for time-outs that double', (_, hole, waitsMs) => {
    for (const waitMs of waitsMs) {
      const atMs = retriedAtMs(hole, RTT_MS);
      expect(atMs - hole.sinceMs).toBe(waitMs);
      loseAgain(hole, atMs);
    }
  });

  it('never waits for more than a minute', () => {
    const hole = holeIn();
    for (let time = 0; time < 40; time += 1) loseAgain(hole, 0);
    expect(retriedAtMs(hole, RTT_MS)).toBe(RTO_MS_MAX);
  });
});
