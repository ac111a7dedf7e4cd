/**
 * Small pictures of videos, one file each in `<data>/thumbnails`. The page makes them, since it has a decoder; the host keeps them, so that
 * every door shows the same. They are as private as the videos (0600), and go when their video has been collected.
 */
import { z } from 'zod';
import { calls } from '../contract/control/index.ts';
import { THUMBNAIL_CHARS_MAX } from '../contract/control/videos.ts';
import { SECOND_MS } from '../contract/units.ts';
import { VIDEOS_LIMIT_MAX, VideoRow } from '../contract/wire/metadata.ts';
import type { Clock } from '../platform/clock.ts';
import { randomHex } from '../platform/crypto.ts';
import { fileFacts, joinPath, listDirectory, makeDirectory, openWriter, publishFile, readTextFile, removePath } from '../platform/files.ts';
import type { Services } from './services.ts';

/** The service ends a deleted video a moment after its time is over. */
const COLLECTED_MS = 5 * SECOND_MS;

const Image = calls['videos:set-thumbnail'].input.shape.image;

export interface Thumbnails {
  /** A data URL; null while nobody has made one. */
  get(videoId: string): Promise<string | null>;
  /** `image` was checked by the contract. */
  set(videoId: string, image: string): Promise<void>;
  /** Takes away those of videos that are gone for good, now, or once `atMs` (Unix) has passed. */
  sweep(atMs?: number): void;
  stop(): void;
}

export const createThumbnails = (folder: string, services: Services, clock: Clock, onError: (error: unknown) => void): Thumbnails => {
  const timers = new Set<() => void>();
  const fileOf = (videoId: string): string => joinPath(folder, videoId);

  const removeGone = async (): Promise<void> => {
    const names = new Set(await listDirectory(folder));
    for (let offset = 0; names.size > 0; offset += VIDEOS_LIMIT_MAX) {
      const deleted = await services.metadata(`/videos?status=deleted&limit=${VIDEOS_LIMIT_MAX}&offset=${offset}`, {}, z.array(VideoRow));
      for (const { video_id: videoId, restorable_until: until } of deleted) if (until === undefined && names.has(videoId)) await removePath(fileOf(videoId));
      if (deleted.length < VIDEOS_LIMIT_MAX) return;
    }
  };

  return {
    async get(videoId) {
      const facts = await fileFacts(fileOf(videoId));
      if (!facts?.isFile || facts.sizeBytes > THUMBNAIL_CHARS_MAX) return null;
      // Whoever else wrote into the folder: only a picture leaves it.
      return Image.safeParse(await readTextFile(fileOf(videoId))).data ?? null;
    },
    async set(videoId, image) {
      await makeDirectory(folder);
      const temporary = `${fileOf(videoId)}.${randomHex(4)}.tmp`;
      try {
        const file = await openWriter(temporary);
        await file.write(new TextEncoder().encode(image)).finally(() => file.close());
        await publishFile(temporary, fileOf(videoId), { overwrite: true });
      } finally {
        await removePath(temporary);
      }
    },
    sweep(atMs = clock.wallMs()) {
      const waitMs = Math.max(0, atMs - clock.wallMs()) + COLLECTED_MS;
      const cancel = clock.after(waitMs, () => {
        timers.delete(cancel);
        removeGone().catch(onError);
      });
      timers.add(cancel);
    },
    stop() {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
};
