/** Tells of deleted and restored videos, whoever asked for it. */
import { VideoRow } from '../../contract/wire/metadata.ts';
import type { Handlers } from '../dispatcher.ts';
import type { Services } from '../services.ts';
import type { Happenings } from './happenings.ts';

type VideoCalls = Pick<Handlers, 'videos:delete' | 'videos:restore'>;

/** The same handlers, which tell what they did once they have done it. */
export const tellVideos = <H extends VideoCalls>(handlers: H, services: Services, happenings: Happenings): H => {
  // A title that cannot be asked for must not keep a video from being deleted.
  const titleOf = (videoId: string, signal: AbortSignal): Promise<string> =>
    services.metadata(`/video/${videoId}`, { signal }, VideoRow).then(({ title }) => title, () => videoId);
  const told: VideoCalls = {
    'videos:delete': async (input, context) => {
      const title = await titleOf(input.videoId, context.signal);
      const output = await handlers['videos:delete'](input, context);
      happenings.takeDeletion(title);
      return output;
    },
    'videos:restore': async (input, context) => {
      const output = await handlers['videos:restore'](input, context);
      happenings.takeRestore(await titleOf(input.videoId, context.signal));
      return output;
    },
  };
  return { ...handlers, ...told };
};
