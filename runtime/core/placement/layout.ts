/** How many stores an instance gets, and which: the arithmetic of a grant. */
import { rankNodes, type Candidate } from './rendezvous.ts';

/** Copies of a chunk where nobody asked for another number. */
export const REPLICAS = 3;
export const ERASURE_DATA_SHARDS = 3;
export const ERASURE_PARITY_SHARDS = 2;

export interface Layout {
  /** Pieces that restore the chunk. */
  k: number;
  /** Further pieces, each of which may be lost. */
  m: number;
}

/**
 * Undefined when there are too few nodes: none for replication, fewer than five for erasure coding. `replicaCount` are the copies wished for;
 * as many as there are nodes where those are fewer.
 */
export const layoutFor = (mode: 'replication' | 'erasure_coding', nodeCount: number, replicaCount = REPLICAS): Layout | undefined => {
  if (mode === 'replication') return nodeCount < 1 ? undefined : { k: 1, m: Math.min(replicaCount, nodeCount) - 1 };
  const layout = { k: ERASURE_DATA_SHARDS, m: ERASURE_PARITY_SHARDS };
  return nodeCount < layout.k + layout.m ? undefined : layout;
};

/**
 * The `count` best nodes for `key`. Nodes in `keep` come first, in the order given (holders that a move should not copy again), and nodes
 * in `avoid` only when nothing else is left (nodes that the asker could not reach).
 */
export const placeNodes = <T extends Candidate>(
  key: string,
  candidates: readonly T[],
  count: number,
  { keep = [], avoid = [] }: { keep?: readonly string[]; avoid?: readonly string[] } = {},
): T[] => {
  const byId = new Map(candidates.map((candidate) => [candidate.nodeId, candidate]));
  const kept = keep.flatMap((nodeId) => byId.get(nodeId) ?? []);
  const others = rankNodes(
    key,
    candidates.filter(({ nodeId }) => !keep.includes(nodeId)),
  );
  const isAvoided = ({ nodeId }: T): boolean => avoid.includes(nodeId);
  return [...kept.filter((each) => !isAvoided(each)), ...others.filter((each) => !isAvoided(each)), ...[...kept, ...others].filter(isAvoided)].slice(0, count);
};
