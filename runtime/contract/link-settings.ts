/** Settings of links as values. Without a schema, which the page would carry along. */
import type { LinkChange, LinkDirection, LinkSettings, Loss } from './link.ts';

export const noLoss: Loss = { model: 'bernoulli', share: 0 };
export const normalDirection: LinkDirection = { latencyMs: 0, jitterMs: 0, bitsPerSecond: null, loss: noLoss };
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
const isSame = (a: number | null, b: number | null): boolean => a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)));

const isSameLoss = (a: Loss, b: Loss): boolean => {
  if (a.model === 'bernoulli') return b.model === 'bernoulli' && isSame(a.share, b.share);
  return b.model === 'gilbert-elliott' && (['goodToBad', 'badToGood', 'lossInGood', 'lossInBad'] as const).every((key) => isSame(a[key], b[key]));
};

const isSameDirection = (a: LinkDirection, b: LinkDirection): boolean =>
  isSame(a.latencyMs, b.latencyMs) && isSame(a.jitterMs, b.jitterMs) && isSame(a.bitsPerSecond, b.bitsPerSecond) && isSameLoss(a.loss, b.loss);

/** Whether two links do the same, however their settings came about. */
export const isSameLink = (a: LinkSettings, b: LinkSettings): boolean =>
  isSameDirection(a.toNode, b.toNode) &&
  isSameDirection(a.toClient, b.toClient) &&
  a.partition === b.partition &&
  a.isFailed === b.isFailed &&
  isSame(a.resetShare, b.resetShare) &&
  isSame(a.slowCloseMs, b.slowCloseMs);

export const isNormalLink = (settings: LinkSettings): boolean => isSameLink(settings, normalLink);

/** The one of the profiles, or of whatever else has settings, that does what these do. */
export const profileWith = <P extends { settings: LinkSettings }>(settings: LinkSettings, profiles: readonly P[]): P | undefined => profiles.find((profile) => isSameLink(profile.settings, settings));

/** The share of packets that is lost in the long run, 0–1: π(good) · loss in good + π(bad) · loss in bad. A chain that never moves stays good. */
export const meanLoss = (loss: Loss): number => {
  if (loss.model === 'bernoulli') return loss.share;
  const moving = loss.goodToBad + loss.badToGood;
  const badShare = moving === 0 ? 0 : loss.goodToBad / moving;
  return (1 - badShare) * loss.lossInGood + badShare * loss.lossInBad;
};
