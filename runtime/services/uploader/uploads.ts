/** All uploads of this service: those under way, and the records of those that ended. */
import { VStackError } from '../../contract/errors.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { randomHex } from '../../platform/crypto.ts';
import { deleteVideo } from './delete-video.ts';
import { isEnded, RECORDS_KEPT_MAX, type SessionRecord, type SourceFacts } from './session-store.ts';
import { createUpload, type Upload, type UploadContext } from './upload.ts';

/** Uploads under way at once; a caller beyond is told to come back. Far above what one disk can serve well. */
const ACTIVE_MAX = 64;

/** Between two tries at deleting what could not be deleted. */
const SWEEP_MS = 10 * SECOND_MS;

const SESSION_ID_BYTES = 8;

export interface NewUpload {
  title: string;
  filename: string;
  /** Total that was announced, if any. */
  bytesTotal: number | null;
}

export interface Uploads {
  /** Begins a session, durably. The caller then brings the file and calls `accept`, or `fail`. */
  begin(upload: NewUpload): Promise<Upload>;
  /** Looks at the file, registers the video, and lets the upload run on by itself. Throws why it cannot be uploaded. */
  accept(upload: Upload, source: SourceFacts): Promise<void>;
  /** Throws `not_found`. */
  get(sessionId: string): Upload;
  /** Newest first. */
  list(): Upload[];
  /** Cancels what is under way; resolves when nothing of it is left here. Ended ones stay as they are; a completed one is `conflict`. */
  cancel(sessionId: string): Promise<Upload>;
  activeCount(): number;
  /** Stops everything as it is; it goes on at the next start. */
  stop(): Promise<void>;
}

/** Takes up what the last run left: uploads that were acknowledged go on, the others are ended. */
export const openUploads = async (context: UploadContext): Promise<Uploads> => {
  const { store, clock, log } = context;
  const uploads = new Map<string, Upload>();
  let isStopping = false;

  const isActive = ({ record }: Upload): boolean => !isEnded(record.status);

  const prune = async (): Promise<void> => {
    const ended = [...uploads].filter(([, upload]) => !isActive(upload) && !upload.record.isDeletionDue);
    for (const [sessionId] of ended.slice(0, Math.max(0, ended.length - RECORDS_KEPT_MAX))) {
      uploads.delete(sessionId);
      await store.remove(sessionId);
    }
  };

  const runOn = (upload: Upload): void => {
    upload
      .run()
      .then(prune)
      .catch((error: unknown) => log.error({ err: error }, 'tidying up after an upload failed'));
  };

  for (const record of await store.load()) {
    const upload = createUpload(context, record);
    uploads.set(record.sessionId, upload);
    if (isEnded(record.status)) await store.removeWork(record.sessionId);
    // POST /upload answers after the video is registered, so of this one nobody was told that it would go on.
    else if (record.videoId === null) await upload.fail(new VStackError('truncated_body', 'The upload was interrupted before the file was complete. Upload it again.'));
    else runOn(upload);
  }

  let cancelSweep = (): void => {};
  const sweep = (): void => {
    cancelSweep = clock.after(SWEEP_MS, () => {
      const due = [...uploads.values()].filter((upload) => !isActive(upload) && upload.record.isDeletionDue);
      void Promise.all(due.map(({ record }) => deleteVideo(context, record))).then(() => !isStopping && sweep());
    });
  };
  sweep();

  const activeCount = (): number => [...uploads.values()].filter(isActive).length;

  const get = (sessionId: string): Upload => {
    const upload = uploads.get(sessionId);
    if (!upload) throw new VStackError('not_found', `There is no upload ${sessionId}.`);
    return upload;
  };

  return {
    async begin({ title, filename, bytesTotal }) {
      if (isStopping) throw new VStackError('unavailable', 'The uploader is stopping. Try again in a moment.');
      if (activeCount() >= ACTIVE_MAX) throw new VStackError('unavailable', `${ACTIVE_MAX} uploads are under way, which is the most at once. Try again when some have ended.`);
      const record: SessionRecord = {
        version: 1,
        sessionId: `up-${randomHex(SESSION_ID_BYTES)}`,
        title,
        filename,
        status: 'uploading',
        startedAtMs: clock.wallMs(),
        endedAtMs: null,
        source: null,
        videoId: null,
        isDeletionDue: false,
        isDegraded: false,
        result: null,
        bytesTotal,
        bytesDone: 0,
        chunksDone: 0,
        error: null,
      };
      const upload = createUpload(context, record);
      uploads.set(record.sessionId, upload);
      await store.save(record);
      return upload;
    },
    async accept(upload, source) {
      await upload.accept(source);
      runOn(upload);
    },
    get,
    list: () => [...uploads.values()].reverse(),
    async cancel(sessionId) {
      const upload = get(sessionId);
      if (upload.record.status === 'completed') throw new VStackError('conflict', `The upload ${sessionId} is complete; delete the video ${upload.record.videoId} instead.`);
      if (isActive(upload)) await upload.stop('cancel');
      return upload;
    },
    activeCount,
    async stop() {
      isStopping = true;
      cancelSweep();
      await Promise.all([...uploads.values()].filter(isActive).map((upload) => upload.stop('shutdown')));
    },
  };
};
