/** `vstack download`: a video as the MP4 it was made of. The host writes the file, so the command may be closed by Ctrl-C at any time. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileNameOf } from '../../contract/file-name.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { formatBytes, formatMs, formatRate } from '../terminal/format.ts';
import { formatBar } from '../terminal/progress-bar.ts';
import { attached } from './status.ts';

export interface DownloadOptions {
  /** A file, or a folder that it goes into. @default a name made of the title, in the current folder */
  file?: string;
  force: boolean;
}

/** Chunks that no node could give, or gave wrongly. */
const BROKEN = new Set(['unavailable', 'checksum_mismatch', 'truncated_body', 'corrupt']);

const pathOf = (file: string | undefined, title: string): string => {
  const name = fileNameOf(title, 'mp4');
  if (file === undefined) return resolve(name);
  const path = resolve(file);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, name) : path;
};

export const runDownload = (videoId: string, { file, force }: DownloadOptions, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    const { title } = await client.call('videos:manifest', { videoId }, { signal });
    const path = pathOf(file, title);
    const startedMs = performance.now();
    const stop = client.on('videos:saving', (progress) => {
      if (progress.path !== path || progress.videoId !== videoId) return;
      const share = progress.bytesTotal === 0 ? 0 : (progress.bytesDone / progress.bytesTotal) * 100;
      const rate = (progress.bytesDone / (performance.now() - startedMs)) * 1000;
      output.event('progress', progress);
      output.status(`${formatBar(share)}  ${formatBytes(progress.bytesDone)} of ${formatBytes(progress.bytesTotal)}  ${formatRate(rate)}`);
    });
    try {
      const saved = await client.call('videos:save', { videoId, path, overwrite: force }, { signal });
      const tookMs = performance.now() - startedMs;
      output.result({ videoId, ...saved, tookMs }, [`${output.paint('good', 'Saved')} ${saved.path}: ${formatBytes(saved.sizeBytes)} in ${formatMs(tookMs)}, every chunk verified.`]);
      return exitCode.ok;
    } catch (error) {
      if (!(error instanceof VStackError)) throw error;
      const told = error.code === 'conflict' && !force ? new VStackError('conflict', `${error.message.replace(/, or ask to overwrite it\.$/, ', or give --force.')}`) : error;
      if (!BROKEN.has(told.code)) throw told;
      output.error(told);
      return exitCode.foundWrong;
    } finally {
      stop();
    }
  });
