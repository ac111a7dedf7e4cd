import { describe, expect, it } from 'vitest';
import type { Loss } from '../../../../runtime/contract/link.ts';
import { meanLoss } from '../../../../runtime/contract/link-settings.ts';
import { createLossState, drawLoss, isLossy } from '../../../../runtime/core/link/loss.ts';
import { createRandom } from '../../../../runtime/core/random.ts';

const PACKETS = 400_000;
const lossesOf = (loss: Loss, seed = 1): boolean[] => {
  const state = createLossState(createRandom(seed));
  return Array.from({ length: PACKETS }, () => drawLoss(state, loss));
};
const shareOf = (losses: readonly boolean[]): number => losses.filter(Boolean).length / losses.length;

const burst = { model: 'gilbert-elliott', goodToBad: 0.01, badToGood: 0.2, lossInGood: 0.001, lossInBad: 0.6 } as const;

describe('Bernoulli losses', () => {
  it.each([0.0001, 0.002, 0.05, 0.15, 0.5])('take a share of %f', (share) => {
    const fiveErrors = 5 * Math.sqrt((share * (1 - share)) / PACKETS);
    expect(Math.abs(shareOf(lossesOf({ model: 'bernoulli', share })) - share)).toBeLessThan(fiveErrors);
  });

  it('are independent: after a loss the next is as likely as ever', () => {
    const losses = lossesOf({ model: 'bernoulli', share: 0.1 });
    const afterLoss = losses.filter((_, index) => index > 0 && losses[index - 1]);
    expect(Math.abs(shareOf(afterLoss) - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / afterLoss.length));
  });
});

describe('Gilbert–Elliott losses', () => {
  it.each([
    burst,
    { model: 'gilbert-elliott', goodToBad: 0.05, badToGood: 0.5, lossInGood: 0, lossInBad: 1 } as const,
    { model: 'gilbert-elliott', goodToBad: 0.3, badToGood: 0.1, lossInGood: 0.02, lossInBad: 0.2 } as const,
  ])('take π(good)·loss(good) + π(bad)·loss(bad) in the long run: %o', (loss) => {
    const badShare = loss.goodToBad / (loss.goodToBad + loss.badToGood);
    const stationary = (1 - badShare) * loss.lossInGood + badShare * loss.lossInBad;
    expect(meanLoss(loss)).toBeCloseTo(stationary, 12);
    // Packets of a burst are not independent: the chain forgets at rate (goodToBad + badToGood), so that many fewer count.
    const independent = (PACKETS * (loss.goodToBad + loss.badToGood)) / 2;
    expect(Math.abs(shareOf(lossesOf(loss)) - stationary)).toBeLessThan(5 * Math.sqrt((stationary * (1 - stationary)) / independent));
  });

  it('come in bursts of 1 / badToGood packets on average, where every packet of the bad state is lost', () => {
    const losses = lossesOf({ model: 'gilbert-elliott', goodToBad: 0.01, badToGood: 0.25, lossInGood: 0, lossInBad: 1 });
    const burstCount = losses.filter((isLost, index) => isLost && !losses[index - 1]).length;
    const meanPackets = losses.filter(Boolean).length / burstCount;
    // Geometric with mean 4 and deviation √12.
    expect(Math.abs(meanPackets - 4)).toBeLessThan(5 * Math.sqrt(12 / burstCount));
  });

  it('make a loss more likely after a loss', () => {
    const losses = lossesOf(burst);
    expect(shareOf(losses.filter((_, index) => index > 0 && losses[index - 1]))).toBeGreaterThan(5 * shareOf(losses));
  });

  it('stay good where the chain never moves', () => {
    const still: Loss = { model: 'gilbert-elliott', goodToBad: 0, badToGood: 0, lossInGood: 0, lossInBad: 1 };
    expect(shareOf(lossesOf(still))).toBe(0);
    expect(meanLoss(still)).toBe(0);
  });
});

describe('a link without losses', () => {
  it.each([
    [{ model: 'bernoulli', share: 0 } as const, false],
    [{ model: 'bernoulli', share: 0.01 } as const, true],
    [{ model: 'gilbert-elliott', goodToBad: 0, badToGood: 1, lossInGood: 0, lossInBad: 1 } as const, false],
    [{ model: 'gilbert-elliott', goodToBad: 0.1, badToGood: 1, lossInGood: 0, lossInBad: 0 } as const, false],
    [{ ...burst, lossInGood: 0 }, true],
    [{ ...burst, lossInBad: 0 }, true],
  ])('is told from one with losses: %o', (loss, expected) => {
    expect(isLossy(loss)).toBe(expected);
  });
});
