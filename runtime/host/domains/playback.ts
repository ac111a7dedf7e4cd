/** Playback sessions. */
import { VStackError } from '../../contract/errors.ts';
import type { Handlers } from '../dispatcher.ts';

const missing = (): never => {
  throw new VStackError('not_supported', 'This host does not answer that call.');
};

export const playbackHandlers = () =>
  ({
    'playback:report': missing,
    'playback:latest': missing,
    'playback:sessions': missing,
  }) satisfies Partial<Handlers>;
