import { describe, expect, it } from 'vitest';
import type { Upload } from '../../../runtime/contract/control/uploads.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import type { UploadState, UploadStatus } from '../../../runtime/contract/wire/uploader.ts';
import { createEventHub } from '../../../runtime/host/event-hub.ts';
import type { Services } from '../../../runtime/host/services.ts';
import { createUploadWatch, POLL_MS } from '../../../runtime/host/upload-watch.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';

const session = (id: string, status: UploadState, progress = 0): UploadStatus => ({
  video_id: `vid-${id}`, title: id, filename: `${id}.mp4`, status, progress, started_at: '2026-01-01T00:00:00.000Z', total_chunks: null, error: null, upload_session_id: id,
  error_code: null, ended_at: null, chunks_done: 0, bytes_done: 5, bytes_total: null, rate_bytes_per_sec: null, eta_sec: 1.5, degraded: false,
});

const setUp = () => {
  const clock = createManualClock();
  const events = createEventHub();
  const world = { uploads: [] as UploadStatus[], failure: undefined as VStackError | undefined, askedCount: 0 };
  const ask = (): Promise<unknown> => {
    world.askedCount += 1;
    return world.failure ? Promise.reject(world.failure) : Promise.resolve({ uploads: structuredClone(world.uploads) });
  };
  const watch = createUploadWatch({ uploader: ask, metadata: ask } as Services, events, clock);
  const told: Upload[][] = [];
  const videos: (string | null)[] = [];
  events.on('uploads:changed', ({ uploads }) => told.push(uploads));
  events.on('videos:changed', ({ videoId }) => videos.push(videoId));
  /** Lets time pass and every answer arrive. */
  const pass = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms; step += POLL_MS) {
      clock.advance(Math.min(POLL_MS, ms - step));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { world, watch, told, videos, pass, clock };
};

describe('the upload watch', () => {
  it('asks nothing until it is told that something may move, and stops asking when nothing does', async () => {
    const { world, watch, pass } = setUp();
    await pass(10_000);
    expect(world.askedCount).toBe(0);
    watch.kick();
    await pass(10_000);
    const afterKick = world.askedCount;
    expect(afterKick).toBeGreaterThan(0);
    await pass(60_000);
    expect(world.askedCount).toBe(afterKick);
  });

  it('tells each upload that moved, and only that one, at most four times a second', async () => {
    const { world, watch, told, pass } = setUp();
    world.uploads = [session('a', 'uploading', 10), session('b', 'completed', 100)];
    watch.kick();
    await pass(POLL_MS * 4);
    expect(told).toHaveLength(1);
    world.uploads[0]!.progress = 50;
    const before = world.askedCount;
    await pass(1_000);
    expect(world.askedCount - before).toBeLessThanOrEqual(4);
    expect(told.slice(1)).toEqual([[expect.objectContaining({ sessionId: 'a', progress: 50, remainingMs: 1500, bytesDone: 5 })]]);
  });

  it('says that the videos changed when an upload completes while it watches, not for old ones', async () => {
    const { world, watch, videos, pass } = setUp();
    world.uploads = [session('old', 'completed', 100), session('new', 'uploading_chunks', 50)];
    watch.kick();
    await pass(POLL_MS * 2);
    expect(videos).toEqual([]);
    world.uploads[1] = session('new', 'completed', 100);
    await pass(POLL_MS * 2);
    expect(videos).toEqual(['vid-new']);
  });

  it('goes on asking while the uploader is being restarted, and gives up once there is none', async () => {
    const { world, watch, told, pass } = setUp();
    world.uploads = [session('a', 'uploading', 10)];
    watch.kick();
    await pass(500);
    world.failure = new VStackError('unavailable', 'Nobody answered.');
    await pass(5_000);
    world.failure = undefined;
    world.uploads = [session('a', 'uploading', 60)];
    await pass(2_000);
    expect(told.at(-1)).toMatchObject([{ progress: 60 }]);
    world.failure = new VStackError('not_running', 'The cluster is stopped.');
    await pass(2_000);
    const askedCount = world.askedCount;
    await pass(60_000);
    expect(world.askedCount).toBe(askedCount);
  });

  it('answers a list with what is there now, and follows what it found', async () => {
    const { world, watch, told, pass } = setUp();
    world.uploads = [session('a', 'chunking', 10)];
    expect(await watch.list()).toMatchObject([{ sessionId: 'a', phase: 'chunking' }]);
    world.uploads = [session('a', 'failed')];
    await pass(1_000);
    expect(told.at(-1)).toMatchObject([{ phase: 'failed' }]);
  });

  it('asks no more once it is stopped', async () => {
    const { world, watch, pass } = setUp();
    world.uploads = [session('a', 'uploading')];
    watch.kick();
    await pass(1_000);
    watch.stop();
    const { askedCount } = world;
    await pass(10_000);
    expect(world.askedCount).toBe(askedCount);
  });
});
