/**
 * Collection: what videos that are gone left on the nodes is taken away by jobs. The rows go last, so that a restart in between finds
 * everything it still has to collect. The DELETED instance itself stays on the nodes: it is what keeps the video deleted in a rebuild.
 */
import type { GrantStore } from '../../contract/paxos.ts';
import { FORCE_HEADER } from '../../contract/wire/storage-node.ts';
import type { Context } from './context.ts';
import { toUnixSeconds } from './keys.ts';
import { retryDelayMs } from './learn.ts';
import { deleteChunk } from './store/chunks.ts';
import { deleteInstancesOfChunk, listVideoInstances, type Instance } from './store/grants.ts';
import { deleteJob, dueJobs, postponeJob } from './store/jobs.ts';
import { getManifestVersion } from './store/manifests.ts';

/** A forced deletion is used at once. */
const FORCE_SECONDS = 300;
/** Deletions per node at once: each is a small log record, but a video has thousands. */
const DELETES_AT_ONCE = 8;
const JOBS_PER_SWEEP = 4;

const deleteFromStore = async (context: Context, chunkId: string, store: GrantStore): Promise<boolean> => {
  const { nodes, keys, clock, client, signal } = context;
  const node = nodes.get(store.node_id);
  // A replaced disk took the chunk with it.
  if (!node || node.storeUuid !== store.store_uuid) return true;
  if (nodes.statusOf(node) === 'down') return false;
  try {
    await client.request(`${node.directUrl}/chunk/${chunkId}`, {
      method: 'DELETE',
      headers: { [FORCE_HEADER]: keys.signForce(chunkId, store, toUnixSeconds(clock.wallMs()) + FORCE_SECONDS) },
      accept: (status) => status < 400 || status === 404,
      signal,
    });
    return true;
  } catch (error) {
    context.log.debug({ err: error, chunkId, node: store.node_id }, 'a chunk could not be deleted yet');
    return false;
  }
};

const collectChunk = async (context: Context, chunkId: string, instances: readonly Instance[]): Promise<boolean> => {
  const stores = new Map(instances.flatMap(({ grant }) => grant.stores).map((store) => [store.store_uuid, store]));
  const gone = await Promise.all([...stores.values()].map((store) => deleteFromStore(context, chunkId, store)));
  if (!gone.every(Boolean)) return false;
  await context.db.write(() => {
    deleteChunk(context.db, chunkId);
    deleteInstancesOfChunk(context.db, chunkId);
    deleteJob(context.db, 'repair', chunkId);
  });
  return true;
};

const collectVideo = async (context: Context, videoId: string): Promise<boolean> => {
  const { db } = context;
  const byChunk = Map.groupBy(
    listVideoInstances(db, videoId).filter(({ kind, sequenceNum }) => kind === 'chunk' || getManifestVersion(db, videoId, sequenceNum)?.value.kind !== 'DELETED'),
    ({ chunkId }) => chunkId,
  );
  const entries = [...byChunk];
  let isAllGone = true;
  for (let first = 0; first < entries.length && !context.signal.aborted; first += DELETES_AT_ONCE) {
    const gone = await Promise.all(entries.slice(first, first + DELETES_AT_ONCE).map(([chunkId, instances]) => collectChunk(context, chunkId, instances)));
    isAllGone &&= gone.every(Boolean);
  }
  return isAllGone;
};

/** Takes what deleted videos left from the nodes; a node that is down is asked again later. */
export const collectDeleted = async (context: Context): Promise<void> => {
  const { db, clock } = context;
  for (const job of dueJobs(db, 'collect', clock.wallMs(), JOBS_PER_SWEEP)) {
    const isDone = await collectVideo(context, job.subject);
    // What a stop interrupted is due at once after the next start.
    if (!isDone && context.signal.aborted) return;
    await db.write(() =>
      isDone ? deleteJob(db, 'collect', job.subject) : postponeJob(db, job, 'a node is out of reach', clock.wallMs() + retryDelayMs(job.attempts)),
    );
  }
};
