/**
 * Upload sessions on disk, so that an upload survives the uploader, at whatever moment it dies. One folder for each session:
 *
 *   <dir>/sessions/<session>/state.json      what the session is and how far it came; replaced durably at each change of status
 * *                           /source          the spooled file (none for a file read in place)
 *                           /converted.mp4   what ffmpeg made of the source, where it was needed
 *
 * Which chunks are committed is not written here: the metadata service knows it best. When a session has ended, only state.json stays, as
 * its record.
 */
import { z } from 'zod';
import { isErrorCode } from '../../contract/errors.ts';
import { Sha256Hex, VideoId } from '../../contract/ids.ts';
import { Media } from '../../contract/wire/metadata.ts';
import { SessionId, UploadState } from '../../contract/wire/uploader.ts';
import { joinPath, listDirectory, makeDirectory, readJsonFile, removePath, syncDirectory, writeJsonFile } from '../../platform/files.ts';
import type { Logger } from '../../platform/log.ts';

const count = z.number().int().nonnegative();

/** Records of ended sessions that are kept; the oldest go first. */
export const RECORDS_KEPT_MAX = 200;

const SourceFacts = z.object({
  /** Absolute; the spool for an uploaded file. */
  path: z.string(),
  isSpooled: z.boolean(),
  sizeBytes: count,
  mtimeMs: z.number(),
  /** Of its size, its first and its last part: tells a resumed upload that the file is still the same. */
  fingerprint: Sha256Hex,
});

export const SessionRecord = z.object({
  version: z.literal(1),
  sessionId: SessionId,
  title: z.string(),
  filename: z.string(),
  status: UploadState,
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  source: SourceFacts.nullable(),
  videoId: VideoId.nullable(),
  /** The video must still be deleted at the metadata service, which was out of reach when the session ended. */
  isDeletionDue: z.boolean(),
  isDegraded: z.boolean(),
  /** Set when every chunk is committed: from then on only the finalising is left. */
  result: z.object({ chunkCount: count, durationSec: z.number().nonnegative(), media: Media }).nullable(),
  bytesTotal: count.nullable(),
  /** Bytes committed, as of the last change of status. */
  bytesDone: count,
  chunksDone: count,
  error: z.object({ code: z.custom<string>(isErrorCode), message: z.string() }).nullable(),
});
export type SessionRecord = z.infer<typeof SessionRecord>;
export type SourceFacts = z.infer<typeof SourceFacts>;

export const isEnded = (status: UploadState): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';

export interface SessionStore {
  /** Every session on disk, oldest first. One whose record cannot be read is left alone and reported. */
  load(): Promise<SessionRecord[]>;
  save(record: SessionRecord): Promise<void>;
  spoolPath(sessionId: string): string;
  convertedPath(sessionId: string): string;
  /** Removes everything but the record. */
  removeWork(sessionId: string): Promise<void>;
  /** Removes all of the session. */
  remove(sessionId: string): Promise<void>;
}

export const createSessionStore = async (dir: string, log: Logger): Promise<SessionStore> => {
  const root = joinPath(dir, 'sessions');
  await makeDirectory(root);
  const at = (sessionId: string, name: string): string => joinPath(root, sessionId, name);

  const loadOne = async (sessionId: string): Promise<SessionRecord | undefined> => {
    try {
      const raw = await readJsonFile(at(sessionId, 'state.json'));
      // The folder is made before its record: without one, nothing of the upload was ever acknowledged.
      if (raw === undefined) await removePath(joinPath(root, sessionId));
      else return SessionRecord.parse(raw);
    } catch (error) {
      log.error({ err: error, session: sessionId }, 'the record of an upload cannot be read; it is left as it is');
    }
    return undefined;
  };

  const known = new Set<string>();

  return {
    async load() {
      const found = await Promise.all((await listDirectory(root)).map(loadOne));
      return found.filter((record) => record !== undefined).sort((a, b) => a.startedAtMs - b.startedAtMs);
    },
    async save(record) {
      await makeDirectory(joinPath(root, record.sessionId));
      await writeJsonFile(at(record.sessionId, 'state.json'), record);
      // The folder's own entry needs to be made durable once.
      if (!known.has(record.sessionId)) await syncDirectory(root);
      known.add(record.sessionId);
    },
    spoolPath: (sessionId) => at(sessionId, 'source'),
    convertedPath: (sessionId) => at(sessionId, 'converted.mp4'),
    async removeWork(sessionId) {
      for (const name of await listDirectory(joinPath(root, sessionId))) if (name !== 'state.json') await removePath(at(sessionId, name));
    },
    remove: (sessionId) => removePath(joinPath(root, sessionId)),
  };
};
