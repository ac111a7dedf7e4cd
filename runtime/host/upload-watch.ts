/** Follows the uploads: asks the uploader while something moves, at most four times a second, and tells what moved. */
import type { Upload } from '../contract/control/uploads.ts';
import { VStackError } from '../contract/errors.ts';
import { SECOND_MS } from '../contract/units.ts';
import { UploadsResponse, type UploadStatus } from '../contract/wire/uploader.ts';
import type { Clock } from '../platform/clock.ts';
import type { EventHub } from './event-hub.ts';
import type { Services } from './services.ts';

export const POLL_MS = 250;

/** After a kick the uploads are looked at for this long even if nothing moves yet: a session appears a moment after its first byte. */
const KICK_MS = 2 * SECOND_MS;

/** An uploader that does not answer is being restarted, and resumes its uploads then. */
const RETRY_MS = SECOND_MS;

const ENDED = new Set(['completed', 'failed', 'cancelled']);

export const toUpload = (status: UploadStatus): Upload => ({
  sessionId: status.upload_session_id,
  videoId: status.video_id,
  title: status.title,
  filename: status.filename,
  phase: status.status,
  progress: status.progress,
  startedAtMs: Date.parse(status.started_at),
  totalChunks: status.total_chunks,
  bytesDone: status.bytes_done,
  bytesTotal: status.bytes_total,
  bytesPerSecond: status.rate_bytes_per_sec,
  remainingMs: status.eta_sec === null ? null : status.eta_sec * SECOND_MS,
  waitingFor: status.waiting_for ?? null,
  degraded: status.degraded,
  error: status.error,
});

export interface UploadWatch {
  /** All uploads, asked just now. */
  list(): Promise<Upload[]>;
  /** Something may have begun to move: look. */
  kick(): void;
  stop(): void;
}

export const createUploadWatch = (services: Services, events: EventHub, clock: Clock): UploadWatch => {
  const known = new Map<string, string>();
  /** The first look after a start finds the past, in which nothing has moved just now. */
  let hasLooked = false;
  let isStopped = false;
  let isLooking = false;
  let lookUntilMs = -Infinity;
  let cancelTimer: (() => void) | undefined;

  const ask = async (): Promise<Upload[]> => (await services.uploader('/uploads', {}, UploadsResponse)).uploads.map(toUpload);

  const take = (uploads: readonly Upload[]): boolean => {
    const moved = uploads.filter((upload) => known.get(upload.sessionId) !== JSON.stringify(upload));
    const completed = moved.filter((upload) => upload.phase === 'completed' && hasLooked);
    known.clear();
    for (const upload of uploads) known.set(upload.sessionId, JSON.stringify(upload));
    hasLooked = true;
    if (moved.length > 0) events.emit('uploads:changed', { uploads: moved });
    for (const { videoId } of completed) events.emit('videos:changed', { videoId });
    return uploads.some((upload) => !ENDED.has(upload.phase));
  };

  const schedule = (delayMs: number): void => {
    if (!isStopped) cancelTimer ??= clock.after(delayMs, () => void look());
  };

  const look = async (): Promise<void> => {
    cancelTimer = undefined;
    if (isLooking) return;
    isLooking = true;
    try {
      const isMoving = take(await ask());
      if (isMoving || clock.nowMs() < lookUntilMs) schedule(POLL_MS);
    } catch (error) {
      // Without an uploader there is nothing to follow; the next launch kicks again. One that is away for a moment is asked again.
      if (!(error instanceof VStackError && error.code === 'not_running')) schedule(RETRY_MS);
    } finally {
      isLooking = false;
    }
  };

  return {
    async list() {
      const uploads = await ask();
      if (take(uploads)) schedule(POLL_MS);
      return uploads;
    },
    kick() {
      lookUntilMs = clock.nowMs() + KICK_MS;
      schedule(0);
    },
    stop() {
      isStopped = true;
      cancelTimer?.();
    },
  };
};
