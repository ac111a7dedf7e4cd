/** Videos picked in the system's own dialog. They stay where they are: the host reads them from their paths. */
import { defineStore } from 'pinia';
import { useBridge } from '../bridge/bridge.ts';
import { useUploadStore } from './uploads.ts';

export const usePickedVideos = defineStore('picked-videos', () => ({
  /** Resolves with how many uploads have begun; none without a choice, or where there is no such dialog. @throws VStackError of the first that is refused */
  upload: async (): Promise<number> => {
    const bridge = useBridge();
    const paths = (await bridge.native?.chooseFiles()) ?? [];
    for (const path of paths) useUploadStore().apply([await bridge.call('uploads:start', { path })]);
    return paths.length;
  },
}));
