/** Makes playable what no browser plays, with a system ffmpeg: the container is changed, and only tracks that need it are re-encoded. */
import { VStackError } from '../../../contract/errors.ts';
import { findFfmpeg, probeWithFfmpeg, runFfmpeg, type ProbedFile, type ProbedStream } from '../../../platform/ffmpeg.ts';
import { openWriter, removePath, renamePath } from '../../../platform/files.ts';

/** Copied as they are; by ffmpeg's names. */
const VIDEO_COPIED = new Set(['h264', 'hevc', 'vp9', 'av1']);
const AUDIO_COPIED = new Set(['aac', 'opus', 'flac']);

/**
 * Containers of video, by ffmpeg's names. ffmpeg also opens pictures, subtitles and plain text (as a film of a terminal): what is none of
 * these is no video to us.
 */
const CONTAINERS = new Set(['avi', 'flv', 'asf', 'mpeg', 'mpegvideo', 'mpegts', 'mov', 'mp4', 'matroska', 'webm', 'ogg', 'rm', 'dv', 'mxf', 'gxf', 'nut', 'wtv', 'h264', 'hevc', 'm4v', 'ivf']);

/** Seconds between the key frames of a re-encoded video: a chunk can begin at each. */
const KEY_FRAME_SEC = 2;

const reject = (reason: string, message: string): VStackError => new VStackError('unsupported_media', message, { details: { reason } });

export interface ConvertOptions {
  /** An ffmpeg to use instead of the one in PATH. */
  ffmpegPath?: string | undefined;
  /** What the source is, for the message when there is no ffmpeg: `video of type vp8`. @default 'this file' */
  what?: string | undefined;
  signal: AbortSignal;
}

/** Chosen once for each file; a pure function, so that the choice can be tested without ffmpeg. */
export const conversionArguments = (path: string, { streams }: Pick<ProbedFile, 'streams'>): string[] => {
  const first = (kind: ProbedStream['kind']): ProbedStream | undefined => streams.find((stream) => stream.kind === kind && !stream.isPicture);
  const video = first('video');
  const audio = first('audio');
  if (!video) throw reject('no-video', `The file holds ${audio ? 'only sound' : 'neither picture nor sound'}; expected a video track. Choose a file with a picture.`);
  const videoArguments = VIDEO_COPIED.has(video.codec)
    ? ['-c:v', 'copy']
    : ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p', '-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2', '-force_key_frames', `expr:gte(t,n_forced*${KEY_FRAME_SEC})`];
  const audioArguments = audio && (AUDIO_COPIED.has(audio.codec) ? ['-c:a', 'copy'] : ['-c:a', 'aac', '-b:a', '160k', '-ac', '2']);
  return [
    '-v', 'error', '-nostdin', '-fflags', '+genpts', '-protocol_whitelist', 'file,pipe', '-i', `file:${path}`,
    '-map', '0:V:0', ...videoArguments,
    ...(audioArguments ? ['-map', '0:a:0', ...audioArguments] : []),
    // Two fragments a second: ffmpeg writes often, and so notices soon when nobody reads any more.
    '-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000', 'pipe:1',
  ];
};

export interface ConversionPlan {
  program: string;
  arguments: string[];
  /** Seconds; null when unknown. */
  durationSec: number | null;
}

/** Finds out whether and how a source can be converted, which is quick. Throws `unsupported_media` with `details.reason` `needs-ffmpeg`, `no-video` or `junk`. */
export const planConversion = async (source: string, options: ConvertOptions): Promise<ConversionPlan> => {
  const program = await findFfmpeg(options.ffmpegPath);
  if (!program) {
    throw reject('needs-ffmpeg', `No browser plays ${options.what ?? 'this file'}. It can be converted on the way in: install ffmpeg, so that it is found in PATH, and upload again.`);
  }
  const facts = await probeWithFfmpeg(program, source, options.signal);
  if (!facts?.containers.some((name) => CONTAINERS.has(name))) throw reject('junk', 'The file is no video that can be read, not even by ffmpeg. Check that it plays on this computer.');
  return { program, arguments: conversionArguments(source, facts), durationSec: facts.durationSec };
};

/** Converts into a fragmented MP4 at `target`, which appears only when it is whole. Throws `unsupported_media` with `details.reason` `conversion-failed`. */
export const convertSource = async (plan: ConversionPlan, target: string, signal: AbortSignal): Promise<void> => {
  const partial = `${target}.part`;
  try {
    const { output, ended } = runFfmpeg(plan.program, plan.arguments, signal);
    const writer = await openWriter(partial);
    try {
      for await (const piece of output) await writer.write(piece);
      await ended;
    } finally {
      await writer.closeDurable();
    }
    await renamePath(partial, target);
  } catch (error) {
    await removePath(partial);
    throw error;
  }
};
