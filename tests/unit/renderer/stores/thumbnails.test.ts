import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { chunksForPicture, isBlack, letterbox, pictureSec, THUMBNAIL_CHARS_MAX } from '../../../../renderer/playback/make-thumbnail.ts';
import { usePlaybackStore } from '../../../../renderer/stores/playback.ts';
import { makeThumbnailsWith, useThumbnailStore } from '../../../../renderer/stores/thumbnails.ts';
import { THUMBNAIL_CHARS_MAX as CONTRACT_CHARS_MAX } from '../../../../runtime/contract/control/videos.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
const kept = new Map<string, string>();
const made: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  kept.clear();
  made.length = 0;
  bridge = fakeBridge({
    'videos:thumbnail': ({ videoId }: { videoId: string }) => ({ image: kept.get(videoId) ?? null }),
    'videos:manifest': ({ videoId }: { videoId: string }) => makeManifest({ overrides: { video_id: videoId } }),
    'videos:set-thumbnail': ({ videoId, image }: { videoId: string; image: string }) => (kept.set(videoId, image), {}),
    'playback:report': () => ({}),
  });
  provideBridge(bridge);
  setActivePinia(createPinia());
  makeThumbnailsWith(async ({ video_id }) => (made.push(video_id), `picture of ${video_id}`));
});
afterEach(() => void vi.useRealTimers());
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(10_000);

test('a picture that the host has is shown and not made again', async () => {
  kept.set('a', 'kept picture');
  const store = useThumbnailStore();
  store.want('a');
  store.want('a');
  await settle();
  expect([store.images.get('a'), made, bridge.calls.length]).toEqual(['kept picture', [], 1]);
});

test('a picture that nobody has is made and given to the host to keep', async () => {
  const store = useThumbnailStore();
  store.want('a');
  await settle();
  expect([store.images.get('a'), kept.get('a')]).toEqual(['picture of a', 'picture of a']);
});

test('pictures are made one at a time, and a failure keeps none of the others', async () => {
  const gate = Promise.withResolvers<string>();
  makeThumbnailsWith(({ video_id }) => (made.push(video_id), video_id === 'a' ? gate.promise : Promise.resolve('fine')));
  const store = useThumbnailStore();
  store.want('a');
  await settle();
  store.want('b');
  await settle();
  expect(made).toEqual(['a']);
  gate.reject(new Error('no decoder'));
  await settle();
  expect([store.images.get('a'), store.images.get('b')]).toEqual([null, 'fine']);
});

test('a failure that may pass is tried again at the next sight; what cannot be decoded is not', async () => {
  const failures: Record<string, VStackError> = { a: new VStackError('unavailable', 'no node'), b: new VStackError('not_supported', 'no decoder') };
  makeThumbnailsWith(({ video_id }) => (made.push(video_id), Promise.reject(failures[video_id]!)));
  const store = useThumbnailStore();
  for (const videoId of ['a', 'b', 'a', 'b']) {
    store.want(videoId);
    await settle();
  }
  expect(made).toEqual(['a', 'b', 'a']);
});

test('none is made while this page plays a video', async () => {
  const session = usePlaybackStore().begin({ videoId: 'v', title: 't' });
  session.record({
    client: 'smart', phase: 'playing', positionSec: 0, durationSec: 1, bufferSec: 0, startupMs: null, stallCount: 0, stalledMs: 0, playedMs: 0, throughputBitsPerSecond: null,
    deliveredBytes: 0, wastedBytes: 0, requestCount: 0, failedRequestCount: 0, nodes: [],
  });
  useThumbnailStore().want('a');
  await settle();
  expect(made).toEqual([]);
  session.end();
  await settle();
  expect(made).toEqual(['a']);
});

test('the picture is taken a tenth into the video, from as few chunks as there can be', () => {
  const long = makeManifest({ segments: Array.from({ length: 30 }, () => [10, 10]) });
  expect(chunksForPicture(long).map((chunk) => chunk.sequence_num)).toEqual([6]);
  expect(chunksForPicture(makeManifest({ segments: [[10], [10]] }))).toEqual([]);
  expect(pictureSec(60, { startSec: 0, endSec: 10 })).toBe(6);
  expect(pictureSec(60, { startSec: 0, endSec: 4 })).toBeCloseTo(3.8);
  expect(pictureSec(300, { startSec: 30, endSec: 40 })).toBe(30);
  expect(pictureSec(60, undefined)).toBe(0);
});

test('a picture of any shape is drawn whole, in the middle', () => {
  expect(letterbox(1920, 1080)).toEqual({ x: 0, y: 0, width: 320, height: 180 });
  expect(letterbox(1080, 1920)).toEqual({ x: 109.5, y: 0, width: 101, height: 180 });
  expect(letterbox(2400, 1000)).toEqual({ x: 0, y: 23.5, width: 320, height: 133 });
});

test('no picture is larger than the contract takes', () => expect(THUMBNAIL_CHARS_MAX).toBe(CONTRACT_CHARS_MAX));

test('a picture that was drawn before its frame was there is told from one', () => {
  const pixels = (...brightness: number[]): { data: Uint8ClampedArray<ArrayBuffer> } => ({ data: Uint8ClampedArray.from(brightness.flatMap((value) => [value, value, value, 255])) });
  expect(isBlack(pixels(0, 16, 2))).toBe(true);
  expect(isBlack(pixels(0, 0, 40))).toBe(false);
});
