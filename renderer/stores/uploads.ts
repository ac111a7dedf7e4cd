/**
 * Uploads of all kinds in one list: files this page sends or hands over (the host does not know them yet, or not by name), and the sessions the
 * host tells of. A file moves from the first to the second when the host accepts it. More than a few at once would only slow each other down,
 * so the others wait their turn.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { Upload } from '../../runtime/contract/control/uploads.ts';
import { useBridge } from '../bridge/bridge.ts';
import { createSendMeter } from '../uploads/send-meter.ts';
import { fileToSend, isFinished, isTwin, type Listed, pathToSend, refusalOf, type ToSend } from '../uploads/to-send.ts';

export { isFinished, type Listed } from '../uploads/to-send.ts';

/** A file on its way from this page to the host, or waiting for it. */
interface Sending {
  upload: Listed;
  item: ToSend;
  abort: AbortController;
  done: PromiseWithResolvers<string>;
}

/** Uploads of this page under way at once, to the host and behind it. The disks and the consensus are busy with fewer. */
export const UPLOADS_AT_ONCE = 3;

export const useUploadStore = defineStore('uploads', () => {
  const sessions = shallowRef(new Map<string, Upload>());
  const sending = shallowRef(new Map<string, Sending>());
  const dismissed = shallowRef(new Set<string>());
  /** What to send again when a session that was accepted fails. */
  const sent = new Map<string, ToSend>();
  /** Rows that were taken off the list, and when. */
  const forgotten = shallowRef<readonly { upload: Listed; atMs: number }[]>([]);
  let localIdNext = 1;

  const setSending = (id: string, change: Partial<Listed>): void => {
    const entry = sending.value.get(id);
    if (!entry) return;
    sending.value = new Map(sending.value).set(id, { ...entry, upload: { ...entry.upload, ...change } });
  };
  const dropSending = (id: string): void => {
    const rest = new Map(sending.value);
    rest.delete(id);
    sending.value = rest;
  };
  const hide = (sessionId: string): void => {
    dismissed.value = new Set(dismissed.value).add(sessionId);
  };

  const activeCount = (): number => {
    const here = [...sending.value.values()].filter(({ upload }) => !upload.isQueued && !isFinished(upload)).length;
    return here + [...sent.keys()].filter((sessionId) => !isFinished(sessions.value.get(sessionId) ?? { phase: 'processing' })).length;
  };
  const advance = (): void => {
    for (const [id, { upload }] of [...sending.value].sort(([, a], [, b]) => a.upload.startedAtMs - b.upload.startedAtMs)) {
      if (activeCount() >= UPLOADS_AT_ONCE) return;
      if (upload.isQueued) void start(id);
    }
  };

  const start = async (id: string): Promise<void> => {
    setSending(id, { isQueued: false, startedAtMs: Date.now() });
    const { item, abort, done } = sending.value.get(id)!;
    const meter = createSendMeter(item.sizeBytes ?? 0, Date.now());
    try {
      const { sessionId } = await item.send(useBridge(), { signal: abort.signal, onSent: (sentBytes) => setSending(id, meter(sentBytes, Date.now())) });
      sent.set(sessionId, item);
      dropSending(id);
      done.resolve(sessionId);
    } catch (error) {
      if (abort.signal.aborted) dropSending(id);
      else setSending(id, { phase: 'failed', error: error instanceof Error ? error.message : String(error), bytesPerSecond: null, remainingMs: null });
      done.reject(error);
    }
    advance();
  };

  const add = (item: ToSend): Promise<string> => {
    const id = `page-${localIdNext++}`;
    const upload: Listed = {
      sessionId: id, videoId: null, title: item.title, filename: item.filename, phase: 'uploading', progress: 0, startedAtMs: Date.now(),
      totalChunks: null, bytesDone: 0, bytesTotal: item.sizeBytes, bytesPerSecond: null, remainingMs: null, degraded: false, error: null, isQueued: true,
    };
    const entry: Sending = { upload, item, abort: new AbortController(), done: Promise.withResolvers() };
    sending.value = new Map(sending.value).set(id, entry);
    const refusal = refusalOf(item);
    if (refusal) {
      setSending(id, { phase: 'failed', error: refusal.message, isQueued: false });
      entry.done.reject(refusal);
    } else advance();
    return entry.done.promise;
  };

  const apply = (changed: readonly Upload[]): void => {
    const next = new Map(sessions.value);
    for (const upload of changed) next.set(upload.sessionId, upload);
    sessions.value = next;
    advance();
  };

  const isShownAsSending = (session: Upload): boolean =>
    !sent.has(session.sessionId) && [...sending.value.values()].some(({ upload }) => !upload.isQueued && isTwin(session, upload));
  /** Of a file that was taken off the list. The host may tell of its session only afterwards. */
  const isForgotten = (session: Upload): boolean =>
    !sent.has(session.sessionId) && forgotten.value.some(({ upload, atMs }) => session.startedAtMs <= atMs && isTwin(session, upload));
  /** Takes a file off the list, and the session that stood behind it. */
  const forget = (id: string, { upload }: Sending): void => {
    forgotten.value = [...forgotten.value, { upload, atMs: Date.now() }];
    dropSending(id);
  };
  const dismiss = (sessionId: string): void => {
    const entry = sending.value.get(sessionId);
    if (entry) forget(sessionId, entry);
    else hide(sessionId);
    sent.delete(sessionId);
  };
  const itemOf = (sessionId: string): ToSend | undefined => {
    const session = sending.value.get(sessionId)?.upload ?? sessions.value.get(sessionId);
    return session?.phase === 'failed' || session?.phase === 'cancelled' ? (sending.value.get(sessionId)?.item ?? sent.get(sessionId)) : undefined;
  };

  return {
    /** Youngest first, each file once. */
    uploads: computed<Listed[]>(() =>
      [...[...sending.value.values()].map((entry) => entry.upload), ...[...sessions.value.values()].filter((session) => !isShownAsSending(session) && !isForgotten(session))]
        .filter((upload) => !dismissed.value.has(upload.sessionId))
        .sort((a, b) => b.startedAtMs - a.startedAtMs || b.sessionId.localeCompare(a.sessionId, 'en', { numeric: true })),
    ),
    sessions,
    apply,
    hydrate: async (): Promise<void> => {
      const before = sessions.value;
      const { uploads } = await useBridge().call('uploads:list', {});
      // What came in while the list was under way is younger than the list.
      const younger = [...sessions.value].filter(([id, upload]) => before.get(id) !== upload);
      sessions.value = new Map([...uploads.map((upload): [string, Upload] => [upload.sessionId, upload]), ...younger]);
      // A host that was restarted knows nothing of what was sent to the one before.
      for (const sessionId of [...sent.keys()]) if (!sessions.value.has(sessionId)) sent.delete(sessionId);
      advance();
    },
    reset: (): void => {
      sessions.value = new Map();
      dismissed.value = new Set();
      forgotten.value = [];
      sent.clear();
    },
    /** Sends a file when its turn comes, and resolves with its session once the host has it. @throws VStackError */
    send: (file: File): Promise<string> => add(fileToSend(file)),
    /** Has the host read a file of this machine. @throws VStackError */
    sendPath: (path: string): Promise<string> => add(pathToSend(path)),
    /** The videos picked in the system's own dialog; undefined where the page has to ask with its own. */
    pickPaths: async (): Promise<string[] | undefined> => useBridge().native?.chooseFiles(),
    sample: async (): Promise<Upload> => {
      const upload = await useBridge().call('uploads:sample', {});
      apply([upload]);
      return upload;
    },
    cancel: async (sessionId: string): Promise<void> => {
      const entry = sending.value.get(sessionId);
      if (!entry) return void (await useBridge().call('uploads:cancel', { sessionId }));
      entry.abort.abort();
      if (!entry.upload.isQueued) return;
      dropSending(sessionId);
      entry.done.reject(new DOMException('The upload was taken back before it began.', 'AbortError'));
    },
    /** Takes a finished upload off the list. */
    dismiss,
    /** Only for files this page still knows; what came from elsewhere is picked again by hand. */
    canRetry: (sessionId: string): boolean => itemOf(sessionId) !== undefined,
    retry: async (sessionId: string): Promise<void> => {
      const item = itemOf(sessionId);
      if (!item) return;
      dismiss(sessionId);
      await add(item);
    },
  };
});
