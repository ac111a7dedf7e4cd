/** What a report's views make of its single sessions. */
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import type { ComparisonReport, ComparisonSession } from '../../runtime/contract/comparison.ts';
import { percentileOf } from '../../runtime/core/scheduling/percentile.ts';

/** Sessions of complete blocks; the warm-up and a block that was broken off do not count. */
export const countedSessions = ({ sessions, blockCount }: Pick<ComparisonReport, 'sessions' | 'blockCount'>): ComparisonSession[] =>
  sessions.filter(({ block }) => block >= 0 && block < blockCount);

export interface LoadShare {
  nodeId: string;
  /** 0–1 of all useful bytes of the client. */
  share: number;
}

/** Every node has its place, also one that gave nothing. */
export const loadSharesOf = (sessions: readonly ComparisonSession[], client: ClientKind, nodeIds: readonly string[]): LoadShare[] => {
  const bytesByNode = new Map(nodeIds.map((nodeId) => [nodeId, 0]));
  for (const session of sessions) {
    if (session.client !== client) continue;
    for (const { nodeId, bytes } of session.load) bytesByNode.set(nodeId, (bytesByNode.get(nodeId) ?? 0) + bytes);
  }
  const total = [...bytesByNode.values()].reduce((sum, bytes) => sum + bytes, 0);
  return [...bytesByNode].map(([nodeId, bytes]) => ({ nodeId, share: total === 0 ? 0 : bytes / total }));
};

/** How much of a client's useful bytes came from the node that the block's fault befell, 0–1; null where there is no victim, or no byte. */
export const victimShareOf = (sessions: readonly ComparisonSession[], client: ClientKind): number | null => {
  let [victimBytes, totalBytes] = [0, 0];
  for (const { client: whose, victimId, load } of sessions) {
    if (whose !== client || victimId === null) continue;
    for (const { nodeId, bytes } of load) {
      totalBytes += bytes;
      if (nodeId === victimId) victimBytes += bytes;
    }
  }
  return totalBytes === 0 ? null : victimBytes / totalBytes;
};

const CHUNK_PERCENTILE = 0.99;
export const chunkP99Of = ({ chunkMs }: Pick<ComparisonSession, 'chunkMs'>): number | null => percentileOf(chunkMs, CHUNK_PERCENTILE);

export const extraShareOf = ({ wastedBytes, deliveredBytes }: Pick<ComparisonSession, 'wastedBytes' | 'deliveredBytes'>): number | null => (deliveredBytes > 0 ? wastedBytes / deliveredBytes : null);
