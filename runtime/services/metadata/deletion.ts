/**
 * The end of a video, in two steps.
 *
 *   active ── delete ──▶ deleted, restorable ── grace over ──▶ gone ── chunks collected
 *                │              │
 *                └── restore ◀──┘            an upload that is given up is gone at once
 *
 * Deleting decides an ordinary manifest version that says "deleted", so that the deletion survives the loss of the database; restoring
 * decides a further one that says "active". Only when the grace is over is the version DELETED decided, which no later version takes back:
 * it is what keeps the video deleted when the database is rebuilt, however many of its chunks turn up. Would DELETED be decided at once and
 * a later version undo it, an instance of it that was left open could be finished by recovery after the restoration, and end the video
 * behind everybody's back.
 */
import { VStackError } from '../../contract/errors.ts';
import type { Context } from './context.ts';
import type { LearnQueue } from './learn.ts';
import type { createVideoLocks } from './manifest-versions.ts';
import { writeManifestVersion } from './manifest-versions.ts';
import { addEvent } from './store/events.ts';
import { closeThrough, listOpenOfVideo, newestManifestSequence } from './store/grants.ts';
import { addJob } from './store/jobs.ts';
import { getVideo, isGone, listAbandoned, listGraceEnded, putVideo, type Video } from './store/videos.ts';
import { requireVideo } from './videos.ts';

type VideoLock = ReturnType<typeof createVideoLocks>;

const ABANDONED_PER_SWEEP = 16;
const ENDED_PER_SWEEP = 64;

/** The row's side of a video's end. Must run inside a write. */
export const markGone = ({ db, clock }: Context, videoId: string): void => {
  const video = getVideo(db, videoId);
  if (!video || isGone(video)) return;
  putVideo(db, { ...video, status: 'deleted', restorableUntilMs: null });
  for (const { kind, chunkId, generation } of listOpenOfVideo(db, videoId)) if (kind === 'chunk') closeThrough(db, chunkId, generation);
  addJob(db, 'collect', videoId, 'the video was deleted', clock.wallMs());
  if (video.status !== 'deleted') addEvent(db, clock.wallMs(), 'video-deleted', videoId, video.title);
};

/** Ends a video for good. The caller holds its lock. */
const endVideo = async (context: Context, learns: LearnQueue, video: Video): Promise<void> => {
  const { db } = context;
  const { videoId } = video;
  // An upload that never had a manifest is listed nowhere, also not by a rebuild: its row is all there is to end.
  if (newestManifestSequence(db, videoId) < 0) await db.write(() => markGone(context, videoId));
  else await writeManifestVersion(context, learns, { ...video, status: 'deleted', restorableUntilMs: null }, () => markGone(context, videoId));
};

/**
 * Deletes a video durably; its `restorableUntilMs` then says for how long it can be had back. Deleting it again changes nothing. What was
 * never finalised is gone at once. Rejects with `not_found`, `no_quorum`.
 */
export const deleteVideo = (context: Context, learns: LearnQueue, lock: VideoLock, videoId: string): Promise<Video> =>
  lock(videoId, async () => {
    context.assertWritable();
    const { db, clock, settings } = context;
    const video = requireVideo(context, videoId);
    if (video.status === 'deleted') return video;
    if (video.status === 'uploading' || settings.deleteGraceMs === 0) await endVideo(context, learns, video);
    else {
      const deleted: Video = { ...video, status: 'deleted', restorableUntilMs: clock.wallMs() + settings.deleteGraceMs };
      await writeManifestVersion(context, learns, deleted, () => {
        putVideo(db, { ...deleted, manifestVersion: requireVideo(context, videoId).manifestVersion });
        addEvent(db, clock.wallMs(), 'video-deleted', videoId, video.title);
      });
    }
    return requireVideo(context, videoId);
  });

/** Brings a deleted video back, durably. Rejects with `not_found`, `conflict` once its time is over, `no_quorum`. */
export const restoreDeleted = (context: Context, learns: LearnQueue, lock: VideoLock, videoId: string): Promise<Video> =>
  lock(videoId, async () => {
    context.assertWritable();
    const { db, clock } = context;
    const video = requireVideo(context, videoId);
    if (video.status === 'active') return video;
    if (video.status === 'uploading') throw new VStackError('conflict', `The video ${videoId} was not deleted; its upload is under way.`);
    if (video.restorableUntilMs === null || video.restorableUntilMs <= clock.wallMs()) {
      throw new VStackError('conflict', `The time to restore the video ${videoId} is over: its chunks are being collected. Upload it again.`);
    }
    const restored: Video = { ...video, status: 'active', restorableUntilMs: null };
    await writeManifestVersion(context, learns, restored, () => {
      putVideo(db, { ...restored, manifestVersion: requireVideo(context, videoId).manifestVersion });
      addEvent(db, clock.wallMs(), 'video-restored', videoId, video.title);
    });
    return requireVideo(context, videoId);
  });

/** Ends the deleted videos whose time to be restored is over. One without a quorum in reach is tried again in the next round. */
export const endGrace = async (context: Context, learns: LearnQueue, lock: VideoLock): Promise<void> => {
  const { db, clock, log } = context;
  for (const { videoId } of listGraceEnded(db, clock.wallMs(), ENDED_PER_SWEEP)) {
    try {
      await lock(videoId, async () => {
        const video = requireVideo(context, videoId);
        // Restored while this round waited for its turn.
        if (video.restorableUntilMs !== null && video.restorableUntilMs <= clock.wallMs()) await endVideo(context, learns, video);
      });
    } catch (error) {
      log.warn({ err: error, video: videoId }, 'a deleted video could not be ended yet');
    }
  }
};

/** Ends uploads that nobody works on any more. */
export const endAbandoned = async (context: Context, learns: LearnQueue, lock: VideoLock): Promise<void> => {
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
