/**
 * One upload, from a file on disk to a video that can be played:
 *
 *   accept    processing, registering        look at the file; POST /video
 *   prepare   processing                     convert it, where no browser would play it as it is
 *   place     chunking, uploading_chunks     every chunk committed
 *   finish    finalizing                     PATCH /video/{id}/status active ─▶ completed
 *
 * Each step may be repeated after a restart. However it ends, nothing but its record stays here; unless it completed, the video is deleted
 * at the metadata service, so that nothing half-uploaded stays there either.
 */
import { VStackError } from '../../contract/errors.ts';
import { MINUTE_MS } from '../../contract/units.ts';
import type { UploadState, UploadStatus } from '../../contract/wire/uploader.ts';
import type { Clock } from '../../platform/clock.ts';
import { fileFacts } from '../../platform/files.ts';
import type { Logger } from '../../platform/log.ts';
import type { ByteBudget } from '../shared/byte-budget.ts';
import type { MediaFacts } from './ingest/types.ts';
import { deleteVideo } from './delete-video.ts';
import type { KnownVideo, MetadataClient } from './metadata-client.ts';
import type { Placer } from './place-chunk.ts';
import { placeVideo } from './place-video.ts';
import { convert, inspectSource, type Inspection } from './prepare.ts';
import { createRateMeter } from './progress.ts';
import type { SessionRecord, SessionStore, SourceFacts } from './session-store.ts';
import { assertSameSource } from './source.ts';
import { describeFailure, toResult } from './upload-end.ts';
import { bytesNeeded } from './upload-memory.ts';
import { toStatus } from './upload-status.ts';

export interface UploadContext {
  store: SessionStore;
  metadata: MetadataClient;
  placer: Pick<Placer, 'place'>;
  /** Owns the grants that this process asks for. */
  proposerId: string;
  budget: ByteBudget;
  clock: Clock;
  log: Logger;
  ffmpegPath?: string | undefined;
}

/** Why an upload is stopped from outside. `shutdown` leaves it as it is, to be resumed. */
export type StopReason = 'cancel' | 'shutdown';

export interface Upload {
  readonly record: Readonly<SessionRecord>;
  /** Aborts when the upload is stopped. */
  readonly signal: AbortSignal;
  status(): UploadStatus;
  /** Before `accept`: the title came after the file. */
  rename(title: string): void;
  /** Counts what has arrived of the file, while it is being spooled. */
  countReceived(bytes: number): void;
  /** The file is complete: looks whether it is a video, and registers it. Throws why not; the upload has then failed and cleaned up. */
  accept(source: SourceFacts): Promise<string>;
  /** Runs to the end; never rejects. */
  run(): Promise<void>;
  /** Stops what runs, and resolves when it has. */
  stop(reason: StopReason): Promise<void>;
  /** Ends an upload whose file did not arrive. */
  fail(error: unknown): Promise<void>;
}

/** The metadata service ends uploads it hears nothing of; one that waits for its turn says so this often. */
const KEEP_ALIVE_MS = MINUTE_MS;

/** From these a restart goes on; to be anywhere between them is the same as to be at the last one, so only these are made durable. */
const WAYMARKS: ReadonlySet<UploadState> = new Set(['chunking', 'finalizing']);

export const createUpload = (context: UploadContext, initial: SessionRecord): Upload => {
  const { store, metadata, clock, log } = context;
  const record: SessionRecord = { ...initial };
  const { sessionId } = record;
  const stopper = new AbortController();
  const { signal } = stopper;
  /** What chunks wait for, by sequence. */
  const waits = new Map<number, string>();
  const rate = createRateMeter(clock.nowMs());
  let inspection: Inspection | undefined;
  let accepting: Promise<string> | undefined;
  let running: Promise<void> | undefined;
  let stopReason: StopReason | undefined;
  const settled = Promise.withResolvers<void>();

  const enter = async (status: UploadState, change: Partial<SessionRecord> = {}): Promise<void> => {
    if (WAYMARKS.has(status)) await store.save({ ...record, ...change, status });
    Object.assign(record, change, { status });
    log.info({ session: sessionId, video: record.videoId, status }, 'upload');
  };

  /** The end is durable first; it is told to the world once everything else that was left here and there is gone. */
  const end = async (status: 'completed' | 'failed' | 'cancelled', change: Partial<SessionRecord>): Promise<void> => {
    const ended: SessionRecord = { ...record, ...change, status, endedAtMs: clock.wallMs() };
    try {
      await store.save(ended);
      await store.removeWork(sessionId);
    } catch (error) {
      // The disk refuses even the record: the end stands in memory, and after a restart the upload is tried again.
      log.error({ err: error, session: sessionId }, 'the end of an upload could not be recorded');
    }
    await deleteVideo(context, ended);
    Object.assign(record, ended);
    log.info({ session: sessionId, video: record.videoId, status }, 'upload');
  };

  const playablePath = async (): Promise<string> => {
    const converted = store.convertedPath(sessionId);
    return (await fileFacts(converted)) ? converted : record.source!.path;
  };

  const inspectOnce = async (): Promise<Inspection> => {
    inspection ??= await inspectSource(await playablePath(), { ffmpegPath: context.ffmpegPath, signal });
    return inspection;
  };

  /** Resolves with what is to be cut into chunks; converts it first where that has to be. */
  const prepare = async (): Promise<MediaFacts> => {
    const found = await inspectOnce();
    if ('facts' in found) return found.facts;
    await enter('processing');
    const facts = await convert(found.plan, store.convertedPath(sessionId), signal);
    inspection = { facts };
    await enter('chunking');
    return facts;
  };

  const register = async (): Promise<string> => {
    const found = await inspectOnce();
    const durationSec = 'facts' in found ? found.facts.durationSecDeclared : found.plan.durationSec;
    await enter('registering');
    const videoId = await metadata.createVideo({ title: record.title, duration_sec: durationSec ?? 0 }, signal);
    await enter('chunking', { videoId });
    return videoId;
  };

  const place = async (known: KnownVideo | undefined): Promise<void> => {
    const facts = await prepare();
    const path = await playablePath();
    const { sizeBytes } = (await fileFacts(path))!;
    const memoryBytes = bytesNeeded(sizeBytes, facts.durationSecDeclared);
    await context.budget.acquire(memoryBytes, { signal });
    try {
      Object.assign(record, { bytesTotal: sizeBytes, bytesDone: 0, chunksDone: 0 });
      const summary = await placeVideo({
        path,
        sizeBytes,
        facts,
        videoId: record.videoId!,
        metadata,
        placer: context.placer,
        proposerId: context.proposerId,
        committed: known?.committed ?? new Map(),
        signal,
        onWaiting(sequence, waitingFor) {
          if (waitingFor === null) waits.delete(sequence);
          else waits.set(sequence, waitingFor);
        },
        async onCommitted(chunkBytes) {
          record.bytesDone += chunkBytes;
          record.chunksDone += 1;
          rate.count(record.bytesDone, clock.nowMs());
          if (record.status === 'chunking') await enter('uploading_chunks');
        },
      });
      if (!record.source!.isSpooled) await assertSameSource(record.source!);
      await enter('finalizing', { result: toResult(summary), bytesTotal: summary.sizeBytes });
    } finally {
      context.budget.release(memoryBytes);
    }
  };

  const finish = async (): Promise<void> => {
    const { complete } = await metadata.finalize(record.videoId!, record.result!, signal);
    await end('completed', { isDegraded: !complete });
  };

  const keepAlive = (): (() => void) => {
    let cancel = (): void => {};
    const next = (): void => {
      cancel = clock.after(KEEP_ALIVE_MS, () => {
        // If it is lost, a commit or the next one tells the same.
        metadata.keepAlive(record.videoId!, signal).catch(() => {});
        next();
      });
    };
    next();
    return () => cancel();
  };

  const work = async (): Promise<void> => {
    // After a restart the metadata service says what is committed; it may also have given the upload up, and then all begins again.
    const known = record.videoId !== null && !accepting ? await metadata.findVideo(record.videoId, signal) : undefined;
    const isGone = !known && !accepting;
    if (record.status !== 'finalizing' || isGone) {
      if (!accepting) await assertSameSource(record.source!);
      if (isGone) await register();
    }
    const stopKeepingAlive = keepAlive();
    try {
      if (record.status !== 'finalizing') await place(known);
      await finish();
    } finally {
      stopKeepingAlive();
    }
  };

  const settle = async (error: unknown): Promise<void> => {
    if (stopReason === 'shutdown') return settled.resolve();
    const isCancelled = stopReason === 'cancel';
    if (!isCancelled) log.warn({ err: error, session: sessionId, video: record.videoId }, 'an upload failed');
    await end(isCancelled ? 'cancelled' : 'failed', { error: isCancelled ? null : describeFailure(error), isDeletionDue: record.videoId !== null });
    settled.resolve();
  };

  return {
    record,
    signal,
    status: () => toStatus(record, rate.bytesPerSec(clock.nowMs()), [...waits.values()][0] ?? null),
    rename(title) {
      record.title = title;
    },
    countReceived(bytes) {
      record.bytesDone = bytes;
      rate.count(bytes, clock.nowMs());
    },
    accept(source) {
      accepting = (async () => {
        try {
          signal.throwIfAborted();
          await enter('processing', { source, bytesTotal: source.sizeBytes, bytesDone: 0 });
          return await register();
        } catch (error) {
          await settle(error);
          throw error;
        }
      })();
      return accepting;
    },
    run() {
      running ??= work().catch(settle);
      return running;
    },
    async stop(reason) {
      stopReason ??= reason;
      stopper.abort(new VStackError('cancelled', reason === 'cancel' ? 'The upload was cancelled.' : 'The uploader is stopping; the upload goes on after its restart.'));
      await accepting?.catch(() => {}); // Told to whoever posted it.
      // Without a run the file is still coming in, and whoever receives it ends the upload.
      await (running ?? settled.promise);
    },
    fail: settle,
  };
};
