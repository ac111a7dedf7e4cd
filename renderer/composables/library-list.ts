/** Which of the stored videos are shown, in which order, and which are chosen. Filter and order are kept while the page lives. */
import { computed, type ComputedRef, shallowRef, type ShallowRef, watch } from 'vue';
import type { VideoRow } from '../../runtime/contract/wire/metadata.ts';
import type { Sort } from '../components/table.ts';
import { useVideoStore } from '../stores/videos.ts';

const filter = shallowRef('');
const sort = shallowRef<Sort | null>(null);

export interface LibraryList {
  filter: ShallowRef<string>;
  sort: ShallowRef<Sort | null>;
  /** Those whose title or id has every word of the filter. */
  rows: ComputedRef<readonly VideoRow[]>;
  chosen: ShallowRef<ReadonlySet<string>>;
  choose(videoId: string, isChosen: boolean): void;
  /** All that the filter lets through, or none. */
  chooseAll(isChosen: boolean): void;
}

export const fits = ({ title, video_id }: Pick<VideoRow, 'title' | 'video_id'>, words: readonly string[]): boolean => {
  const text = `${title} ${video_id}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

export const useLibraryList = (): LibraryList => {
  const videos = useVideoStore();
  const chosen = shallowRef<ReadonlySet<string>>(new Set());
  const words = computed(() => filter.value.toLowerCase().split(/\s+/).filter((word) => word !== ''));
  const rows = computed(() => (words.value.length === 0 ? videos.videos : videos.videos.filter((video) => fits(video, words.value))));

  // What is gone cannot be chosen any more.
  watch(() => videos.byId, (known) => {
    const left = [...chosen.value].filter((videoId) => known.has(videoId));
    if (left.length < chosen.value.size) chosen.value = new Set(left);
  });
  return {
    filter,
    sort,
    rows,
    chosen,
    choose: (videoId, isChosen) => {
      const next = new Set(chosen.value);
      if (isChosen) next.add(videoId);
      else next.delete(videoId);
      chosen.value = next;
    },
    chooseAll: (isChosen) => {
      chosen.value = new Set(isChosen ? rows.value.map((video) => video.video_id) : []);
    },
  };
};
