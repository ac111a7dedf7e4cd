/** The videos before and after one, in the order the library lists them. */
import { computed, type ComputedRef } from 'vue';
import type { VideoRow } from '../../runtime/contract/wire/metadata.ts';
import { useVideoStore } from '../stores/videos.ts';

export interface Neighbours {
  previous: ComputedRef<VideoRow | null>;
  next: ComputedRef<VideoRow | null>;
}

export const useNeighbours = (videoId: () => string): Neighbours => {
  const videos = useVideoStore();
  const index = computed(() => videos.videos.findIndex((row) => row.video_id === videoId()));
  return {
    previous: computed(() => (index.value > 0 ? videos.videos[index.value - 1]! : null)),
    next: computed(() => (index.value >= 0 ? (videos.videos[index.value + 1] ?? null) : null)),
  };
};
