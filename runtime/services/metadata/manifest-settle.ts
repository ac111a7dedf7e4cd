/**
 * A manifest version that was decided, but whose caller died before the row was written, is finished by recovery: what it says (another
 * title, a deletion) was never answered to anybody and does not stand in the row. Left so, it would come true at the next rebuild, and a
 * video that was watched all the while would be gone. Hence the row has the last word: a further version is decided that says what it says.
 */
import type { Context } from './context.ts';
import type { LearnQueue } from './learn.ts';
import { writeManifestVersion, type createVideoLocks } from './manifest-versions.ts';
import { getVideo, isBehindManifest, listBehindManifest } from './store/videos.ts';

const VIDEOS_PER_SWEEP = 16;

export interface ManifestSettle {
  /** A version may have been decided without its row. */
  request(): void;
  sweep(): Promise<void>;
}

export const createManifestSettle = (context: Context, learns: LearnQueue, lock: ReturnType<typeof createVideoLocks>): ManifestSettle => {
  const { db, log } = context;
  // A start may follow a crash between the two.
  let isDue = true;
  return {
    request: () => (isDue = true),
    async sweep() {
      if (!isDue) return;
      isDue = false;
      for (const { videoId } of listBehindManifest(db, VIDEOS_PER_SWEEP)) {
        try {
          await lock(videoId, async () => {
            const video = getVideo(db, videoId);
            if (video && isBehindManifest(db, video)) await writeManifestVersion(context, learns, video, () => {});
          });
        } catch (error) {
          log.warn({ err: error, video: videoId }, 'a manifest could not be brought in line with its row yet');
        }
        isDue = true;
      }
    },
  };
};
