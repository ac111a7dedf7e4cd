/** Rot that a node found in its own store: it no longer counts as a holder there, and repair brings the bytes back. */
import { VStackError } from '../../contract/errors.ts';
import type { DamageRequest } from '../../contract/wire/metadata.ts';
import type { Context } from './context.ts';
import { deletePlacement, getChunk } from './store/chunks.ts';
import { addEvent } from './store/events.ts';
import { addJob } from './store/jobs.ts';

/** Returns how many chunks are to be repaired. Throws `not_found` for an unknown node or one that has another store. */
export const reportDamage = async (context: Context, nodeId: string, { store_uuid: storeUuid, chunk_ids: chunkIds }: DamageRequest): Promise<number> => {
  const { db, nodes, clock } = context;
  if (nodes.get(nodeId)?.storeUuid !== storeUuid) throw new VStackError('not_found', `The node ${nodeId} is not registered with the store ${storeUuid}.`);
  return db.write(() => {
    const damaged = chunkIds.filter((chunkId) => {
      const chunk = getChunk(db, chunkId);
      if (!chunk || deletePlacement(db, chunkId, chunk.generation, storeUuid) === 0) return false;
      addJob(db, 'repair', chunkId, `${nodeId} found it damaged`, clock.wallMs());
      return true;
    });
    if (damaged.length > 0) addEvent(db, clock.wallMs(), 'damage', nodeId, `${damaged.length} chunks, such as ${damaged[0]}`);
    return damaged.length;
  });
};
