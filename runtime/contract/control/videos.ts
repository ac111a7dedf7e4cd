/** Stored videos. What the metadata service says passes through in its own words (wire/metadata.ts). */
import { z } from 'zod';
import { VideoId } from '../ids.ts';
import { Manifest, VideoRow } from '../wire/metadata.ts';
import { defineCall } from './call.ts';

const OneVideo = z.object({ videoId: VideoId });

export const videoCalls = {
  'videos:list': defineCall({
    input: z.object({ limit: z.number().int().min(1).max(1000).default(100), offset: z.number().int().min(0).default(0) }),
    output: z.object({ videos: z.array(VideoRow) }),
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
  'videos:delete': defineCall({ input: OneVideo, output: z.object({}), needs: 'write', summary: 'Deletes a video and collects its chunks.' }),
  'videos:view': defineCall({ input: OneVideo, output: z.object({}), needs: 'write', summary: 'Counts one view of a video.' }),
} as const;

export const videoEvents = {
  /** Something in the list changed; ask again. */
  'videos:changed': z.object({ videoId: VideoId.nullable() }),
} as const;
