/** `vstack upload`: a file of this machine, read in place by the uploader, with its progress. Ctrl-C cancels it, and nothing stays behind. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ControlClient } from '../../contract/control/index.ts';
import type { Upload } from '../../contract/control/uploads.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { formatBytes, formatMs, formatRate } from '../terminal/format.ts';
import { formatBar } from '../terminal/progress-bar.ts';
import { fitColumns, printable } from '../terminal/style.ts';
import { attached } from './status.ts';

export interface UploadOptions {
  title?: string;
  sample: boolean;
}

const ENDED = new Set(['completed', 'failed', 'cancelled']);

/** A long name must not push the figures out of a narrow terminal. */
const NAME_COLUMNS = 20;

const progressLine = ({ filename, phase, progress, bytesDone, bytesPerSecond, remainingMs, waitingFor }: Upload): string =>
  [
    fitColumns(printable(filename), NAME_COLUMNS),
    formatBar(progress),
    waitingFor ? `waiting: ${waitingFor}` : phase.replace('_', ' '),
    formatBytes(bytesDone),
    formatRate(bytesPerSecond),
    ...(remainingMs === null ? [] : [`${formatMs(remainingMs)} left`]),
  ].join('  ');

/** Looks at the file first: the host's answer could not name it in the caller's own words. */
const resolveFile = (file: string): string => {
  const path = resolve(file);
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts) throw new VStackError('not_found', `There is no file ${path}.`);
  if (!facts.isFile()) throw new VStackError('bad_request', `${path} is not a file. Name one video file.`);
  return path;
};

/** Resolves with the upload once it has ended, telling how it goes. Subscribe before the start, so that nothing is missed. */
const follow = (client: ControlClient, { output }: CliContext) => {
  const ended = Promise.withResolvers<Upload>();
  const early = new Map<string, Upload>();
  let sessionId: string | undefined;
  let lastTold = '';
  const take = (upload: Upload): void => {
    if (upload.sessionId !== sessionId) return void early.set(upload.sessionId, upload);
    if (ENDED.has(upload.phase)) return ended.resolve(upload);
    output.status(progressLine(upload));
    const told = `${upload.phase} ${Math.floor(upload.progress)} ${upload.waitingFor ?? ''}`;
    if (told !== lastTold) output.event('progress', upload);
    lastTold = told;
  };
  const stop = client.on('uploads:changed', ({ uploads }) => uploads.forEach(take));
  return {
    stop,
    until(upload: Upload): Promise<Upload> {
      sessionId = upload.sessionId;
      take(early.get(sessionId) ?? upload);
      return ended.promise;
    },
  };
};

const resultLines = (upload: Upload, tookMs: number, { paint }: CliContext['output']): string[] => [
  `${paint('good', 'Stored')} ${printable(upload.title)} as ${paint('strong', upload.videoId ?? '')} in ${formatMs(tookMs)}: ${upload.totalChunks ?? '?'} chunks, ${formatBytes(upload.bytesDone)}.`,
  ...(upload.degraded ? [paint('warn', 'Some chunks still wait for all their replicas; repair goes on by itself.')] : []),
  paint('dim', `Play it: vstack play ${upload.videoId}`),
];

const finish = (upload: Upload, startedMs: number, { output }: CliContext): number => {
  if (upload.phase === 'cancelled') throw new VStackError('cancelled', 'The upload was cancelled; nothing of it stays behind.');
  if (upload.phase === 'failed') throw new VStackError('unsupported_media', upload.error ?? 'The upload failed; the uploader did not say why.');
  const tookMs = performance.now() - startedMs;
  output.result({ ...upload, tookMs }, resultLines(upload, tookMs, output));
  return exitCode.ok;
};

export const runUpload = (file: string | undefined, { title, sample }: UploadOptions, context: CliContext): CommandResult => {
  if (sample && file !== undefined) throw new VStackError('bad_request', `Both ${file} and --sample were given; one upload stores one video. Leave one of them out.`);
  if (!sample && file === undefined) throw new VStackError('bad_request', 'Name a video file, or give --sample for the one that comes with the program.');
  const path = file === undefined ? undefined : resolveFile(file);
  return attached(context, async (client) => {
    const startedMs = performance.now();
    const following = follow(client, context);
    let upload: Upload | undefined;
    const cancel = (): void => {
      // A cancel that fails shows in the upload itself: it then ends as something else.
      if (upload) client.call('uploads:cancel', { sessionId: upload.sessionId }).catch(() => {});
    };
    context.signal.addEventListener('abort', cancel, { once: true });
    try {
      const named = title === undefined ? {} : { title };
      upload = path === undefined ? await client.call('uploads:sample', named) : await client.call('uploads:start', { path, ...named });
      if (context.signal.aborted) cancel();
      return finish(await following.until(upload), startedMs, context);
    } finally {
      context.signal.removeEventListener('abort', cancel);
      following.stop();
    }
  });
};
