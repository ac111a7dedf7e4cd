/** Stored videos. What the metadata service says passes through in its own words (wire/metadata.ts). */
import { z } from 'zod';
import { VideoId } from '../ids.ts';
import { Manifest, VideoRow } from '../wire/metadata.ts';
import { defineCall } from './call.ts';

/** Large enough for a picture of 320 × 180 pixels. */
export const THUMBNAIL_CHARS_MAX = 100_000;
const ThumbnailImage = z.string().max(THUMBNAIL_CHARS_MAX).regex(/^data:image\/(?:webp|jpeg|png);base64,[A-Za-z0-9+/]+=*$/, 'a picture is a data URL of a WebP, JPEG or PNG image');

const OneVideo = z.object({ videoId: VideoId });

export const videoCalls = {
  'videos:list': defineCall({
    input: z.object({ limit: z.number().int().min(1).max(1000).default(100), offset: z.number().int().min(0).default(0), search: z.string().trim().max(200).optional() }),
    output: z.object({
      videos: z.array(VideoRow),
      /** Of all videos that fit, whatever the limit. */
      totalCount: z.number().int(),
    }),
    needs: 'read',
    summary: 'The stored videos, youngest first.',
  }),
  'videos:manifest': defineCall({
    input: OneVideo,
    output: Manifest,
    needs: 'read',
    summary: 'Which chunks make a video, on which nodes they are, and signed URLs to read them.',
  }),
  'videos:rename': defineCall({
    input: OneVideo.extend({ title: z.string().trim().min(1).max(200) }),
    output: z.object({}),
    needs: 'write',
    summary: 'Gives a video another title.',
  }),
  'videos:delete': defineCall({
    input: OneVideo,
    output: z.object({
      /** Until then `videos:restore` brings it back; afterwards its chunks are collected. */
      restorableUntilMs: z.number(),
    }),
    needs: 'write',
    summary: 'Deletes a video. For a while it can be restored, then its chunks are collected.',
  }),
  'videos:restore': defineCall({ input: OneVideo, output: z.object({}), needs: 'write', summary: 'Brings a deleted video back, as long as its chunks have not been collected.' }),
  'videos:thumbnail': defineCall({
    input: OneVideo,
    output: z.object({ image: ThumbnailImage.nullable() }),
    needs: 'read',
    summary: 'A small picture of a video as a data URL; null while nobody has made one.',
  }),
  'videos:set-thumbnail': defineCall({
    input: OneVideo.extend({ image: ThumbnailImage }),
    output: z.object({}),
    needs: 'write',
    summary: 'Keeps a small picture of a video. The page makes it from the first chunk when it shows the video for the first time.',
  }),
  'videos:save': defineCall({
    input: OneVideo.extend({ path: z.string().min(1), overwrite: z.boolean().default(false) }),
    output: z.object({ path: z.string(), sizeBytes: z.number(), sha256: z.string() }),
    needs: 'write',
    summary: 'Writes a video to a file of this machine as an MP4 in its original quality, every chunk verified. `videos:saving` tells the progress.',
  }),
  'videos:download-link': defineCall({
    input: OneVideo,
    output: z.object({
      /** To be resolved against the web door; valid once, for a minute. */
      path: z.string(),
    }),
    needs: 'read',
    summary: 'A link by which a browser downloads a video as an MP4 in its original quality.',
  }),
  'videos:view': defineCall({ input: OneVideo, output: z.object({}), needs: 'write', summary: 'Counts one view of a video.' }),
} as const;

export const videoEvents = {
  /** Something in the list changed; ask again. */
  'videos:changed': z.object({ videoId: VideoId.nullable() }),
  /** How far `videos:save` is, at most four times a second. */
  'videos:saving': z.object({ videoId: VideoId, path: z.string(), bytesDone: z.number(), bytesTotal: z.number() }),
} as const;
