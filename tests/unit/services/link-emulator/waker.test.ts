import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { createWaker, type Sleeper } from '../../../../runtime/services/link-emulator/waker.ts';

const setUp = () => {
  const clock = createManualClock();
  const waker = createWaker(clock);
  const rings: string[] = [];
  /** Has things to do at these times. */
  const sleeper = (name: string, dues: number[]): Sleeper => {
    const made: Sleeper = {
      wakeMs: () => dues[0] ?? Infinity,
      wake(nowMs) {
        while (dues.length > 0 && dues[0]! <= nowMs) {
          dues.shift();
          rings.push(`${name} ${clock.nowMs()}`);
        }
      },
    };
    waker.add(made);
    waker.schedule(made.wakeMs());
    return made;
  };
  return { clock, waker, rings, sleeper };
};

describe('the one timer of all links', () => {
  it('rings for each when something is due', () => {
    const { clock, rings, sleeper } = setUp();
    sleeper('a', [30, 70]);
    sleeper('b', [10, 50]);
    clock.advance(100);
    expect(rings).toEqual(['b 10', 'a 30', 'b 50', 'a 70']);
  });

  it('is set anew when something is due earlier, and looks again when it rang too early', () => {
    const { clock, waker, rings, sleeper } = setUp();
    const dues = [500];
    const late = sleeper('late', dues);
    dues[0] = 20;
    waker.schedule(late.wakeMs());
    dues[0] = 40;
    clock.advance(100);
    expect(rings).toEqual(['late 40']);
  });

  it('lets everything act that is due within half a millisecond, as timers know only whole ones', () => {
    const { clock, rings, sleeper } = setUp();
    sleeper('a', [10.3]);
    sleeper('b', [10.49]);
    sleeper('c', [10.8]);
    clock.advance(10);
    expect(rings).toEqual(['a 10', 'b 10']);
    clock.advance(1);
    expect(rings.at(-1)).toBe('c 11');
  });

  it('rings for nobody who left, and not at all once it is stopped', () => {
    const { clock, waker, rings, sleeper } = setUp();
    const left = sleeper('left', [10]);
    sleeper('stays', [10, 20]);
    waker.remove(left);
    clock.advance(10);
    waker.stop();
    waker.schedule(15);
    clock.advance(50);
    expect(rings).toEqual(['stays 10']);
  });
});
