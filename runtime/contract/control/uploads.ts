/** Uploads in progress and the recent ones. A browser streams its file to `POST /upload` at the web door; here a path is given. */
import { z } from 'zod';
import { VideoId } from '../ids.ts';
import { defineCall } from './call.ts';

export const UploadPhase = z.enum([
  'uploading', 'processing', 'chunking', 'registering', 'uploading_chunks', 'finalizing', 'completed', 'failed', 'cancelled',
]);
export type UploadPhase = z.infer<typeof UploadPhase>;

export const Upload = z.object({
  sessionId: z.string(),
  videoId: VideoId.nullable(),
  title: z.string(),
  filename: z.string(),
  phase: UploadPhase,
  /** 0–100. */
  progress: z.number(),
  startedAtMs: z.number(),
  totalChunks: z.number().int().nullable(),
  bytesDone: z.number(),
  bytesTotal: z.number().nullable(),
  /** Bytes per second, lately. */
  bytesPerSecond: z.number().nullable(),
  remainingMs: z.number().nullable(),
  /** Why nothing moves, in words; null or absent while all goes well. */
  waitingFor: z.string().nullable().optional(),
  /** Completed, but some chunks still wait for all their replicas. */
  degraded: z.boolean(),
  /** Why it failed, and what to do. */
  error: z.string().nullable(),
});
export type Upload = z.infer<typeof Upload>;

const Title = z.string().trim().max(200).optional();

const OneUpload = z.object({ sessionId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

export const uploadCalls = {
  'uploads:list': defineCall({ input: z.object({}), output: z.object({ uploads: z.array(Upload) }), needs: 'read', summary: 'Uploads in progress and the recent ones.' }),
  'uploads:start': defineCall({
    input: z.object({ path: z.string().min(1), title: Title }),
    output: Upload,
    needs: 'write',
    summary: 'Uploads a file of this machine; it is read in place, not copied.',
  }),
  'uploads:sample': defineCall({
    input: z.object({ title: Title }),
    output: Upload,
    needs: 'write',
    summary: 'Uploads the sample video that comes with the program.',
  }),
  'uploads:cancel': defineCall({ input: OneUpload, output: z.object({}), needs: 'write', summary: 'Cancels an upload; nothing of it stays behind.' }),
} as const;

export const uploadEvents = {
  /** Each upload that moved, at most four times a second. */
  'uploads:changed': z.object({ uploads: z.array(Upload) }),
} as const;
