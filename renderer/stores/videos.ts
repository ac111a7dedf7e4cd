/** The stored videos. The host says only that something changed, so the list is asked for again, once for many changes in a row. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { Manifest, VideoRow } from '../../runtime/contract/wire/metadata.ts';
import { useBridge } from '../bridge/bridge.ts';

const LIST_LIMIT = 1000;
/** Changes within this time lead to one question. */
const GATHER_MS = 150;

export const useVideoStore = defineStore('videos', () => {
  const videos = shallowRef<VideoRow[]>([]);
  /** False until the list was answered once: an unknown library is not an empty one. */
  const isKnown = shallowRef(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hydrate = async (): Promise<void> => {
    const { videos: listed } = await useBridge().call('videos:list', { limit: LIST_LIMIT });
    videos.value = listed;
    isKnown.value = true;
  };

  return {
    videos,
    isKnown,
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
    remove: async (videoId: string): Promise<void> => {
      await useBridge().call('videos:delete', { videoId });
      videos.value = videos.value.filter((video) => video.video_id !== videoId);
    },
    manifestOf: (videoId: string): Promise<Manifest> => useBridge().call('videos:manifest', { videoId }),
    countView: (videoId: string): Promise<unknown> => useBridge().call('videos:view', { videoId }),
  };
});
