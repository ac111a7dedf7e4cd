/** Why a video does not play, in words for the person before it, with the one thing to do about it. */
import { VStackError } from '../../runtime/contract/errors.ts';

export interface PlaybackFailure {
  title: string;
  text: string;
  /** `retry`: opens again where it stopped. The others lead to the view where it can be mended. */
  offer: 'retry' | 'library' | 'cluster';
}

export const codecFailure: PlaybackFailure = {
  title: 'This browser cannot decode the video',
  text: 'Open it in another browser, download it and play the file, or upload it in another codec: H.264 and AAC play everywhere.',
  offer: 'library',
};

/** The player gave up although it asked again for minutes. */
export const exhaustedFailure = (reason: string): PlaybackFailure => ({ title: 'Playback stopped', text: reason, offer: 'retry' });

/** What kept the video from being opened. */
export const openFailureOf = (error: unknown): PlaybackFailure => {
  const text = error instanceof Error ? error.message : String(error);
  switch (error instanceof VStackError ? error.code : 'internal') {
    case 'not_found':
    case 'invalid_id':
      return { title: 'There is no such video', text: 'It may have been deleted, or its address was mistyped. The library lists the videos that are stored.', offer: 'library' };
    case 'not_running':
      return { title: 'No cluster is running', text: 'Videos are read from the storage nodes. Launch the cluster, and this one opens by itself.', offer: 'cluster' };
    case 'not_supported':
      return { title: 'This video cannot be played', text, offer: 'library' };
    default:
      return { title: 'The video could not be opened', text, offer: 'retry' };
  }
};
