import { describe, expect, it } from 'vitest';
import { createManualClock, sleep, systemClock } from '../../../runtime/platform/clock.ts';
import { seededRandom, systemRandom } from '../../../runtime/platform/random.ts';

describe('the manual clock', () => {
  it('runs callbacks in order of their due time, also those set by callbacks', () => {
    const clock = createManualClock(1_000);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b@${clock.nowMs()}`));
    clock.after(10, () => {
      seen.push(`a@${clock.nowMs()}`);
      clock.after(5, () => seen.push(`c@${clock.nowMs()}`));
    });
    clock.after(30, () => seen.push('cancelled'))();
    clock.advance(30);
    expect(seen).toEqual(['a@10', 'c@15', 'b@20']);
    expect(clock.wallMs()).toBe(1_030);
  });
});

describe('sleep', () => {
  it('ends with the reason of its signal, before or while it sleeps', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const sleeping = sleep(clock, 1_000, controller.signal);
    controller.abort(new Error('stop'));
    await expect(sleeping).rejects.toThrow('stop');
    await expect(sleep(systemClock, 1_000, controller.signal)).rejects.toThrow('stop');
  });
});

describe('randomness', () => {
  it('repeats for a seed and differs between seeds', () => {
    const take = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed));
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  it('stays in [0, 1) and spreads evenly', () => {
    for (const random of [systemRandom, seededRandom(1)]) {
      const values = Array.from({ length: 4_000 }, random);
      expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    }
  });
});
