import { describe, expect, it } from 'vitest';
import { coefficientOfVariationOf, meanOf, medianOf, standardDeviationOf } from '../../../../runtime/core/statistics/describe.ts';

describe('figures of a sample', () => {
  it('agree with the certified values of NIST (StRD, univariate: NumAcc1 and NumAcc2)', () => {
    const large = [10_000_001, 10_000_003, 10_000_002];
    expect([meanOf(large), standardDeviationOf(large, 'sample')]).toEqual([10_000_002, 1]);
    const alternating = [1.2, ...Array.from({ length: 500 }, () => [1.1, 1.3]).flat()];
    expect(meanOf(alternating)).toBeCloseTo(1.2, 12);
    expect(standardDeviationOf(alternating, 'sample')).toBeCloseTo(0.1, 12);
  });

  it('divide by all there are, or by one less for a sample of more', () => {
    // The classic example with a mean of 5 and a deviation of 2.
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(standardDeviationOf(values, 'all')).toBe(2);
    expect(standardDeviationOf(values, 'sample')).toBeCloseTo(2.13809, 5);
    expect(coefficientOfVariationOf(values, 'all')).toBe(0.4);
  });

  it('take the middle value, or the mean of the two middle ones, and leave the values as they were', () => {
    const values = [3, 1, 2];
    expect(medianOf(values)).toBe(2);
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it('are null where there is nothing to say', () => {
    expect([meanOf([]), medianOf([]), standardDeviationOf([], 'all'), standardDeviationOf([1], 'sample'), coefficientOfVariationOf([0, 0], 'all')]).toEqual([null, null, null, null, null]);
    expect(standardDeviationOf([1], 'all')).toBe(0);
  });
});
