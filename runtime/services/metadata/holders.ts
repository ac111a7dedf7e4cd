/** Which stores verifiably hold a chunk's pieces, and the repair that is due while one does not. */
import type { PlacedValue, Value } from '../../contract/paxos.ts';
import { isErasureCoded } from '../../core/chunkpaxos/value.ts';
import type { Context } from './context.ts';
import { getChunk, listPlacements, putPlacement, type Chunk } from './store/chunks.ts';
import type { Instance } from './store/grants.ts';
import { addJob, deleteJob } from './store/jobs.ts';

export interface Committed {
  /** Absent when no bytes were decided: ABORT, DELETED. */
  chunk?: Chunk;
  holders: string[];
  isComplete: boolean;
}

const pieceIndexOf = (instance: Instance, value: PlacedValue, storeUuid: string): number =>
  isErasureCoded(value) ? instance.grant.stores.findIndex((store) => store.store_uuid === storeUuid) : 0;

/** Records verified holders and says who they are now. Must run inside a write. */
export const addHolders = (context: Context, instance: Instance, value: PlacedValue, storeUuids: readonly string[]): Committed => {
  const { db, clock } = context;
  const { chunkId, generation, grant } = instance;
  const nowMs = clock.wallMs();
  for (const storeUuid of storeUuids) {
    const store = grant.stores.find((each) => each.store_uuid === storeUuid);
    if (!store) continue;
    putPlacement(db, { chunkId, generation, storeUuid, nodeId: store.node_id, pieceIndex: pieceIndexOf(instance, value, storeUuid), verifiedMs: nowMs });
  }
  const chunk = getChunk(db, chunkId)!;
  const holders = listPlacements(db, chunkId, chunk.generation).map(({ nodeId }) => nodeId);
  const isComplete = holders.length >= chunk.k + chunk.m;
  if (isComplete) deleteJob(db, 'repair', chunkId);
  else addJob(db, 'repair', chunkId, 'not every store has its piece', nowMs + context.settings.fillGraceMs);
  return { chunk, holders, isComplete };
};

/** The same for what turned out later, when the chunk's row may be gone or of another generation. Must run inside a write. */
export const recordHolders = (context: Context, instance: Instance, value: Value | null, storeUuids: readonly string[]): void => {
  if (value?.kind !== 'PLACED' || storeUuids.length === 0) return;
  // Not committed (yet): whoever commits it records its voters, and repair finds the others.
  if (getChunk(context.db, instance.chunkId)?.generation === instance.generation) addHolders(context, instance, value, storeUuids);
};
