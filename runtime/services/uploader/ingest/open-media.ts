/** Opens a source with mediabunny and decides whether its tracks can go into a fragmented MP4 that browsers play, as they are. */
import {
  ADTS, CustomSource, FLAC, Input, Logging, LogLevel, MATROSKA, MP3, MP4, MPEG_TS, OGG, QTFF, WAVE, WEBM,
  type InputAudioTrack, type InputTrack, type InputVideoTrack,
} from 'mediabunny';
import { VStackError } from '../../../contract/errors.ts';
import { MIB } from '../../../contract/units.ts';
import type { FileReader } from '../../../platform/files.ts';
import type { MediaFacts } from './types.ts';

// What it would print is told in our errors.
Logging.level = LogLevel.Silent;

/** Read-ahead and what interleaved tracks still need; larger only costs memory. */
const SOURCE_CACHE_BYTES = 4 * MIB;

/** What current browsers play from a fragmented MP4 by Media Source Extensions. Everything else is re-encoded. */
const VIDEO_PLAYABLE = new Set(['avc', 'hevc', 'vp9', 'av1']);
const AUDIO_PLAYABLE = new Set(['aac', 'opus', 'flac']);

/** The pure sound formats are known too, so that such a file is told what it is, and not called unreadable. */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, MP3, WAVE, OGG, ADTS, FLAC];

export interface OpenMedia {
  video: InputVideoTrack;
  audio: InputAudioTrack | undefined;
  tracks: readonly InputTrack[];
  facts: MediaFacts;
  /** Forgets buffers; the reader stays open. */
  close(): void;
}

/** Codecs that no browser plays, by the names the container gives them. */
export interface Unplayable {
  unplayable: string;
}

const nameOf = async (track: InputVideoTrack | InputAudioTrack): Promise<string> =>
  (await track.getCodec()) ?? String((await track.getInternalCodecId()) ?? 'an unknown codec').replace(/[^\x20-\x7e]/g, '?');

const reject = (reason: string, message: string, cause?: unknown): VStackError =>
  new VStackError('unsupported_media', message, { cause, details: { reason } });

/**
 * Throws `unsupported_media` with `details.reason` `junk` for what no demuxer knows and `no-video` for a file without a video track.
 * `read` counts every byte that is asked for: progress and limits hang on it.
 */
export const openMedia = async (reader: FileReader, read: FileReader['read'] = reader.read): Promise<OpenMedia | Unplayable> => {
  const source = new CustomSource({ getSize: () => reader.sizeBytes, read, maxCacheSize: SOURCE_CACHE_BYTES, prefetchProfile: 'fileSystem' });
  const input = new Input({ source, formats: FORMATS });
  try {
    if (!(await input.canRead())) {
      throw reject('junk', 'The file is no video that can be read: expected MP4, MOV, MKV, WebM or MPEG-TS. Check that it plays on this computer.');
    }
    const video = await input.getPrimaryVideoTrack();
    const audio = await input.getPrimaryAudioTrack();
    if (!video) {
      const found = audio ? 'only sound' : 'neither picture nor sound';
      throw reject('no-video', `The file holds ${found}; expected a video track. Choose a file with a picture.`);
    }
    const videoCodec = await video.getCodec();
    const audioCodec = await audio?.getCodec();
    const unplayable: string[] = [];
    if (!videoCodec || !VIDEO_PLAYABLE.has(videoCodec)) unplayable.push(await nameOf(video));
    if (audio && (!audioCodec || !AUDIO_PLAYABLE.has(audioCodec))) unplayable.push(await nameOf(audio));
    if (unplayable.length > 0) {
      input.dispose();
      return { unplayable: unplayable.join(' and ') };
    }
    const format = await input.getFormat();
    return {
      video,
      audio: audio ?? undefined,
      tracks: audio ? [video, audio] : [video],
      facts: {
        container: format.name,
        durationSecDeclared: await input.getDurationFromMetadata(audio ? [video, audio] : [video]),
        width: await video.getDisplayWidth(),
        height: await video.getDisplayHeight(),
      },
      close: () => input.dispose(),
    };
  } catch (error) {
    input.dispose();
    if (error instanceof VStackError) throw error;
    throw reject('junk', `The file begins like a video, but cannot be read: ${(error as Error).message} Check that it plays on this computer.`, error);
  }
};
