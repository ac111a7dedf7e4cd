import { describe, expect, it } from 'vitest';
import { normalTail } from '../../../../runtime/core/statistics/normal.ts';
import { EXACT_MAX, wilcoxonSignedRank } from '../../../../runtime/core/statistics/wilcoxon.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';

describe("Wilcoxon's signed-rank test", () => {
  it('agrees with the depression scale of Hollander and Wolfe (1973), page 29, as R prints it: V = 40, p = 0.01953 one-sided', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const test = wilcoxonSignedRank(before.map((value, index) => value - after[index]!))!;
    expect(test).toMatchObject({ n: 9, positiveRankSum: 40, method: 'exact' });
    expect(test.p).toBeCloseTo(2 * 0.01953125, 10);
  });

  it("agrees with Darwin's maize (Fisher 1935), as SciPy's manual prints it: statistic 24, p = 0.041259765625", () => {
    const differences = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];
    const { p, positiveRankSum, n } = wilcoxonSignedRank(differences)!;
    expect((n * (n + 1)) / 2 - positiveRankSum).toBe(24);
    expect(p).toBeCloseTo(0.041259765625, 12);
  });

  it.each([
    // The table in Wilcoxon (1949), as McCornack (1965) printed it anew: the largest smaller rank sum whose two-sided p is at most 0.05.
    [6, 0], [7, 2], [8, 3], [9, 5], [10, 8], [12, 13], [15, 25], [20, 52], [25, 89], [30, 137],
  ])('has the critical value of the published table at n = %i: %i', (n, critical) => {
    /** Differences whose negative ones have the rank sum `sum`: greedily, from the largest rank. */
    const withSum = (sum: number): number[] => {
      let left = sum;
      return Array.from({ length: n }, (_, index) => n - index).map((rank) => {
        if (rank > left) return rank;
        left -= rank;
        return -rank;
      });
    };
    expect(wilcoxonSignedRank(withSum(critical))!.p).toBeLessThanOrEqual(0.05);
    expect(wilcoxonSignedRank(withSum(critical + 1))!.p).toBeGreaterThan(0.05);
  });

  it('is exact with shared ranks too, as counting all ways one by one is', () => {
    const seed = 20_261;
    const random = seededRandom(seed);
    for (let round = 0; round < 40; round++) {
      const differences = Array.from({ length: 1 + Math.floor(random() * 10) }, () => Math.round(random() * 8 - 3)).filter((difference) => difference !== 0);
      if (differences.length === 0) continue;
      expect(wilcoxonSignedRank(differences)!.p, `seed ${seed}, round ${round}`).toBeCloseTo(byCounting(differences), 12);
    }
  });

  it('approximates beyond, with the corrections for ties and continuity: the figures of SciPy 1.17, method asymptotic, correction on', () => {
    const differences = [
      3, 6, 3, -7, 7, 4, -2, 5, 3, 3, 1, 4, -3, 0, -2, 5, 1, -1, -3, 0, 1, 0, 9, 7, -15, -10, 0, -1, 2, 3,
      14, -5, -1, 13, 5, 5, -2, -9, 2, 2, -6, -3, 1, -4, 1, 2, 1, -2, 5, 7, 3, -4, 6, -2, 6, -5, 7, 1, -6, -1,
    ];
    const test = wilcoxonSignedRank(differences)!;
    expect(test).toMatchObject({ n: 56, method: 'normal' });
    expect((56 * 57) / 2 - test.positiveRankSum).toBe(610.5);
    expect(test.p).toBeCloseTo(0.1262683347829892, 6);
  });

  it('joins both ways smoothly where one takes over from the other', () => {
    const differences = Array.from({ length: EXACT_MAX }, (_, index) => (index + 1) * (index % 3 === 0 ? -1 : 1));
    const exact = wilcoxonSignedRank(differences)!;
    const normal = wilcoxonSignedRank([...differences, EXACT_MAX + 1])!;
    expect([exact.method, normal.method]).toEqual(['exact', 'normal']);
    expect(Math.abs(exact.p - normal.p)).toBeLessThan(0.02);
  });

  it('leaves zeros out, knows no direction, and says nothing where there is nothing to rank', () => {
    expect(wilcoxonSignedRank([0, 1, 2, 3, 0])).toEqual(wilcoxonSignedRank([1, 2, 3]));
    expect(wilcoxonSignedRank([-1, 2, 3])!.p).toBe(wilcoxonSignedRank([1, -2, -3])!.p);
    expect(wilcoxonSignedRank([1, -1])!.p).toBe(1);
    expect(wilcoxonSignedRank([0, 0])).toBeNull();
    expect(wilcoxonSignedRank([])).toBeNull();
  });
});

/** All 2ⁿ ways, one by one. */
const byCounting = (differences: readonly number[]): number => {
  const sizes = differences.map(Math.abs);
  const ranks = sizes.map((size) => sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2);
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  const distance = (mask: number): number => Math.abs(ranks.reduce((sum, rank, index) => sum + ((mask >> index) & 1 ? rank : 0), 0) - mean);
  const own = distance(differences.reduce((mask, difference, index) => mask | (difference > 0 ? 1 << index : 0), 0));
  let count = 0;
  for (let mask = 0; mask < 2 ** ranks.length; mask++) if (distance(mask) >= own - 1e-9) count++;
  return count / 2 ** ranks.length;
};

describe('the tail of the normal distribution', () => {
  it.each([
    // Abramowitz and Stegun (1964), tables 26.1 and 26.2.
    [0, 0.5], [0.5, 0.3085375387], [1, 0.1586552539], [1.96, 0.0249978951], [2.9, 0.0018658133], [3.1, 0.00096760321], [5, 2.866515719e-7], [8, 6.220960574e-16],
  ])('at z = %d is %d', (z, share) => {
    expect(Math.abs(normalTail(z) - share)).toBeLessThan(Math.max(1e-7 * (z > 3 ? share : 1), 1e-20));
  });
});
