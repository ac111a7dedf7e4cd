/** The manifest of a video, asked for again and again while it is still being stored, and whenever the list of videos changes. */
import { useIntervalFn } from '@vueuse/core';
import { shallowRef, type ShallowRef, watch } from 'vue';
import { VStackError } from '../../runtime/contract/errors.ts';
import type { Manifest } from '../../runtime/contract/wire/metadata.ts';
import { useVideoStore } from '../stores/videos.ts';

/** An upload stores a few chunks a second; a picture a second shows them come. */
const LIVE_MS = 1_000;

export interface LiveManifest {
  manifest: Readonly<ShallowRef<Manifest | null>>;
  /** Why there is none; null while all is well. A single failure does not take a picture away that is already there. */
  failure: Readonly<ShallowRef<VStackError | null>>;
}

/** `isLive` says whether what has been answered may still change; null: nothing has been answered yet. */
export const useLiveManifest = (videoId: () => string | null, isLive: (manifest: Manifest | null) => boolean): LiveManifest => {
  const videos = useVideoStore();
  const manifest = shallowRef<Manifest | null>(null);
  const failure = shallowRef<VStackError | null>(null);
  let isAsking = false;

  const ask = async (): Promise<void> => {
    const id = videoId();
    if (id === null || isAsking) return;
    isAsking = true;
    try {
      const answered = await videos.manifestOf(id);
      if (id !== videoId()) return;
      manifest.value = answered;
      failure.value = null;
    } catch (error) {
      if (id === videoId()) failure.value = error instanceof VStackError ? error : new VStackError('internal', String(error));
    } finally {
      isAsking = false;
    }
  };
  const { pause, resume } = useIntervalFn(() => void ask(), LIVE_MS, { immediate: false });
  // The list changes with every video that was renamed, repaired or deleted.
  watch([videoId, () => isLive(manifest.value), () => videos.videos], ([id, live], [idBefore]) => {
    if (id !== idBefore) manifest.value = failure.value = null;
    void ask();
    if (live) resume();
    else pause();
  }, { immediate: true });
  return { manifest, failure };
};
