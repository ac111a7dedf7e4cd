/** The stored videos, all of them. The host says only that something changed, so the list is asked for again, once for many changes in a row. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { Manifest, VideoRow } from '../../runtime/contract/wire/metadata.ts';
import { useBridge } from '../bridge/bridge.ts';

/** The most that one call answers; a longer list is asked for in such steps. */
const PAGE_ROWS = 1000;
/** More than anybody scrolls through; it bounds the memory of the page. */
const ROWS_MAX = 20_000;
/** Changes within this time lead to one question. */
const GATHER_MS = 150;

export const useVideoStore = defineStore('videos', () => {
  const videos = shallowRef<VideoRow[]>([]);
  /** False until the list was answered once: an unknown library is not an empty one. */
  const isKnown = shallowRef(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: Promise<void> | undefined;
  let isStale = false;

  const ask = async (): Promise<void> => {
    const rows = new Map<string, VideoRow>();
    for (let offset = 0; offset < ROWS_MAX; offset += PAGE_ROWS) {
      const { videos: page, totalCount } = await useBridge().call('videos:list', { limit: PAGE_ROWS, offset });
      // A video that came in meanwhile moves the others one page on; each counts once.
      for (const row of page) rows.set(row.video_id, row);
      if (page.length < PAGE_ROWS || offset + page.length >= totalCount) break;
    }
    videos.value = [...rows.values()];
    isKnown.value = true;
  };
  /** Whoever asks while an answer is under way waits for the one after it: the first may not know of the change yet. */
  const hydrate = async (): Promise<void> => {
    if (asking) {
      isStale = true;
      return asking;
    }
    asking = (async () => {
      do {
        isStale = false;
        await ask();
      } while (isStale);
    })();
    try {
      await asking;
    } finally {
      asking = undefined;
    }
  };
  const change = (videoId: string, row: (before: VideoRow) => VideoRow): void => {
    videos.value = videos.value.map((video) => (video.video_id === videoId ? row(video) : video));
  };

  return {
    videos,
    isKnown,
    byId: computed(() => new Map(videos.value.map((video) => [video.video_id, video]))),
    hydrate,
    /** Something in the list changed. A failed question is repeated by the next change or the next connection. */
    apply: (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void hydrate().catch(() => undefined), GATHER_MS);
    },
    reset: (): void => {
      clearTimeout(timer);
      videos.value = [];
      isKnown.value = false;
    },
    /** Takes a video off the list and deletes it. Resolves with the time until which it can be restored, in Unix milliseconds. */
    remove: async (videoId: string): Promise<number> => {
      const { restorableUntilMs } = await useBridge().call('videos:delete', { videoId });
      videos.value = videos.value.filter((video) => video.video_id !== videoId);
      return restorableUntilMs;
    },
    restore: async (videoId: string): Promise<void> => {
      await useBridge().call('videos:restore', { videoId });
      await hydrate();
    },
    /** The new title shows at once; when the host refuses it, the old one comes back. */
    rename: async (videoId: string, title: string): Promise<void> => {
      const before = videos.value.find((video) => video.video_id === videoId)?.title;
      change(videoId, (video) => ({ ...video, title }));
      try {
        await useBridge().call('videos:rename', { videoId, title });
      } catch (error) {
        if (before !== undefined) change(videoId, (video) => ({ ...video, title: before }));
        throw error;
      }
    },
    manifestOf: (videoId: string): Promise<Manifest> => useBridge().call('videos:manifest', { videoId }),
    countView: async (videoId: string): Promise<void> => {
      await useBridge().call('videos:view', { videoId });
      // It counts here at once; the host tells all windows, this one too.
      change(videoId, (video) => ({ ...video, view_count: video.view_count + 1 }));
    },
    /** An address, relative to this page's, by which the browser downloads the video; good once, for a minute. */
    downloadLinkOf: async (videoId: string): Promise<string> => (await useBridge().call('videos:download-link', { videoId })).path,
  };
});
