/** What the emulator knows of a link: the oracle plans with it instead of with what it measured. */
import type { LinkDirection, LinkSettings } from '../../contract/link.ts';

export interface LinkTruth {
  nodeId: string;
  /** Added by the link, both ways. */
  roundTripMs: number;
  /** Towards the client; null: not limited. */
  bitsPerSecond: number | null;
  /** Share of lost packets, 0–1, on average. */
  lossShare: number;
  /** Neither failed nor partitioned, either way. */
  isReachable: boolean;
}

/** Gilbert–Elliott is told by its average: the share of time in the bad state times what it loses. */
const lossShareOf = ({ loss }: LinkDirection): number => {
  if (loss.model === 'bernoulli') return loss.share;
  const badShare = loss.goodToBad + loss.badToGood > 0 ? loss.goodToBad / (loss.goodToBad + loss.badToGood) : 0;
  return badShare * loss.lossInBad + (1 - badShare) * loss.lossInGood;
};

export const truthOf = (nodeId: string, { toNode, toClient, partition, isFailed }: LinkSettings): LinkTruth => ({
  nodeId,
  roundTripMs: toNode.latencyMs + toClient.latencyMs,
  bitsPerSecond: toClient.bitsPerSecond,
  lossShare: lossShareOf(toClient),
  isReachable: !isFailed && partition === 'none',
});
