/**
 * The uploader's HTTP API, snake_case. Its callers are the host, the CLI, the web door (which passes a browser's multipart body on) and
 * V-Stack's own scripts.
 *
 *   GET    /health
 *   POST   /upload                   multipart with the parts `video` (a file) and `title`, or JSON {path, title}; 400 when it is no video
 *   GET    /upload/status/{session}
 *   GET    /uploads                  every upload under way and the recent ones, newest first
 *   DELETE /upload/{session}         cancels; answers once nothing of it is left to do here
 *
 * An upload runs on by itself once POST /upload has answered, also across a restart of the uploader.
 */
import { z } from 'zod';
import { VideoId } from '../ids.ts';
import { TITLE_CHARS_MAX } from './metadata.ts';

const count = z.number().int().nonnegative();

export const SessionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a session id is 1–64 characters of A–Z a–z 0–9 _ -');

/**
 *   uploading ─▶ processing ─▶ registering ─▶ chunking ─▶ uploading_chunks ─▶ finalizing ─▶ completed
 *
 * `uploading`: the file is on its way to the spool. `processing`: it is looked at, and converted where it must be. `chunking`: the first
 * chunk is being cut; later ones are cut while others are placed. From everywhere: `failed`, `cancelled`.
 */
export const UploadState = z.enum([
  'uploading', 'processing', 'chunking', 'registering', 'uploading_chunks', 'finalizing', 'completed', 'failed', 'cancelled',
]);

export const UploaderHealth = z.object({
  status: z.enum(['healthy', 'stopping']),
  service: z.literal('uploader'),
  active_uploads: count,
});

/** For a file on the uploader's own machine: it is read in place, not copied, and must stay as it is until the upload is over. */
export const UploadPathRequest = z.object({
  path: z.string().min(1),
  /** @default the file's name without its ending */
  title: z.string().trim().min(1).max(TITLE_CHARS_MAX).optional(),
});

export const UploadAccepted = z.object({
  video_id: VideoId,
  upload_session_id: SessionId,
  title: z.string(),
  status: UploadState,
  message: z.string(),
  /** A path on this service. */
  status_url: z.string(),
});

export const UploadStatus = z.object({
  /** Null while the file is still coming in. */
  video_id: VideoId.nullable(),
  title: z.string(),
  filename: z.string(),
  status: UploadState,
  /** Percent of the whole way, 0–100. */
  progress: z.number().min(0).max(100),
  started_at: z.string(),
  /** Null until the last chunk is cut. */
  total_chunks: count.nullable(),
  /** Why it failed, in words, and what to do; null otherwise. */
  error: z.string().nullable(),
  /** + */
  upload_session_id: SessionId,
  error_code: z.string().nullable(),
  ended_at: z.string().nullable(),
  /** Chunks that are committed. */
  chunks_done: count,
  /** While `uploading` bytes received, afterwards bytes committed, and of how many; the total is an estimate until the last chunk is cut. */
  bytes_done: count,
  bytes_total: count.nullable(),
  /** Over the last few seconds. */
  rate_bytes_per_sec: z.number().nonnegative().nullable(),
  eta_sec: z.number().nonnegative().nullable(),
  /** While nothing moves because too few stores answer: how many do, and how many are needed. */
  waiting_for: z.string().nullable().optional(),
  /** Completed, but some chunk still lacks a holder; repair goes on. */
  degraded: z.boolean(),
});

export const UploadsResponse = z.object({ uploads: z.array(UploadStatus) });

export type UploadState = z.infer<typeof UploadState>;
export type UploaderHealth = z.infer<typeof UploaderHealth>;
export type UploadPathRequest = z.infer<typeof UploadPathRequest>;
export type UploadAccepted = z.infer<typeof UploadAccepted>;
export type UploadStatus = z.infer<typeof UploadStatus>;
export type UploadsResponse = z.infer<typeof UploadsResponse>;
