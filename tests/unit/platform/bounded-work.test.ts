import { describe, expect, it } from 'vitest';
import { runBounded } from '../../../runtime/platform/bounded-work.ts';

describe('bounded work', () => {
  it('gives what the work returns, and passes its failure on', () => {
    expect(runBounded(() => [1, 2], 1_000)).toEqual({ value: [1, 2] });
    expect(runBounded(() => undefined, 1_000)).toEqual({ value: undefined });
    expect(() => runBounded(() => { throw new RangeError('no'); }, 1_000)).toThrow(RangeError);
  });

  it('is cut off in the middle of a regular expression', () => {
    expect(runBounded(() => /^(a+)+$/.test(`${'a'.repeat(60)}!`), 20)).toBeUndefined();
  });
});
