/**
 * Deletion: the DELETED version of the manifest is decided first, then the answer is given, then a job takes the chunks from the nodes.
 * The rows go last, so that a restart in between finds everything it still has to collect. The DELETED instance itself stays on the nodes:
 * it is what keeps the video deleted when the database is rebuilt.
 */
import type { GrantStore } from '../../contract/paxos.ts';
import { FORCE_HEADER } from '../../contract/wire/storage-node.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Context } from './context.ts';
import { toUnixSeconds } from './keys.ts';
import { retryDelayMs, type LearnQueue } from './learn.ts';
import type { createVideoLocks } from './manifest-versions.ts';
import { writeManifestVersion } from './manifest-versions.ts';
import { deleteChunk } from './store/chunks.ts';
import { addEvent } from './store/events.ts';
import { closeThrough, deleteInstancesOfChunk, listOpenOfVideo, listVideoInstances, newestManifestSequence, type Instance } from './store/grants.ts';
import { addJob, deleteJob, dueJobs, postponeJob } from './store/jobs.ts';
import { getManifestVersion } from './store/manifests.ts';
import { getVideo, listAbandoned, putVideo, type Video } from './store/videos.ts';

/** A forced deletion is used at once. */
const FORCE_SECONDS = 300;
/** Deletions per node at once: each is a small log record, but a video has thousands. */
const DELETES_AT_ONCE = 8;
const JOBS_PER_SWEEP = 4;
const ABANDONED_PER_SWEEP = 16;

/** The row's side of a deletion. Must run inside a write. */
export const markDeleted = ({ db, clock }: Context, videoId: string): void => {
  const video = getVideo(db, videoId);
  if (!video || video.status === 'deleted') return;
  putVideo(db, { ...video, status: 'deleted' });
  for (const { kind, chunkId, generation } of listOpenOfVideo(db, videoId)) if (kind === 'chunk') closeThrough(db, chunkId, generation);
  addJob(db, 'collect', videoId, 'the video was deleted', clock.wallMs());
  addEvent(db, clock.wallMs(), 'video-deleted', videoId, video.title);
};

/** Deletes a video durably; deleting it again changes nothing. Rejects with `not_found`, `no_quorum`. */
export const deleteVideo = (context: Context, learns: LearnQueue, lock: ReturnType<typeof createVideoLocks>, videoId: string): Promise<Video> =>
  lock(videoId, async () => {
    context.assertWritable();
    const { db } = context;
    const video = getVideo(db, videoId);
    if (!video) throw new VStackError('not_found', `There is no video ${videoId}.`);
    if (video.status === 'deleted') return video;
    // An upload that never had a manifest is listed nowhere, also not by a rebuild: its row is all there is to end.
    if (newestManifestSequence(db, videoId) < 0) await db.write(() => markDeleted(context, videoId));
    else await writeManifestVersion(context, learns, { ...video, status: 'deleted' }, () => markDeleted(context, videoId));
    return getVideo(db, videoId)!;
  });

/** Ends uploads that nobody works on any more. */
export const endAbandoned = async (context: Context, learns: LearnQueue, lock: ReturnType<typeof createVideoLocks>): Promise<void> => {
  const { db, clock, settings, log } = context;
  for (const video of listAbandoned(db, clock.wallMs() - settings.abandonAfterMs, ABANDONED_PER_SWEEP)) {
    try {
      await deleteVideo(context, learns, lock, video.videoId);
      await db.write(() => addEvent(db, clock.wallMs(), 'upload-abandoned', video.videoId, `its uploader was not heard of for ${settings.abandonAfterMs} ms`));
    } catch (error) {
      log.warn({ err: error, video: video.videoId }, 'an abandoned upload could not be ended yet');
    }
  }
};

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
