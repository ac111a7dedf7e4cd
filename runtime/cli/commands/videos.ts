/** `vstack videos`, `manifest` and `delete`. */
import type { Manifest, VideoRow } from '../../contract/wire/metadata.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { formatBytes, formatClock, formatCount } from '../terminal/format.ts';
import { printable, type Paint } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';
import { attached } from './status.ts';

const VIDEO_COLUMNS: readonly Column[] = [
  { title: 'VIDEO' }, { title: 'LENGTH', align: 'right' }, { title: 'SIZE', align: 'right' }, { title: 'CHUNKS', align: 'right' }, { title: 'VIEWS', align: 'right' },
  { title: 'STATE' }, { title: 'TITLE' },
];

const videoLines = (videos: readonly VideoRow[], paint: Paint): string[] => {
  if (videos.length === 0) return ['There are no videos yet. Upload one: `vstack upload FILE`, or `vstack upload --sample`.'];
  const rows = videos.map((video) => [
    video.video_id,
    formatClock(video.duration_sec),
    formatBytes(video.size_bytes),
    String(video.total_chunks),
    String(video.view_count),
    video.complete ? paint('good', video.status) : paint('warn', 'repairing'),
    printable(video.title),
  ]);
  return formatTable(VIDEO_COLUMNS, rows, paint);
};

export const runVideos = (options: { limit: number; offset: number }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { videos } = await client.call('videos:list', options, { signal: context.signal });
    context.output.result({ videos }, videoLines(videos, context.output.paint));
  });

const CHUNK_COLUMNS: readonly Column[] = [
  { title: 'CHUNK' }, { title: 'START', align: 'right' }, { title: 'SIZE', align: 'right' }, { title: 'GEN', align: 'right' }, { title: 'SHA-256' }, { title: 'HOLDERS' },
];

const DIGITS_SHOWN = 12;

const manifestLines = (manifest: Manifest, paint: Paint): string[] => [
  ...formatPairs(
    [
      ['video', manifest.video_id],
      ['title', printable(manifest.title)],
      ['length', formatClock(manifest.duration_sec)],
      ['state', manifest.complete ? manifest.status : `${manifest.status}, repairing`],
      ['chunks', String(manifest.total_chunks)],
      ['codecs', manifest.media?.codecs ?? '–'],
    ],
    paint,
  ),
  '',
  ...formatTable(
    CHUNK_COLUMNS,
    manifest.chunks.map((chunk) => [
      chunk.chunk_id,
      formatClock(chunk.start_sec),
      formatBytes(chunk.size_bytes),
      String(chunk.generation),
      chunk.checksum.replace(/^sha256:/, '').slice(0, DIGITS_SHOWN),
      chunk.urls.map((url) => url.node_id).join(' '),
    ]),
    paint,
  ),
];

export const runManifest = (videoId: string, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const manifest = await client.call('videos:manifest', { videoId }, { signal: context.signal });
    context.output.result(manifest, manifestLines(manifest, context.output.paint));
  });

export const runDelete = (videoIds: readonly string[], context: CliContext): CommandResult =>
  attached(context, async (client) => {
    for (const videoId of videoIds) {
      await client.call('videos:delete', { videoId }, { signal: context.signal });
      if (videoIds.length > 1) context.output.event('deleted', { videoId });
    }
    context.output.result({ videoIds }, [`Deleted ${formatCount(videoIds.length, 'video')}; the chunks are collected.`]);
  });
