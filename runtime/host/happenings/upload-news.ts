/** Uploads that came to an end, told from what the upload watch says of each one that moved. */
import type { Upload } from '../../contract/control/uploads.ts';
import { MIB, SECOND_MS } from '../../contract/units.ts';
import type { News } from './changes.ts';

const ENDS = new Set<Upload['phase']>(['completed', 'failed', 'cancelled']);

const completedText = ({ title, bytesTotal, bytesDone, startedAtMs, degraded }: Upload, nowMs: number): string => {
  const size = `${((bytesTotal ?? bytesDone) / MIB).toFixed(1)} MiB`;
  const took = `${Math.max(0, (nowMs - startedAtMs) / SECOND_MS).toFixed(1)} s`;
  return `“${title}” is stored: ${size} in ${took}${degraded ? '. Some chunks still wait for all their copies' : ''}`;
};

/**
 * Takes the uploads that moved, and tells those that ended since. The uploader remembers old uploads and lists them again after a restart of
 * the host; one that ended before `sinceMs` and was never seen moving is past.
 */
export const createUploadNews = (sinceMs: number): ((uploads: readonly Upload[], nowMs: number) => News[]) => {
  const moving = new Set<string>();
  const told = new Set<string>();
  return (uploads, nowMs) =>
    uploads.flatMap((upload): News[] => {
      const { sessionId, phase, title, error, startedAtMs } = upload;
      if (!ENDS.has(phase)) {
        moving.add(sessionId);
        return [];
      }
      const isNews = moving.delete(sessionId) || startedAtMs >= sinceMs;
      if (!isNews || told.has(sessionId)) return [];
      told.add(sessionId);
      if (phase === 'completed') return [{ kind: 'upload-completed', tone: upload.degraded ? 'warn' : 'ok', subject: null, text: completedText(upload, nowMs) }];
      if (phase === 'failed') return [{ kind: 'upload-failed', tone: 'bad', subject: null, text: `The upload of “${title}” failed${error ? `. ${error}` : ''}` }];
      return [];
    });
};
