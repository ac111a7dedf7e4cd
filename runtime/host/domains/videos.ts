/** Stored videos: what the metadata service says, passed through. */
import { z } from 'zod';
import type { EventHub } from '../event-hub.ts';
import { Manifest, VideoRow } from '../../contract/wire/metadata.ts';
import type { Handlers } from '../dispatcher.ts';
import type { Services } from '../services.ts';

export const videoHandlers = (services: Services, events: EventHub) =>
  ({
    'videos:list': async ({ limit, offset }, { signal }) => ({
      videos: await services.metadata(`/videos?limit=${limit}&offset=${offset}`, { signal }, z.array(VideoRow)),
    }),
    'videos:manifest': ({ videoId }, { signal }) => services.metadata(`/manifest/${videoId}`, { signal }, Manifest),
    'videos:rename': async ({ videoId, title }, { signal }) => {
      await services.metadata(`/video/${videoId}`, { method: 'PATCH', json: { title }, signal });
      events.emit('videos:changed', { videoId });
      return {};
    },
    'videos:delete': async ({ videoId }, { signal }) => {
      await services.metadata(`/video/${videoId}`, { method: 'DELETE', signal });
      events.emit('videos:changed', { videoId });
      return {};
    },
    'videos:view': async ({ videoId }, { signal }) => {
      await services.metadata(`/video/${videoId}/view`, { method: 'POST', signal });
      return {};
    },
  }) satisfies Partial<Handlers>;
