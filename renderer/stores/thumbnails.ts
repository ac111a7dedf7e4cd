/**
 * Small pictures of the videos. The host keeps them; what it does not have, the page makes from the video's first chunks when a row first comes
 * into sight: one at a time, when the page has nothing better to do, and never while it plays a video.
 */
import { defineStore } from 'pinia';
import { shallowRef, triggerRef } from 'vue';
import { VStackError } from '../../runtime/contract/errors.ts';
import type { Manifest } from '../../runtime/contract/wire/metadata.ts';
import { useBridge } from '../bridge/bridge.ts';
import { usePlaybackStore } from './playback.ts';

export type MakeThumbnail = (manifest: Manifest, refresh: () => Promise<Manifest>) => Promise<string>;

/** Tried again this long after, while a video plays. */
const BUSY_MS = 5_000;
/** Rows that are scrolled past ask too; the latest are answered first, and the oldest forgotten. */
const WAITING_MAX = 60;

const whenIdle = (): Promise<void> =>
  new Promise((resolve) => ('requestIdleCallback' in globalThis ? requestIdleCallback(() => resolve(), { timeout: 2_000 }) : setTimeout(resolve, 50)));
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Loaded when the first picture has to be made. */
let make: MakeThumbnail = async (manifest, refresh) => (await import('../playback/make-thumbnail.ts')).makeThumbnail(manifest, refresh);
/** For tests, where no video can be decoded. */
export const makeThumbnailsWith = (other: MakeThumbnail): void => {
  make = other;
};

export const useThumbnailStore = defineStore('thumbnails', () => {
  /** By video id; null: there is none, and none can be made. */
  const images = shallowRef(new Map<string, string | null>());
  const asked = new Set<string>();
  let waiting: string[] = [];
  let isWorking = false;

  const set = (videoId: string, image: string | null): void => {
    images.value.set(videoId, image);
    triggerRef(images);
  };
  const makeFor = async (videoId: string): Promise<void> => {
    const bridge = useBridge();
    const manifestOf = (): Promise<Manifest> => bridge.call('videos:manifest', { videoId });
    try {
      const { image } = await bridge.call('videos:thumbnail', { videoId });
      if (image !== null) return set(videoId, image);
      while (usePlaybackStore().isOwn) await wait(BUSY_MS);
      await whenIdle();
      const made = await make(await manifestOf(), manifestOf);
      set(videoId, made);
      await bridge.call('videos:set-thumbnail', { videoId, image: made });
    } catch (error) {
      // A picture is a nicety: without one a film stands in its place. What was in the way (a node, the connection) may be gone at the next
      // sight; a video that this browser cannot decode stays one.
      if (!images.value.has(videoId)) set(videoId, null);
      if (!(error instanceof VStackError && error.code === 'not_supported')) asked.delete(videoId);
    }
  };
  const work = async (): Promise<void> => {
    if (isWorking) return;
    isWorking = true;
    for (let videoId = waiting.pop(); videoId !== undefined; videoId = waiting.pop()) await makeFor(videoId);
    isWorking = false;
  };

  return {
    images,
    /** A row with this video has come into sight. Asks and makes once, or again after a failure that may pass. */
    want: (videoId: string): void => {
      if (asked.has(videoId)) return;
      asked.add(videoId);
      waiting.push(videoId);
      for (const forgotten of waiting.splice(0, Math.max(0, waiting.length - WAITING_MAX))) asked.delete(forgotten);
      void work();
    },
    reset: (): void => {
      images.value = new Map();
      asked.clear();
      waiting = [];
    },
  };
});
