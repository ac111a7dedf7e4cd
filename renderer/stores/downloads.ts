/** Videos being written to files of this machine by the host. In a browser without such a machine, the browser downloads them itself. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { useBridge } from '../bridge/bridge.ts';

export interface Saving {
  videoId: string;
  title: string;
  path: string;
  bytesDone: number;
  /** 0 until it is known. */
  bytesTotal: number;
}

/** A title may hold what file systems forbid. */
export const filenameOf = (title: string): string => `${title.replace(/[\\/:*?"<>|]|\p{Cc}/gu, ' ').replace(/\s+/g, ' ').trim().slice(0, 120) || 'video'}.mp4`;

export const useDownloadStore = defineStore('downloads', () => {
  const savings = shallowRef<readonly Saving[]>([]);
  const aborts = new Map<string, AbortController>();

  return {
    savings,
    /** Whether this page asks where to save; elsewhere a link does it. */
    isNative: (): boolean => useBridge().native !== undefined,
    /** Where to save; null when the person thought better of it, or where there is no such dialog. */
    choosePath: async (title: string): Promise<string | null> => (await useBridge().native?.chooseSavePath(filenameOf(title))) ?? null,
    showInFolder: async (path: string): Promise<void> => useBridge().native?.showInFolder(path),
    /** Writes a video to a file, which the dialog has already asked to replace. @throws VStackError, `cancelled` after `cancel` */
    save: async (videoId: string, title: string, path: string): Promise<{ path: string; sizeBytes: number; sha256: string }> => {
      const abort = new AbortController();
      const bridge = useBridge();
      const isThis = (saving: { videoId: string; path: string }): boolean => saving.videoId === videoId && saving.path === path;
      aborts.set(path, abort);
      savings.value = [...savings.value.filter((saving) => saving.path !== path), { videoId, title, path, bytesDone: 0, bytesTotal: 0 }];
      const stop = bridge.on('videos:saving', (told) => {
        if (isThis(told)) savings.value = savings.value.map((saving) => (isThis(saving) ? { ...saving, bytesDone: told.bytesDone, bytesTotal: told.bytesTotal } : saving));
      });
      try {
        return await bridge.call('videos:save', { videoId, path, overwrite: true }, { signal: abort.signal });
      } finally {
        stop();
        aborts.delete(path);
        savings.value = savings.value.filter((saving) => !isThis(saving));
      }
    },
    cancel: (path: string): void => aborts.get(path)?.abort(),
  };
});
