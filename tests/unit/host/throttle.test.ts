import { describe, expect, it } from 'vitest';
import { createThrottle } from '../../../runtime/host/throttle.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';

describe('a throttle', () => {
  it('acts at once in a quiet time, then once per interval however often it is asked', () => {
    const clock = createManualClock();
    const acted: number[] = [];
    const throttle = createThrottle(clock, 250, () => acted.push(clock.nowMs()));
    for (let ms = 0; ms < 1_000; ms += 10) {
      throttle.request();
      clock.advance(10);
    }
    expect(acted).toEqual([0, 250, 500, 750, 1_000]);
  });

  it('acts out of its turn when it must, and waits a whole interval after that', () => {
    const clock = createManualClock();
    const acted: number[] = [];
    const throttle = createThrottle(clock, 250, () => acted.push(clock.nowMs()));
    throttle.request();
    clock.advance(100);
    throttle.request();
    throttle.now();
    throttle.request();
    clock.advance(1_000);
    expect(acted).toEqual([0, 100, 350]);
  });

  it('never loses the last request, and is quiet when nobody asks', () => {
    const clock = createManualClock();
    let count = 0;
    const throttle = createThrottle(clock, 250, () => count++);
    throttle.request();
    throttle.request();
    clock.advance(10_000);
    expect(count).toBe(2);
    throttle.request();
    throttle.request();
    throttle.cancel();
    clock.advance(10_000);
    expect(count).toBe(3);
  });
});
