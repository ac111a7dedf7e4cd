/** Settings of links as values: changing, merging and comparing them. Pure; the contract's own functions would carry its schemas into the page. */
import type { LinkChange, LinkDirection, LinkSettings, Loss } from '../../runtime/contract/link.ts';
import type { NetworkProfile } from '../../runtime/contract/network.ts';

export const noLoss: Loss = { model: 'bernoulli', share: 0 };
const normalDirection: LinkDirection = { latencyMs: 0, jitterMs: 0, bitsPerSecond: null, loss: noLoss };
/** Nothing is added. */
export const normalLink: LinkSettings = { toNode: normalDirection, toClient: normalDirection, partition: 'none', isFailed: false, resetShare: 0, slowCloseMs: 0 };

export const changeLink = (settings: LinkSettings, change: LinkChange): LinkSettings => ({
  ...settings,
  ...change,
  toNode: { ...settings.toNode, ...change.toNode },
  toClient: { ...settings.toClient, ...change.toClient },
});

/** One change that does what both do, the later one last. */
export const mergeChanges = (first: LinkChange, second: LinkChange): LinkChange => ({
  ...first,
  ...second,
  ...((first.toNode || second.toNode) && { toNode: { ...first.toNode, ...second.toNode } }),
  ...((first.toClient || second.toClient) && { toClient: { ...first.toClient, ...second.toClient } }),
});

/** What was written as a decimal and halved comes back a hair off. */
const isSame = (a: number | null, b: number | null): boolean => a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)));

const isSameLoss = (a: Loss, b: Loss): boolean => {
  if (a.model === 'bernoulli') return b.model === 'bernoulli' && isSame(a.share, b.share);
  return b.model === 'gilbert-elliott' && (['goodToBad', 'badToGood', 'lossInGood', 'lossInBad'] as const).every((key) => isSame(a[key], b[key]));
};
const isSameDirection = (a: LinkDirection, b: LinkDirection): boolean =>
  isSame(a.latencyMs, b.latencyMs) && isSame(a.jitterMs, b.jitterMs) && isSame(a.bitsPerSecond, b.bitsPerSecond) && isSameLoss(a.loss, b.loss);

export const isSameLink = (a: LinkSettings, b: LinkSettings): boolean =>
  isSameDirection(a.toNode, b.toNode) && isSameDirection(a.toClient, b.toClient) && a.partition === b.partition && a.isFailed === b.isFailed && isSame(a.resetShare, b.resetShare) && isSame(a.slowCloseMs, b.slowCloseMs);

export const isNormalLink = (settings: LinkSettings): boolean => isSameLink(settings, normalLink);

/** The profile whose settings these are; null when none has them. */
export const profileIdOf = (settings: LinkSettings, profiles: readonly Pick<NetworkProfile, 'id' | 'settings'>[]): string | null => profiles.find((profile) => isSameLink(profile.settings, settings))?.id ?? null;

/** The share of packets that are lost in the long run, 0–1. Of bursts: by how long the chain stays in each state. */
export const meanLoss = (loss: Loss): number => {
  if (loss.model === 'bernoulli') return loss.share;
  const moves = loss.goodToBad + loss.badToGood;
  // A chain that never moves stays where it begins, in the good state.
  const badShare = moves > 0 ? loss.goodToBad / moves : 0;
  return (1 - badShare) * loss.lossInGood + badShare * loss.lossInBad;
};
