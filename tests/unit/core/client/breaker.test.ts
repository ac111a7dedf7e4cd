import { describe, expect, test } from 'vitest';
import { breakerPhase, closeBreaker, createBreaker, distrust, failBreaker } from '../../../../runtime/core/client/breaker.ts';

/** Draws the middle, so that no jitter is added. */
const MIDDLE = 0.5;

describe('a breaker', () => {
  test('opens at the second failure in a row, and not at a second one with a success between', () => {
    const breaker = createBreaker();
    failBreaker(breaker, 0, 10, MIDDLE);
    closeBreaker(breaker, 15, 20);
    failBreaker(breaker, 20, 30, MIDDLE);
    expect(breakerPhase(breaker, 30)).toBe('closed');
    failBreaker(breaker, 30, 40, MIDDLE);
    expect(breakerPhase(breaker, 40)).toBe('open');
    expect(breakerPhase(breaker, 2_039)).toBe('open');
    expect(breakerPhase(breaker, 2_040)).toBe('half-open');
  });

  test('doubles from 2 s to 30 s while its trials fail, and closes with one that does not', () => {
    const breaker = createBreaker();
    let nowMs = 0;
    failBreaker(breaker, 0, 0, MIDDLE);
    failBreaker(breaker, 0, 0, MIDDLE);
    const openFor: number[] = [];
    for (let trial = 0; trial < 6; trial++) {
      openFor.push(breaker.openUntilMs! - nowMs);
      nowMs = breaker.openUntilMs!;
      failBreaker(breaker, nowMs, nowMs, MIDDLE);
    }
    expect(openFor).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    closeBreaker(breaker, nowMs, nowMs);
    expect(breakerPhase(breaker, nowMs)).toBe('closed');
  });

  test('is opened for an instant longer or shorter by chance, by a fifth at most and never beyond 30 s', () => {
    const openMs = (drawn: number): number => {
      const breaker = createBreaker();
      failBreaker(breaker, 0, 0, drawn);
      failBreaker(breaker, 0, 0, drawn);
      return breaker.openUntilMs!;
    };
    expect([openMs(0), openMs(MIDDLE), openMs(0.999999)].map(Math.round)).toEqual([1_600, 2_000, 2_400]);
    const liar = createBreaker();
    distrust(liar, 0, 0.999999);
    expect(liar.openUntilMs).toBe(30_000);
  });

  test('hears nothing new from requests that left before it opened', () => {
    const breaker = createBreaker();
    for (let failure = 0; failure < 4; failure++) failBreaker(breaker, 0, 100, MIDDLE);
    expect(breaker.openUntilMs).toBe(2_100);
    failBreaker(breaker, 50, 2_200, MIDDLE);
    expect(breakerPhase(breaker, 2_200)).toBe('half-open');
  });

  test('goes on doubling when it opens again soon, and begins anew when it held for long', () => {
    const reopened = (afterMs: number): number => {
      const breaker = createBreaker();
      failBreaker(breaker, 0, 0, MIDDLE);
      failBreaker(breaker, 0, 0, MIDDLE);
      closeBreaker(breaker, 2_000, 2_000);
      failBreaker(breaker, 2_000 + afterMs, 2_000 + afterMs, MIDDLE);
      failBreaker(breaker, 2_000 + afterMs, 2_000 + afterMs, MIDDLE);
      return breaker.openMs;
    };
    expect([reopened(1_000), reopened(31_000)]).toEqual([4_000, 2_000]);
  });

  test('is not closed by what was asked before it opened', () => {
    const breaker = createBreaker();
    failBreaker(breaker, 0, 100, MIDDLE);
    failBreaker(breaker, 0, 100, MIDDLE);
    closeBreaker(breaker, 50, 200);
    expect(breakerPhase(breaker, 200)).toBe('open');
    closeBreaker(breaker, 150, 300);
    expect(breakerPhase(breaker, 300)).toBe('closed');
  });

  test('of a node that lied stays open as long as it can', () => {
    const breaker = createBreaker();
    distrust(breaker, 0, MIDDLE);
    expect(breaker.openUntilMs).toBe(30_000);
  });
});
