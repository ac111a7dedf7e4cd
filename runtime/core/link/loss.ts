/** Which packets are lost: independently of each other (Bernoulli), or in bursts (Gilbert–Elliott). */
import type { Loss } from '../../contract/link.ts';
import { drawChance, type RandomState } from '../random.ts';

/** One direction's packets share it, whichever connection they belong to: it is the way that is bad, not a connection. */
export interface LossState {
  random: RandomState;
  isBad: boolean;
}

export const createLossState = (random: RandomState): LossState => ({ random, isBad: false });

/** Whether any packet can be lost. */
export const isLossy = (loss: Loss): boolean =>
  loss.model === 'bernoulli' ? loss.share > 0 : loss.lossInGood > 0 || (loss.lossInBad > 0 && loss.goodToBad > 0);

/** Judges the next packet. The chain moves after each one, so the first is judged in the state that stands. */
export const drawLoss = (state: LossState, loss: Loss): boolean => {
  if (loss.model === 'bernoulli') return drawChance(state.random, loss.share);
  const isLost = drawChance(state.random, state.isBad ? loss.lossInBad : loss.lossInGood);
  if (drawChance(state.random, state.isBad ? loss.badToGood : loss.goodToBad)) state.isBad = !state.isBad;
  return isLost;
};
