import {
  CountVideosQuery,
  CreateVideoRequest,
  ListVideosQuery,
  RenameVideoRequest,
  SetVideoStatusRequest,
  type CreateVideoResponse,
  type VideoRow,
  type VideoStatusResponse,
} from '../../../contract/wire/metadata.ts';
import type { Call, Route } from '../../../platform/http/server.ts';
import { deleteVideo, restoreDeleted } from '../deletion.ts';
import { buildManifest } from '../manifest.ts';
import type { Service } from '../service.ts';
import { addView, countVideosThatFit, getVideoSummary, listVideos, viewCountOf, type Video, type VideoSummary } from '../store/videos.ts';
import { createVideo, finaliseVideo, keepUploading, renameVideo, requireVideo } from '../videos.ts';
import { videoIdOf } from './params.ts';

const restorableOf = ({ restorableUntilMs }: Video): { restorable_until?: string } =>
  restorableUntilMs === null ? {} : { restorable_until: new Date(restorableUntilMs).toISOString() };

const toRow = (video: VideoSummary): VideoRow => ({
  video_id: video.videoId,
  title: video.title,
  duration_sec: video.durationSec,
  total_chunks: video.totalChunks,
  status: video.status,
  created_at: new Date(video.createdMs).toISOString(),
  size_bytes: video.sizeBytes,
  complete: video.isComplete,
  view_count: video.viewCount,
  replica_count: video.replicaCount,
  ...(video.redundancy && { redundancy: video.redundancy }),
  ...(video.media && { codecs: video.media.codecs }),
  ...(video.media?.width !== undefined && { width: video.media.width }),
  ...(video.media?.height !== undefined && { height: video.media.height }),
  ...restorableOf(video),
});

const deletedBody = (video: Video): VideoStatusResponse => {
  const message = video.restorableUntilMs === null ? 'The video is deleted; its chunks are being collected.' : 'The video is deleted; it can be restored for a while.';
  return { status: 'deleted', message, video_id: video.videoId, ...restorableOf(video) };
};

const setStatus = async ({ context, learns, lock }: Service, call: Call): Promise<VideoStatusResponse> => {
  const videoId = videoIdOf(call);
  const request = await call.json(SetVideoStatusRequest);
  if (request.status === 'uploading') {
    await keepUploading(context, videoId);
    return { status: 'uploading', message: 'The upload is alive.', video_id: videoId };
  }
  if (request.status === 'deleted') {
    return deletedBody(await deleteVideo(context, learns, lock, videoId));
  }
  const { isComplete } = await finaliseVideo(context, learns, lock, videoId, {
    totalChunks: request.total_chunks,
    durationSec: request.duration_sec,
    media: request.media,
  });
  const message = isComplete ? 'The video is active.' : 'The video is active; some chunks still lack copies and are being repaired.';
  return { status: 'active', message, video_id: videoId, complete: isComplete };
};

export const videoRoutes = (service: Service): Route[] => {
  const { context, learns, lock } = service;
  const { db, clock } = context;
  return [
    {
      method: 'POST',
      path: '/video',
      async handle(call) {
        const request = await call.json(CreateVideoRequest);
        const video = await createVideo(context, request.title, request.duration_sec);
        const body: CreateVideoResponse = { video_id: video.videoId, upload_url: `/upload/${video.videoId}` };
        call.reply(body);
      },
    },
    {
      method: 'GET',
      path: '/videos',
      handle(call) {
        const { limit, offset, ...filter } = call.queryAs(ListVideosQuery);
        call.reply(listVideos(db, filter, limit, offset).map(toRow));
      },
    },
    { method: 'GET', path: '/videos/count', handle: (call) => call.reply({ count: countVideosThatFit(db, call.queryAs(CountVideosQuery)) }) },
    {
      method: 'GET',
      path: '/video/:video_id',
      handle(call) {
        const { videoId } = requireVideo(context, videoIdOf(call));
        call.reply(toRow(getVideoSummary(db, videoId)!));
      },
    },
    { method: 'PATCH', path: '/video/:video_id/status', handle: async (call) => call.reply(await setStatus(service, call)) },
    {
      method: 'PATCH',
      path: '/video/:video_id',
      async handle(call) {
        const videoId = videoIdOf(call);
        const { title } = await call.json(RenameVideoRequest);
        const video = await renameVideo(context, learns, lock, videoId, title);
        const body: VideoStatusResponse = { status: video.status, message: `The video is now called "${video.title}".`, video_id: videoId };
        call.reply(body);
      },
    },
    {
      method: 'DELETE',
      path: '/video/:video_id',
      async handle(call) {
        const videoId = videoIdOf(call);
        call.reply(deletedBody(await deleteVideo(context, learns, lock, videoId)), 202);
        void service.background.sweepNow();
      },
    },
    {
      method: 'POST',
      path: '/video/:video_id/restore',
      async handle(call) {
        const { videoId, status } = await restoreDeleted(context, learns, lock, videoIdOf(call));
        call.reply({ status, message: 'The video is there again.', video_id: videoId } satisfies VideoStatusResponse);
      },
    },
    { method: 'GET', path: '/manifest/:video_id', handle: (call) => call.reply(buildManifest(context, videoIdOf(call))) },
    {
      method: 'GET',
      path: '/video/:video_id/popularity',
      handle(call) {
        const { videoId } = requireVideo(context, videoIdOf(call));
        call.reply({ video_id: videoId, view_count: viewCountOf(db, videoId) });
      },
    },
    {
      method: 'POST',
      path: '/video/:video_id/view',
      async handle(call) {
        const { videoId } = requireVideo(context, videoIdOf(call));
        context.assertWritable();
        await db.write(() => addView(db, videoId, clock.wallMs()));
        call.reply({ status: 'recorded', message: `A view of ${videoId} is recorded.` });
      },
    },
  ];
};
