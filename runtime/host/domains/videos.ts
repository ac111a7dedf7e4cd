/** Stored videos: what the metadata service says, passed through. */
import { z } from 'zod';
import { VStackError } from '../../contract/errors.ts';
import type { EventHub } from '../event-hub.ts';
import { Manifest, VideoRow } from '../../contract/wire/metadata.ts';
import type { Handlers } from '../dispatcher.ts';
import type { Services } from '../services.ts';

const missing = (): never => {
  throw new VStackError('not_supported', 'This host does not answer that call.');
};

export const videoHandlers = (services: Services, events: EventHub) =>
  ({
    'videos:list': async ({ limit, offset }, { signal }) => {
      const videos = await services.metadata(`/videos?limit=${limit}&offset=${offset}`, { signal }, z.array(VideoRow));
      return { videos, totalCount: offset + videos.length };
    },
    'videos:manifest': ({ videoId }, { signal }) => services.metadata(`/manifest/${videoId}`, { signal }, Manifest),
    'videos:rename': async ({ videoId, title }, { signal }) => {
      await services.metadata(`/video/${videoId}`, { method: 'PATCH', json: { title }, signal });
      events.emit('videos:changed', { videoId });
      return {};
    },
    'videos:delete': async ({ videoId }, { signal }) => {
      await services.metadata(`/video/${videoId}`, { method: 'DELETE', signal });
      events.emit('videos:changed', { videoId });
      return { restorableUntilMs: 0 };
    },
    'videos:restore': missing,
    'videos:thumbnail': missing,
    'videos:set-thumbnail': missing,
    'videos:save': missing,
    'videos:download-link': missing,
    'videos:view': async ({ videoId }, { signal }) => {
      await services.metadata(`/video/${videoId}/view`, { method: 'POST', signal });
      return {};
    },
  }) satisfies Partial<Handlers>;
