/** The loudness of a media element, followed and set. */
import { useEventListener } from '@vueuse/core';
import { type Ref, shallowRef, type ShallowRef } from 'vue';

export interface Volume {
  /** 0–1; 0 while muted. */
  volume: Readonly<ShallowRef<number>>;
  setVolume(value: number): void;
  toggleMuted(): void;
}

export const useVolume = (element: Readonly<Ref<HTMLVideoElement | null>>): Volume => {
  const volume = shallowRef(1);
  useEventListener(element, 'volumechange', () => {
    const media = element.value;
    if (media) volume.value = media.muted ? 0 : media.volume;
  });
  return {
    volume,
    setVolume: (value) => {
      const media = element.value;
      if (!media) return;
      media.volume = value;
      media.muted = value === 0;
    },
    toggleMuted: () => {
      if (element.value) element.value.muted = !element.value.muted;
    },
  };
};
