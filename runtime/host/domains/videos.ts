/** Stored videos: what the metadata service says, passed through; their pictures; and their way back out as files. */
import { z } from 'zod';
import { CountVideosResponse, Manifest, VideoRow, VideoStatusResponse } from '../../contract/wire/metadata.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Handlers } from '../dispatcher.ts';
import type { EventHub } from '../event-hub.ts';
import type { Services } from '../services.ts';
import { createThrottle } from '../throttle.ts';
import type { Thumbnails } from '../thumbnails.ts';
import type { VideoDownloads } from '../video-downloads.ts';
import { saveVideo } from '../video-save.ts';

/** Progress looks live at four times a second. */
const SAVING_MS_MIN = 250;

/** Deciding the next version of a manifest takes a consensus round, more of them while nodes are away. */
const DECIDE_MS_MAX = 30_000;

export interface VideoParts {
  services: Services;
  events: EventHub;
  thumbnails: Thumbnails;
  downloads: VideoDownloads;
  clock: Clock;
  dataDir: string;
}

export const manifestFrom =
  (services: Services) =>
  (videoId: string, signal: AbortSignal): Promise<Manifest> =>
    services.metadata(`/manifest/${videoId}`, { signal }, Manifest);

export const videoHandlers = ({ services, events, thumbnails, downloads, clock, dataDir }: VideoParts) => {
  const manifestOf = manifestFrom(services);
  const rowOf = (videoId: string, signal: AbortSignal): Promise<VideoRow> => services.metadata(`/video/${videoId}`, { signal }, VideoRow);
  const changed = (videoId: string): void => events.emit('videos:changed', { videoId });

  return {
    'videos:list': async ({ limit, offset, search }, { signal }) => {
      const query = new URLSearchParams({ ...(search && { search }) });
      const page = new URLSearchParams({ limit: String(limit), offset: String(offset), ...(search && { search }) });
      const [videos, { count: totalCount }] = await Promise.all([
        services.metadata(`/videos?${page}`, { signal }, z.array(VideoRow)),
        services.metadata(`/videos/count${query.size > 0 ? `?${query}` : ''}`, { signal }, CountVideosResponse),
      ]);
      return { videos, totalCount };
    },
    'videos:manifest': ({ videoId }, { signal }) => manifestOf(videoId, signal),
    'videos:rename': async ({ videoId, title }, { signal }) => {
      await services.metadata(`/video/${videoId}`, { method: 'PATCH', json: { title }, signal, timeoutMs: DECIDE_MS_MAX });
      changed(videoId);
      return {};
    },
    'videos:delete': async ({ videoId }, { signal }) => {
      const { restorable_until: until } = await services.metadata(`/video/${videoId}`, { method: 'DELETE', signal, timeoutMs: DECIDE_MS_MAX }, VideoStatusResponse);
      // An upload that was given up is gone at once: there is no time left to restore it in.
      const restorableUntilMs = until === undefined ? clock.wallMs() : Date.parse(until);
      thumbnails.sweep(restorableUntilMs);
      changed(videoId);
      return { restorableUntilMs };
    },
    'videos:restore': async ({ videoId }, { signal }) => {
      await services.metadata(`/video/${videoId}/restore`, { method: 'POST', signal, timeoutMs: DECIDE_MS_MAX });
      changed(videoId);
      return {};
    },
    'videos:view': async ({ videoId }, { signal }) => {
      await services.metadata(`/video/${videoId}/view`, { method: 'POST', signal });
      changed(videoId);
      return {};
    },
    'videos:thumbnail': async ({ videoId }) => ({ image: await thumbnails.get(videoId) }),
    'videos:set-thumbnail': async ({ videoId, image }, { signal }) => {
      // Refuses an id that no video has, or files would pile up that nothing ever takes away.
      await rowOf(videoId, signal);
      await thumbnails.set(videoId, image);
      return {};
    },
    'videos:save': async ({ videoId, path, overwrite }, { signal }) => {
      let progress = { videoId, path, bytesDone: 0, bytesTotal: 0 };
      const throttle = createThrottle(clock, SAVING_MS_MIN, () => events.emit('videos:saving', progress));
      const onProgress = (bytesDone: number, bytesTotal: number): void => {
        progress = { ...progress, bytesDone, bytesTotal };
        throttle.request();
      };
      try {
        const { sizeBytes, sha256 } = await saveVideo({ manifest: () => manifestOf(videoId, signal), path, overwrite, dataDir, onProgress, signal });
        events.emit('videos:saving', progress);
        return { path, sizeBytes, sha256 };
      } finally {
        throttle.cancel();
      }
    },
    'videos:download-link': async ({ videoId }, { signal }) => {
      const { status, title } = await rowOf(videoId, signal);
      if (status !== 'active') throw new VStackError('conflict', `"${title}" ${status === 'deleted' ? 'was deleted' : 'is still being uploaded'}; there is nothing to download.`);
      return { path: downloads.issue(videoId) };
    },
  } satisfies Partial<Handlers>;
};
