/** What can be done to stored videos. Failures and ways back are told in toasts. */
import { shallowRef, type ShallowRef } from 'vue';
import { plural } from '../format/quantity.ts';
import { useDownloadStore } from '../stores/downloads.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useVideoStore } from '../stores/videos.ts';
import { useTask } from './task.ts';

/** The part of a row that actions need. */
export interface Titled {
  video_id: string;
  title: string;
}

export interface VideoActions {
  /** The video whose title is being edited; null when none is. */
  renaming: ShallowRef<Titled | null>;
  /** Resolves with whether it worked. */
  rename(video: Titled, title: string): Promise<boolean>;
  /** Deletes at once, and offers to take it back as long as the chunks are there. */
  remove(videos: readonly Titled[]): Promise<boolean>;
  download(video: Titled): Promise<boolean>;
  copyId(video: Titled): Promise<boolean>;
}

const nameOf = (videos: readonly Titled[]): string => (videos.length === 1 ? `"${videos[0]!.title}"` : plural(videos.length, 'video'));
const were = (videos: readonly Titled[]): string => (videos.length === 1 ? 'was' : 'were');

export const useVideoActions = (): VideoActions => {
  const store = useVideoStore();
  const downloads = useDownloadStore();
  const toasts = useToastStore();
  const renaming = shallowRef<Titled | null>(null);

  const { run: rename } = useTask((video: Titled, title: string) => store.rename(video.video_id, title), (video) => `"${video.title}" could not be renamed`);

  const { run: remove } = useTask(
    async (videos: readonly Titled[]) => {
      const removed: Titled[] = [];
      try {
        // One after the other: each is a decision of the consensus, and a failure names the one it stopped at.
        for (const video of videos) {
          const restorableUntilMs = await store.remove(video.video_id);
          if (restorableUntilMs > Date.now()) removed.push(video);
        }
      } finally {
        if (removed.length > 0) {
          const undo = async (): Promise<void> => {
            for (const video of removed) await store.restore(video.video_id);
          };
          void toasts.undoable(`${nameOf(removed)} ${were(removed)} deleted`, undo, { detail: 'The chunks are collected in a while; until then this can be undone.' });
        }
      }
    },
    (videos) => `${nameOf(videos)} could not be deleted`,
  );

  const save = async (video: Titled): Promise<void> => {
    const chosenPath = await downloads.choosePath(video.title);
    if (chosenPath === null) return;
    const { path } = await downloads.save(video.video_id, video.title, chosenPath);
    toasts.succeed(`"${video.title}" was saved`, path, { durationMs: null, action: { label: 'Show in folder', run: () => void downloads.showInFolder(path).catch((error: unknown) => toasts.fail('The folder could not be opened', error)) } });
  };
  const { run: download } = useTask(
    async (video: Titled) => {
      if (downloads.isNative()) return save(video);
      const link = document.createElement('a');
      link.href = await store.downloadLinkOf(video.video_id);
      // The door names the file; here only "do not open it" is said.
      link.download = '';
      link.click();
    },
    (video) => `"${video.title}" could not be downloaded`,
  );
  const { run: copyId } = useTask(async (video: Titled) => {
    await navigator.clipboard.writeText(video.video_id);
    toasts.succeed('The id was copied', video.video_id);
  }, 'The id could not be copied');

  return { renaming, rename, remove, download, copyId };
};
