/** The loudness of a media element, followed and set, and kept for the next video. */
import { useEventListener, useLocalStorage } from '@vueuse/core';
import { computed, type ComputedRef, type Ref, watch } from 'vue';

export interface Volume {
  /** 0–1; 0 while muted. */
  volume: ComputedRef<number>;
  setVolume(value: number): void;
  /** Louder or quieter by a step. */
  change(by: number): void;
  toggleMuted(): void;
}

/** Of this browser or window; nothing that a host has to know. */
const STORAGE_KEY = 'vstack.volume';

const within = (value: number): number => Math.min(1, Math.max(0, value));

export const useVolume = (element: Readonly<Ref<HTMLVideoElement | null>>): Volume => {
  const kept = useLocalStorage(STORAGE_KEY, { volume: 1, muted: false });
  const volume = computed(() => (kept.value.muted ? 0 : within(Number(kept.value.volume) || 0)));

  watch(element, (media) => {
    if (!media) return;
    media.volume = within(Number(kept.value.volume) || 0);
    media.muted = Boolean(kept.value.muted);
  }, { immediate: true });
  useEventListener(element, 'volumechange', () => {
    const media = element.value;
    if (media) kept.value = { volume: media.volume, muted: media.muted };
  });

  const setVolume = (value: number): void => {
    const media = element.value;
    if (!media) return;
    media.volume = within(value);
    media.muted = within(value) === 0;
  };
  return {
    volume,
    setVolume,
    change: (by) => setVolume(volume.value + by),
    toggleMuted: () => {
      if (element.value) element.value.muted = !element.value.muted;
    },
  };
};
