/** `vstack play`: the whole video in order, with fail-over, every chunk checked; reports how it went. */
import { createWriteStream, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { once } from 'node:events';
import { downloadVideo, type DownloadReport } from '../../client/download/download-video.ts';
import type { ClientKind } from '../../contract/client-kind.ts';
import type { ControlClient } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';
import { createSha256 } from '../../platform/crypto.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { formatBytes, formatClock, formatMs, formatRate } from '../terminal/format.ts';
import { formatBar } from '../terminal/progress-bar.ts';
import { printable } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';
import { playRealtime, realtimeLines, summaryOf } from './play-realtime.ts';
import { attached } from './status.ts';

export interface PlayOptions {
  out?: string;
  dashboard: boolean;
  client: ClientKind;
  /** As long as the video lasts, without a picture. */
  realtime: boolean;
}

interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Takes away what was written so far. */
  abandon(): void;
}

/** The chunks in order are a fragmented MP4 as they are. */
const openSink = async (path: string): Promise<Sink> => {
  const file = createWriteStream(path);
  await once(file, 'open').catch((cause: Error) => {
    throw new VStackError('forbidden', `Could not write ${path}: ${cause.message}.`, { cause });
  });
  return {
    async write(bytes) {
      if (!file.write(bytes)) await once(file, 'drain');
    },
    async close() {
      file.end();
      await once(file, 'finish');
    },
    abandon() {
      file.destroy();
      rmSync(path, { force: true });
    },
  };
};

const NODE_COLUMNS: readonly Column[] = [{ title: 'NODE' }, { title: 'CHUNKS', align: 'right' }, { title: 'BYTES', align: 'right' }, { title: 'FAILURES', align: 'right' }];

/** More failures than this in a row tell a person nothing new; `--json` has them all. */
const FAILURES_SHOWN = 10;

const reportLines = (report: DownloadReport, out: string | undefined, { paint }: CliContext['output']): string[] => [
  `${paint('good', 'Played')} ${printable(report.title)} (${formatClock(report.durationSec)}): every chunk was verified.`,
  ...formatPairs(
    [
      ['start-up', formatMs(report.startUpMs)],
      ['throughput', `${formatRate(report.bytesPerSecond)}, ${formatBytes(report.sizeBytes)} in ${formatMs(report.tookMs)}`],
      ['chunks', String(report.chunkCount)],
      ['failures', report.failures.length === 0 ? 'none' : paint('warn', String(report.failures.length))],
      ...(out ? [['file', out] as const] : []),
    ],
    paint,
  ),
  '',
  ...formatTable(NODE_COLUMNS, report.nodes.map((node) => [node.nodeId, String(node.chunkCount), formatBytes(node.sizeBytes), String(node.failureCount)]), paint),
  ...report.failures.slice(0, FAILURES_SHOWN).map(({ chunkId, nodeId, error }) => paint('warn', `  ${chunkId}: ${nodeId} ${printable(error)}`)),
  ...(report.failures.length > FAILURES_SHOWN ? [paint('dim', `  and ${report.failures.length - FAILURES_SHOWN} more`)] : []),
];

/** The chunks in order must also hash to what the manifest says of the whole. */
const assertWhole = (manifest: Manifest, sha256: string): void => {
  const { media } = manifest;
  if (media === null || media.sha256 === sha256) return;
  throw new VStackError('checksum_mismatch', `Every chunk is right, but together they have the SHA-256 ${sha256}; the manifest says ${media.sha256}. Upload the video again.`);
};

const download = async (videoId: string, { out, kind }: { out: string | undefined; kind: ClientKind }, client: ControlClient, { output, signal }: CliContext): Promise<DownloadReport> => {
  const refresh = (): Promise<Manifest> => client.call('videos:manifest', { videoId }, { signal });
  const manifest = await refresh();
  const sink = out === undefined ? undefined : await openSink(out);
  const hash = createSha256();
  try {
    const report = await downloadVideo({
      manifest,
      refresh,
      signal,
      client: kind,
      write(bytes) {
        hash.update(bytes);
        return sink?.write(bytes);
      },
      onProgress(progress) {
        output.event('progress', progress);
        output.status(`${printable(manifest.title)}  ${formatBar((progress.bytesDone / progress.bytesTotal) * 100)}  ${progress.chunksDone} of ${progress.chunksTotal} chunks`);
      },
    });
    assertWhole(manifest, hash.digestHex());
    await sink?.close();
    return report;
  } catch (error) {
    sink?.abandon();
    throw error;
  }
};

const BROKEN = new Set(['unavailable', 'checksum_mismatch', 'truncated_body', 'corrupt']);

export const runPlay = (videoId: string, options: PlayOptions, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output } = context;
    if (options.dashboard) {
      await client.call('videos:manifest', { videoId });
      const url = `${await context.signInUrl()}&view=/watch/${videoId}`;
      const opened = await context.openInBrowser(url);
      output.result({ url, opened }, [opened ? `Playing in the browser: ${url}` : `Open this address in a browser: ${url}`]);
      return exitCode.ok;
    }
    if (options.realtime) {
      const refresh = (): Promise<Manifest> => client.call('videos:manifest', { videoId });
      const manifest = await refresh();
      const result = await playRealtime({ kind: options.client, manifest, refresh }, context);
      await client.call('videos:view', { videoId });
      output.result({ ...summaryOf(result), title: manifest.title, verified: true }, realtimeLines(manifest.title, result, output));
      return exitCode.ok;
    }
    const out = options.out === undefined ? undefined : resolve(options.out);
    try {
      const report = await download(videoId, { out, kind: options.client }, client, context);
      await client.call('videos:view', { videoId });
      output.result({ ...report, verified: true, ...(out !== undefined && { file: out }) }, reportLines(report, out, output));
      return exitCode.ok;
    } catch (error) {
      if (!(error instanceof VStackError) || !BROKEN.has(error.code)) throw error;
      output.error(error);
      return exitCode.foundWrong;
    }
  });
