/** hls.js on a media element, fed from a chunk source. Knows neither Vue nor the host. */
import Hls, { ErrorDetails, ErrorTypes, Events } from 'hls.js/light';
import type { ChunkSource } from '../../runtime/client/chunk-source.ts';
import { bufferedAheadSec, rangesOf } from './buffer.ts';
import { codecFailure, exhaustedFailure, type PlaybackFailure } from './failure.ts';
import { createLoaders, PLAYLIST_URL } from './loaders.ts';
import { START_SEC, TARGET_SEC } from './marks.ts';

/** Kept behind the playhead, for a short look back. */
const BACK_SEC = 30;
/** Segments end a little before the stated duration. */
const END_TOLERANCE_SEC = 0.5;

/** Asked again for about five minutes: a cluster that is being mended comes back within that, and until then the page tells what is wrong. */
const fragmentRetry = { maxNumRetry: 150, retryDelayMs: 500, maxRetryDelayMs: 2_000 };

export interface Engine {
  destroy(): void;
}

export interface EngineOptions {
  video: HTMLVideoElement;
  source: ChunkSource;
  startSec?: number;
  /** Enough is buffered to begin. Called once. */
  onReady: () => void;
  /** Playback cannot go on. */
  onFailure: (failure: PlaybackFailure) => void;
}

/** A decoder that stumbled mostly goes on after its buffers were made anew; one that stumbles again and again will not. */
const RECOVERIES_MAX = 2;

const CODEC_ERRORS: ReadonlySet<string> = new Set([
  ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR, ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR, ErrorDetails.BUFFER_ADD_CODEC_ERROR,
]);

const failureOf = (details: string, text: string | undefined): PlaybackFailure =>
  CODEC_ERRORS.has(details) ? codecFailure : exhaustedFailure(text ?? `The player gave up (${details}).`);

export const startEngine = ({ video, source, startSec = 0, onReady, onFailure }: EngineOptions): Engine => {
  const hls = new Hls({
    ...createLoaders(source),
    // The page's policy allows no worker made from a string, and appending one's own fragments needs none.
    enableWorker: false,
    maxBufferLength: TARGET_SEC,
    maxMaxBufferLength: TARGET_SEC,
    backBufferLength: BACK_SEC,
    startPosition: startSec,
    fragLoadPolicy: { default: { maxTimeToFirstByteMs: 60_000, maxLoadTimeMs: 120_000, timeoutRetry: fragmentRetry, errorRetry: fragmentRetry } },
  });
  let isReady = false;
  let recoveryCount = 0;

  const checkReady = (): void => {
    const endSec = source.manifest().duration_sec;
    const aheadSec = bufferedAheadSec(rangesOf(video.buffered), Math.max(video.currentTime, startSec));
    if (isReady || (aheadSec < START_SEC && video.currentTime + aheadSec < endSec - END_TOLERANCE_SEC)) return;
    isReady = true;
    onReady();
  };

  hls.on(Events.BUFFER_APPENDED, checkReady);
  hls.on(Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === ErrorTypes.MEDIA_ERROR && !CODEC_ERRORS.has(data.details) && recoveryCount < RECOVERIES_MAX) {
      recoveryCount++;
      hls.recoverMediaError();
    } else onFailure(failureOf(data.details, data.response?.text || data.error?.message));
  });
  hls.loadSource(PLAYLIST_URL);
  hls.attachMedia(video);
  return { destroy: () => hls.destroy() };
};
