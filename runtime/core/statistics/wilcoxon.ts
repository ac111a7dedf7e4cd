/**
 * Wilcoxon's signed-rank test (1945), two-sided: whether paired differences lie evenly around 0. Differences of 0 are left out, as Wilcoxon
 * did; equal ones share the mean of their ranks.
 *
 * Up to EXACT_MAX differences the p is exact, ties included: of all 2ⁿ ways to give the ranks at hand their signs, the share whose sum is at
 * least as far from its mean. Beyond, the normal approximation, with the correction of its variance for ties and that for continuity.
 */
import { normalTail } from './normal.ts';

export const EXACT_MAX = 50;

export interface SignedRankTest {
  /** Differences other than 0. */
  n: number;
  /** Sum of the ranks of the positive differences. */
  positiveRankSum: number;
  /** Two-sided. */
  p: number;
  method: 'exact' | 'normal';
}

/** Ranks of the absolute values from 1, twice over, so that a shared rank is whole too; and how many shared each. */
const doubledRanks = (differences: readonly number[]): { ranks: number[]; tieCounts: number[] } => {
  const order = differences.map((_, index) => index).sort((a, b) => Math.abs(differences[a]!) - Math.abs(differences[b]!));
  const ranks = new Array<number>(differences.length);
  const tieCounts: number[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && Math.abs(differences[order[to]!]!) === Math.abs(differences[order[from]!]!)) to++;
    for (let place = from; place < to; place++) ranks[order[place]!] = from + 1 + to;
    tieCounts.push(to - from);
    from = to;
  }
  return { ranks, tieCounts };
};

/** Ways by the sum they reach, one rank after the other: each either counts or does not. Shares instead of counts, which would outgrow a number's digits. */
const sumShares = (ranks: readonly number[]): number[] => {
  const shares = new Array<number>(ranks.reduce((sum, rank) => sum + rank, 0) + 1).fill(0);
  shares[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) shares[sum] = (shares[sum]! + (sum >= rank ? shares[sum - rank]! : 0)) / 2;
  }
  return shares;
};

const exactP = (ranks: readonly number[], positive: number): number => {
  const shares = sumShares(ranks);
  const total = shares.length - 1;
  const smaller = Math.min(positive, total - positive);
  const tail = shares.slice(0, smaller + 1).reduce((sum, share) => sum + share, 0);
  return Math.min(1, 2 * tail);
};

const CONTINUITY = 0.5;

const normalP = (n: number, positiveRankSum: number, tieCounts: readonly number[]): number => {
  const mean = (n * (n + 1)) / 4;
  const ties = tieCounts.reduce((sum, count) => sum + (count ** 3 - count), 0) / 48;
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties;
  const z = Math.max(0, Math.abs(positiveRankSum - mean) - CONTINUITY) / Math.sqrt(variance);
  return Math.min(1, 2 * normalTail(z));
};

/** Null when all differences are 0, or there are none: then there is nothing to rank. */
export const wilcoxonSignedRank = (differences: readonly number[]): SignedRankTest | null => {
  const nonZero = differences.filter((difference) => difference !== 0);
  const n = nonZero.length;
  if (n === 0) return null;
  const { ranks, tieCounts } = doubledRanks(nonZero);
  const positive = ranks.reduce((sum, rank, index) => sum + (nonZero[index]! > 0 ? rank : 0), 0);
  const method = n <= EXACT_MAX ? 'exact' : 'normal';
  return { n, positiveRankSum: positive / 2, p: method === 'exact' ? exactP(ranks, positive) : normalP(n, positive / 2, tieCounts), method };
};
