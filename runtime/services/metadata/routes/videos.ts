import {
  CreateVideoRequest,
  ListVideosQuery,
  RenameVideoRequest,
  SetVideoStatusRequest,
  type CreateVideoResponse,
  type VideoRow,
  type VideoStatusResponse,
} from '../../../contract/wire/metadata.ts';
import type { Call, Route } from '../../../platform/http/server.ts';
import { deleteVideo } from '../deletion.ts';
import { buildManifest } from '../manifest.ts';
import type { Service } from '../service.ts';
import { addView, listVideos, viewCountOf, type VideoSummary } from '../store/videos.ts';
import { createVideo, finaliseVideo, keepUploading, renameVideo, requireVideo } from '../videos.ts';
import { videoIdOf } from './params.ts';

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
});

const setStatus = async ({ context, learns, lock }: Service, call: Call): Promise<VideoStatusResponse> => {
  const videoId = videoIdOf(call);
  const request = await call.json(SetVideoStatusRequest);
  if (request.status === 'uploading') {
    await keepUploading(context, videoId);
    return { status: 'uploading', message: 'The upload is alive.', video_id: videoId };
  }
  if (request.status === 'deleted') {
    await deleteVideo(context, learns, lock, videoId);
    return { status: 'deleted', message: 'The video is deleted; its chunks are being collected.', video_id: videoId };
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
        const { status, limit, offset } = call.queryAs(ListVideosQuery);
        call.reply(listVideos(db, status, limit, offset).map(toRow));
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
        await deleteVideo(context, learns, lock, videoId);
        const body: VideoStatusResponse = { status: 'deleted', message: 'The video is deleted; its chunks are being collected.', video_id: videoId };
        call.reply(body, 202);
        void service.background.sweepNow();
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
