/**
 * A small picture of a video, from as few of its chunks as possible: the init segment at the head of chunk 0, and the first chunk of the
 * segment that plays about a tenth into the video, which begins with a key frame. A hidden media element decodes it.
 */
import { createChunkSource } from '../../runtime/client/chunk-source.ts';
import { segmentsOf } from '../../runtime/client/playlist.ts';
import { VStackError } from '../../runtime/contract/errors.ts';
import type { Manifest, ManifestChunk } from '../../runtime/contract/wire/metadata.ts';
import { type Range, rangesOf } from './buffer.ts';

const WIDTH_PX = 320;
const HEIGHT_PX = 180;
/** Where the picture is taken: past a black or titled beginning. */
const AT_SHARE = 0.1;
/** The last frame of what is buffered ends at its end, and begins before. */
const END_SLACK_SEC = 0.2;
/** As THUMBNAIL_CHARS_MAX of the contract; a unit test holds them equal. */
export const THUMBNAIL_CHARS_MAX = 100_000;
/** From good to small; the first that fits is taken. */
const QUALITIES = [0.82, 0.6, 0.4];
/** A decoder that has shown nothing by then will not. */
const DECODE_MS_MAX = 8_000;

/** Compression leaves black a little brighter than nothing. */
const BLACK_BELOW = 18;
const DRAW_TRIES_MAX = 12;
const DRAW_STEP_MS = 60;

/** The chunks to fetch after chunk 0, in order; none when the picture lies in chunk 0 itself. */
export const chunksForPicture = (manifest: Manifest): ManifestChunk[] => {
  const segments = segmentsOf(manifest);
  const segment = segments.findLast((candidate) => candidate.startSec <= manifest.duration_sec * AT_SHARE) ?? segments[0];
  return segment ? [segment.chunks[0]!].filter((chunk) => chunk.sequence_num !== 0) : [];
};

/** When the picture is taken: as far into the video as it should be, within what is there to be shown. */
export const pictureSec = (durationSec: number, buffered: Range | undefined): number =>
  buffered ? Math.max(buffered.startSec, Math.min(durationSec * AT_SHARE, buffered.endSec - END_SLACK_SEC)) : 0;

/** Where a picture of this shape lies in the frame, whole, with bars where it does not fill it. */
export const letterbox = (width: number, height: number): { x: number; y: number; width: number; height: number } => {
  const scale = Math.min(WIDTH_PX / width, HEIGHT_PX / height);
  const [drawnWidth, drawnHeight] = [Math.round(width * scale), Math.round(height * scale)];
  return { x: (WIDTH_PX - drawnWidth) / 2, y: (HEIGHT_PX - drawnHeight) / 2, width: drawnWidth, height: drawnHeight };
};

const once = (target: EventTarget, name: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    target.addEventListener(name, () => resolve(), { once: true });
    const refuse = (): void => reject(new VStackError('timeout', `No picture could be decoded: "${name}" did not come within ${DECODE_MS_MAX / 1000} s.`));
    target.addEventListener('error', refuse, { once: true });
    signal.addEventListener('abort', refuse, { once: true });
  });

const append = async (buffer: SourceBuffer, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> => {
  const appended = once(buffer, 'updateend', signal);
  buffer.appendBuffer(bytes);
  await appended;
};

/** Whether nothing in these pixels is brighter than a dark room. */
export const isBlack = ({ data }: Pick<ImageData, 'data'>): boolean => data.every((value, index) => index % 4 === 3 || value < BLACK_BELOW);

const draw = async (video: HTMLVideoElement): Promise<string> => {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH_PX;
  canvas.height = HEIGHT_PX;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context || video.videoWidth === 0) throw new VStackError('not_supported', 'The video has no picture to draw.');
  context.fillStyle = 'black';
  context.fillRect(0, 0, WIDTH_PX, HEIGHT_PX);
  const { x, y, width, height } = letterbox(video.videoWidth, video.videoHeight);
  // On a busy machine the element has sought a moment before its frame can be drawn. What stays black is black.
  for (let tryCount = 1; ; tryCount++) {
    context.drawImage(video, x, y, width, height);
    if (tryCount === DRAW_TRIES_MAX || !isBlack(context.getImageData(0, 0, WIDTH_PX, HEIGHT_PX))) break;
    await new Promise((resolve) => setTimeout(resolve, DRAW_STEP_MS));
  }
  const image = QUALITIES.map((quality) => canvas.toDataURL('image/webp', quality)).find((url) => url.length <= THUMBNAIL_CHARS_MAX);
  if (!image) throw new VStackError('payload_too_large', `The picture does not fit into ${THUMBNAIL_CHARS_MAX} characters.`);
  return image;
};

/** A data URL of a WebP image, 320 × 180. @throws VStackError when no node gives the chunks or nothing can be decoded */
export const makeThumbnail = async (manifest: Manifest, refresh: () => Promise<Manifest>): Promise<string> => {
  const { media } = manifest;
  const type = media?.codecs ? `${media.mime}; codecs="${media.codecs}"` : undefined;
  if (!media || !type || !MediaSource.isTypeSupported(type)) throw new VStackError('not_supported', 'This browser cannot decode the video.');
  const source = createChunkSource({ manifest, refresh, cacheBytesMax: 0 });
  const video = document.createElement('video');
  const stream = new MediaSource();
  const url = URL.createObjectURL(stream);
  const timeout = AbortSignal.timeout(DECODE_MS_MAX);
  try {
    video.muted = true;
    video.preload = 'auto';
    const opened = once(stream, 'sourceopen', timeout);
    video.src = url;
    const first = await source.load(0);
    await opened;
    const buffer = stream.addSourceBuffer(type);
    const later = chunksForPicture(manifest);
    const shown = once(video, 'loadeddata', timeout);
    // Its failure is met below; meanwhile nobody else must trip over it.
    shown.catch(() => undefined);
    await append(buffer, later.length === 0 ? first : first.slice(0, media.init_size_bytes), timeout);
    for (const chunk of later) await append(buffer, await source.load(chunk.sequence_num), timeout);
    const atSec = pictureSec(manifest.duration_sec, rangesOf(buffer.buffered).at(-1));
    if (atSec > 0) {
      const sought = once(video, 'seeked', timeout);
      video.currentTime = atSec;
      await sought;
    }
    await shown;
    return await draw(video);
  } finally {
    source.close();
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
};
