/**
 * Uploads of all kinds in one list: files this page is sending (the host does not know them yet, or not by name), and the sessions the host
 * tells of. A file moves from the first to the second when the host accepts it.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { Upload } from '../../runtime/contract/control/uploads.ts';
import { useBridge } from '../bridge/bridge.ts';

/** A file on its way from this page to the host. */
interface Sending {
  upload: Upload;
  file: File;
  abort: AbortController;
}

/** Sending is this share of the whole way, as the uploader counts it, so that progress never jumps back when its word takes over. */
const PERCENT_SENT = 20;
const RATE_WINDOW_MS = 2_000;
/** Page and host read the same clock, but not in the same millisecond. */
const TWIN_SLACK_MS = 1_000;
const FINISHED = new Set<Upload['phase']>(['completed', 'failed', 'cancelled']);

export const isFinished = (upload: Upload): boolean => FINISHED.has(upload.phase);

const titleOf = (filename: string): string => filename.replace(/\.[^.]+$/, '') || filename;

export const useUploadStore = defineStore('uploads', () => {
  const sessions = shallowRef(new Map<string, Upload>());
  const sending = shallowRef(new Map<string, Sending>());
  const dismissed = shallowRef(new Set<string>());
  let localIdNext = 1;

  const setSending = (id: string, change: Partial<Upload>): void => {
    const entry = sending.value.get(id);
    if (!entry) return;
    sending.value = new Map(sending.value).set(id, { ...entry, upload: { ...entry.upload, ...change } });
  };
  const dropSending = (id: string): void => {
    const rest = new Map(sending.value);
    rest.delete(id);
    sending.value = rest;
  };
  const apply = (changed: readonly Upload[]): void => {
    const next = new Map(sessions.value);
    for (const upload of changed) next.set(upload.sessionId, upload);
    sessions.value = next;
  };

  /** Turns "so many bytes are sent" into progress, a rate over the last seconds, and the time that remains. */
  const createMeter = (id: string, sizeBytes: number) => {
    const marks: { atMs: number; sentBytes: number }[] = [{ atMs: Date.now(), sentBytes: 0 }];
    return (sentBytes: number): void => {
      const atMs = Date.now();
      marks.push({ atMs, sentBytes });
      while (marks.length > 2 && atMs - marks[0]!.atMs > RATE_WINDOW_MS) marks.shift();
      const first = marks[0]!;
      const bytesPerSecond = atMs > first.atMs ? ((sentBytes - first.sentBytes) * 1000) / (atMs - first.atMs) : null;
      setSending(id, {
        bytesDone: sentBytes,
        progress: sizeBytes > 0 ? (PERCENT_SENT * sentBytes) / sizeBytes : 0,
        bytesPerSecond,
        remainingMs: bytesPerSecond ? ((sizeBytes - sentBytes) * 1000) / bytesPerSecond : null,
      });
    };
  };

  /**
   * The host opens a session when the first bytes arrive, but its number is known here only once it has accepted the file. Until then, and
   * when it refuses the file, this page's own row tells more (the rate, a way to cancel, another try), so the session stays out of the list.
   */
  const isTwin = (session: Upload, { upload }: Sending): boolean =>
    session.phase === upload.phase && session.filename === upload.filename && session.startedAtMs >= upload.startedAtMs - TWIN_SLACK_MS;
  const isShownAsSending = (session: Upload): boolean => [...sending.value.values()].some((entry) => isTwin(session, entry));
  /** Takes a file off the list, and the session that stood behind it. */
  const forget = (id: string, entry: Sending): void => {
    const twins = [...sessions.value.values()].filter((session) => isTwin(session, entry));
    dismissed.value = new Set([...dismissed.value, ...twins.map((session) => session.sessionId)]);
    dropSending(id);
  };

  const send = async (file: File): Promise<string> => {
    const id = `page-${localIdNext++}`;
    const abort = new AbortController();
    const upload: Upload = {
      sessionId: id, videoId: null, title: titleOf(file.name), filename: file.name, phase: 'uploading', progress: 0, startedAtMs: Date.now(),
      totalChunks: null, bytesDone: 0, bytesTotal: file.size, bytesPerSecond: null, remainingMs: null, degraded: false, error: null,
    };
    sending.value = new Map(sending.value).set(id, { upload, file, abort });
    try {
      const { sessionId } = await useBridge().sendFile(file, { title: upload.title, signal: abort.signal, onSent: createMeter(id, file.size) });
      dropSending(id);
      return sessionId;
    } catch (error) {
      if (abort.signal.aborted) dropSending(id);
      else setSending(id, { phase: 'failed', error: error instanceof Error ? error.message : String(error), bytesPerSecond: null, remainingMs: null });
      throw error;
    }
  };

  return {
    /** Youngest first, each file once. */
    uploads: computed<Upload[]>(() =>
      [...[...sending.value.values()].map((entry) => entry.upload), ...[...sessions.value.values()].filter((session) => !isShownAsSending(session))]
        .filter((upload) => !dismissed.value.has(upload.sessionId))
        .sort((a, b) => b.startedAtMs - a.startedAtMs || b.sessionId.localeCompare(a.sessionId)),
    ),
    sessions,
    apply,
    hydrate: async (): Promise<void> => {
      const before = sessions.value;
      const { uploads } = await useBridge().call('uploads:list', {});
      // What came in while the list was under way is younger than the list.
      const younger = [...sessions.value].filter(([id, upload]) => before.get(id) !== upload);
      sessions.value = new Map([...uploads.map((upload): [string, Upload] => [upload.sessionId, upload]), ...younger]);
    },
    reset: (): void => {
      sessions.value = new Map();
      dismissed.value = new Set();
    },
    /** Sends a file and resolves with its session once the host has it. @throws VStackError */
    send,
    sample: async (): Promise<Upload> => {
      const upload = await useBridge().call('uploads:sample', {});
      apply([upload]);
      return upload;
    },
    cancel: async (sessionId: string): Promise<void> => {
      const entry = sending.value.get(sessionId);
      if (entry) entry.abort.abort();
      else await useBridge().call('uploads:cancel', { sessionId });
    },
    /** Takes a finished upload off the list. */
    dismiss: (sessionId: string): void => {
      const entry = sending.value.get(sessionId);
      if (entry) forget(sessionId, entry);
      else dismissed.value = new Set(dismissed.value).add(sessionId);
    },
    /** Only for files this page still holds; what came from elsewhere is picked again by hand. */
    canRetry: (sessionId: string): boolean => sending.value.get(sessionId)?.upload.phase === 'failed',
    retry: async (sessionId: string): Promise<void> => {
      const entry = sending.value.get(sessionId);
      if (!entry) return;
      forget(sessionId, entry);
      await send(entry.file);
    },
  };
});
