/** What a rebuild may conclude from acceptors' words: pure, so that it can be tested by table. */
import { instanceKeyOf } from '../../contract/ids.ts';
import type { Grant, Value } from '../../contract/paxos.ts';
import { bindingVote, storeIndexOf, type VotesByStore } from '../../core/chunkpaxos/quorum.ts';
import { holdsPieceFor } from '../../core/chunkpaxos/value.ts';
import type { Report } from './store/reports.ts';

export interface Decided {
  grant: Grant;
  /** Null when it ended (or will end) without a value. */
  value: Value | null;
  /** Stores that hold their piece of a PLACED value. */
  holders: { storeUuid: string; nodeId: string; storeIndex: number }[];
}

/**
 * The end of one instance. A store that was told what was chosen settles it. Otherwise whatever may have been chosen, counting the stores
 * that have not spoken, is taken as chosen: nobody can decide anything else there any more, since its grant belongs to a lost database.
 */
export const decideInstance = (reports: readonly Report[]): Decided | undefined => {
  const grant = reports.find(({ status }) => status.grant)?.status.grant;
  if (!grant) return undefined;
  const votes: VotesByStore = grant.stores.map((store) => {
    const report = reports.find(({ status }) => status.store_uuid === store.store_uuid);
    return report && report.status.accepted;
  });
  const answeredCount = votes.filter((vote) => vote !== undefined).length;
  const chosen = reports.find(({ status }) => status.chosen)?.status.chosen;
  const isClosed = reports.some(({ status }) => status.closed && !status.chosen);
  const value = chosen ?? (isClosed ? null : (bindingVote(votes, answeredCount, grant)?.value ?? null));
  const holders = reports.flatMap(({ nodeId, status }) => {
    const storeIndex = storeIndexOf(grant, status.store_uuid);
    const holds = storeIndex >= 0 && value?.kind === 'PLACED' && holdsPieceFor(status.held, value, storeIndex);
    return holds ? [{ storeUuid: status.store_uuid, nodeId, storeIndex }] : [];
  });
  return { grant, value, holders };
};

export interface ChunkHistory {
  chunkId: string;
  /** Every instance that was reported, later generations first. */
  instances: Decided[];
  /** The generation whose value stands: the highest one with bytes or DELETED. */
  row: (Decided & { value: Value }) | undefined;
}

/** `reports` are those of one video, in any order. */
export const decideChunks = (reports: readonly Report[]): ChunkHistory[] =>
  [...Map.groupBy(reports, ({ chunkId }) => chunkId)].map(([chunkId, ofChunk]) => {
    const byInstance = Map.groupBy(ofChunk, ({ incarnation, generation }) => `${incarnation}/${instanceKeyOf(chunkId, generation)}`);
    const instances = [...byInstance.values()]
      .flatMap((ofInstance) => decideInstance(ofInstance) ?? [])
      .sort((a, b) => b.grant.generation - a.grant.generation || b.grant.not_after - a.grant.not_after);
    const row = instances.find((each): each is Decided & { value: Value } => each.value?.kind === 'PLACED' || each.value?.kind === 'DELETED');
    return { chunkId, instances, row };
  });

/** `<videoId>-chunk-<n>` or `<videoId>-manifest-<n>`; undefined for ids that classic clients made up. */
export const parseChunkId = (chunkId: string): { videoId: string; kind: 'chunk' | 'manifest'; sequenceNum: number } | undefined => {
  const match = /^([A-Za-z0-9_-]{1,64})-(chunk|manifest)-([0-9]{1,6})$/.exec(chunkId);
  return match ? { videoId: match[1]!, kind: match[2] as 'chunk' | 'manifest', sequenceNum: Number(match[3]) } : undefined;
};
