/** A video's life: created, uploading, finalised, renamed. (Its end: deletion.ts.) */
import { VStackError } from '../../contract/errors.ts';
import type { Media } from '../../contract/wire/metadata.ts';
import { randomHex } from '../../platform/crypto.ts';
import type { Context } from './context.ts';
import type { LearnQueue } from './learn.ts';
import { writeManifestVersion, type createVideoLocks } from './manifest-versions.ts';
import { listChunks, type Chunk } from './store/chunks.ts';
import { closeThrough, listOpenOfVideo } from './store/grants.ts';
import { countRepairsOfVideo } from './store/jobs.ts';
import { getVideo, putVideo, touchVideo, type Video } from './store/videos.ts';

const VIDEO_ID_BYTES = 6;
/** A refusal names this many missing chunks; its details have all. */
const MISSING_NAMED_MAX = 5;

export const requireVideo = ({ db }: Pick<Context, 'db'>, videoId: string): Video => {
  const video = getVideo(db, videoId);
  if (!video) throw new VStackError('not_found', `There is no video ${videoId}.`);
  return video;
};

export const createVideo = async (context: Context, title: string, durationSec: number): Promise<Video> => {
  context.assertWritable();
  const nowMs = context.clock.wallMs();
  const video: Video = {
    videoId: `vid-${randomHex(VIDEO_ID_BYTES)}`,
    title,
    durationSec,
    status: 'uploading',
    media: null,
    manifestVersion: -1,
    createdMs: nowMs,
    activityMs: nowMs,
    replicaCount: context.settings.replicaCount,
    restorableUntilMs: null,
  };
  await context.db.write(() => putVideo(context.db, video));
  return video;
};

/** Its uploader is alive. Throws `conflict` for a video that is no longer uploading. */
export const keepUploading = async (context: Context, videoId: string): Promise<Video> => {
  context.assertWritable();
  const video = requireVideo(context, videoId);
  if (video.status !== 'uploading') throw new VStackError('conflict', `The video ${videoId} is ${video.status}; it cannot go back to uploading.`);
  await context.db.write(() => touchVideo(context.db, videoId, context.clock.wallMs()));
  return video;
};

/** Every sequence 0 … count − 1, or `conflict` naming what is missing. */
const assertAllThere = (chunks: readonly Chunk[], totalChunks: number, videoId: string): void => {
  const present = new Set(chunks.map(({ sequenceNum }) => sequenceNum));
  const missing = Array.from({ length: totalChunks }, (_, index) => index).filter((index) => !present.has(index));
  if (totalChunks === 0) throw new VStackError('conflict', `The video ${videoId} has no chunks; commit them before it is set active.`);
  if (missing.length === 0 && present.size === totalChunks) return;
  const some = missing.length > MISSING_NAMED_MAX ? [...missing.slice(0, MISSING_NAMED_MAX), '…'] : missing;
  const what = missing.length > 0 ? `chunks ${some.join(', ')} of ${totalChunks} are not committed` : `it has more than the ${totalChunks} chunks announced`;
  throw new VStackError('conflict', `The video ${videoId} cannot be set active: ${what}.`, { details: { missing } });
};

export interface Finalise {
  totalChunks?: number | undefined;
  durationSec?: number | undefined;
  media?: Media | undefined;
}

/** Makes an uploaded video playable, durably; `isComplete` says whether every chunk has all its holders. Again: changes nothing. */
export const finaliseVideo = (
  context: Context,
  learns: LearnQueue,
  lock: ReturnType<typeof createVideoLocks>,
  videoId: string,
  request: Finalise,
): Promise<{ video: Video; isComplete: boolean }> =>
  lock(videoId, async () => {
    context.assertWritable();
    const { db, clock } = context;
    const video = requireVideo(context, videoId);
    if (video.status === 'deleted') throw new VStackError('conflict', `The video ${videoId} was deleted.`);
    if (video.status === 'uploading') {
      const chunks = listChunks(db, videoId);
      assertAllThere(chunks, request.totalChunks ?? chunks.length, videoId);
      const next: Video = {
        ...video,
        status: 'active',
        durationSec: request.durationSec ?? video.durationSec,
        media: request.media ?? video.media,
        activityMs: clock.wallMs(),
      };
      await writeManifestVersion(context, learns, next, () => {
        putVideo(db, { ...next, manifestVersion: requireVideo(context, videoId).manifestVersion });
        // Grants beyond the last chunk were never used; whatever reached an acceptor there will be closed when it asks.
        for (const { kind, chunkId, generation } of listOpenOfVideo(db, videoId)) if (kind === 'chunk') closeThrough(db, chunkId, generation);
      });
    }
    return { video: requireVideo(context, videoId), isComplete: countRepairsOfVideo(db, videoId) === 0 };
  });

/** Changes the title, durably. An upload under way has no manifest yet: its row is all there is to change. */
export const renameVideo = (context: Context, learns: LearnQueue, lock: ReturnType<typeof createVideoLocks>, videoId: string, title: string): Promise<Video> =>
  lock(videoId, async () => {
    context.assertWritable();
    const { db } = context;
    const video = requireVideo(context, videoId);
    if (video.status === 'deleted') throw new VStackError('conflict', `The video ${videoId} was deleted. Restore it first, while that is possible.`);
    const apply = (): void => putVideo(db, { ...requireVideo(context, videoId), title });
    if (video.status === 'uploading') await db.write(apply);
    else if (video.title !== title) await writeManifestVersion(context, learns, { ...video, title }, apply);
    return requireVideo(context, videoId);
  });
