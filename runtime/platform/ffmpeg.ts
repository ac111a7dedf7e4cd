/**
 * A system ffmpeg, if there is one: found, asked what a file holds, and run with its output coming back as a stream.
 *
 * The output goes through a pipe on purpose: if this process dies, ffmpeg's next write fails and it ends by itself, so that it is never
 * left running alone.
 */
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { VStackError } from '../contract/errors.ts';
import { isExecutable } from './files.ts';

const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** What ffmpeg says is kept up to here, for the error message. */
const STDERR_CHARS_MAX = 4000;

/** ffprobe's description of a file is a few kilobytes per stream. */
const PROBE_BYTES_MAX = 4 * 1024 * 1024;

/** The named ffmpeg if it can be run, else the first one in PATH, else undefined. */
export const findFfmpeg = async (named?: string): Promise<string | undefined> => {
  if (named !== undefined) return (await isExecutable(named)) ? named : undefined;
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(directory, `ffmpeg${SUFFIX}`);
    if (directory !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
};

export interface FfmpegProcess {
  /** What it writes to its standard output; reading slowly slows it down. */
  output: AsyncIterable<Uint8Array>;
  /** Resolves when it has ended well; rejects with `unsupported_media` and its last words, or with `cancelled`. */
  ended: Promise<void>;
}

/** Runs the program with `args`. Aborting the signal kills it at once. */
export const runFfmpeg = (program: string, args: readonly string[], signal: AbortSignal): FfmpegProcess => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-STDERR_CHARS_MAX);
  });
  const kill = (): void => void child.kill('SIGKILL');
  if (signal.aborted) kill();
  signal.addEventListener('abort', kill, { once: true });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(new VStackError('unavailable', `${program} could not be started: ${cause.message}.`, { cause })));
    child.once('close', (code) => {
      if (code === 0) return resolve();
      if (signal.aborted) return reject(new VStackError('cancelled', 'The conversion was cancelled.'));
      const lastWords = said.trim().split('\n').slice(-3).join(' ') || `it ended with ${code}`;
      reject(new VStackError('unsupported_media', `ffmpeg could not convert the video: ${lastWords}`, { details: { reason: 'conversion-failed' } }));
    });
  });
  // Whoever reads the output first must not find the failure unhandled.
  ended.catch(() => {}).finally(() => signal.removeEventListener('abort', kill));
  return { output: child.stdout as AsyncIterable<Uint8Array>, ended };
};

export interface ProbedStream {
  kind: 'video' | 'audio' | 'other';
  /** ffmpeg's name, such as `h264`. */
  codec: string;
  /** A cover picture, which ffmpeg counts among the videos. */
  isPicture: boolean;
}

export interface ProbedFile {
  /** ffmpeg's names of the container: several where one demuxer serves them all. */
  containers: string[];
  /** Seconds; null when unknown. */
  durationSec: number | null;
  streams: ProbedStream[];
}

interface ProbeOutput {
  format?: { duration?: string; format_name?: string };
  streams?: { codec_type?: string; codec_name?: string; disposition?: { attached_pic?: number } }[];
}

/** Asks the ffprobe beside `program`. Undefined when the file is nothing it knows. */
export const probeWithFfmpeg = async (program: string, path: string, signal: AbortSignal): Promise<ProbedFile | undefined> => {
  const ffprobe = join(dirname(program), `ffprobe${SUFFIX}`);
  const { output, ended } = runFfmpeg(ffprobe, ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-protocol_whitelist', 'file', `file:${path}`], signal);
  let text = '';
  for await (const piece of output) if (text.length < PROBE_BYTES_MAX) text += Buffer.from(piece).toString('utf8');
  try {
    await ended;
  } catch (error) {
    if (error instanceof VStackError && error.code === 'unsupported_media') return undefined;
    throw error;
  }
  const { format, streams } = JSON.parse(text) as ProbeOutput;
  const durationSec = Number(format?.duration);
  return {
    containers: (format?.format_name ?? '').split(','),
    durationSec: Number.isFinite(durationSec) ? durationSec : null,
    streams: (streams ?? []).map((stream) => ({
      kind: stream.codec_type === 'video' || stream.codec_type === 'audio' ? stream.codec_type : 'other',
      codec: stream.codec_name ?? 'unknown',
      isPicture: stream.disposition?.attached_pic === 1,
    })),
  };
};
