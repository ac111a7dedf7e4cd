/** `vstack videos`, `manifest`, `delete`, `restore` and `rename`. */
import type { Manifest, VideoRow } from '../../contract/wire/metadata.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { formatBytes, formatClock, formatCount, formatMs } from '../terminal/format.ts';
import { printable, type Paint } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';
import { attached } from './status.ts';

const VIDEO_COLUMNS: readonly Column[] = [
  { title: 'VIDEO' }, { title: 'LENGTH', align: 'right' }, { title: 'SIZE', align: 'right' }, { title: 'CHUNKS', align: 'right' }, { title: 'VIEWS', align: 'right' },
  { title: 'STATE' }, { title: 'TITLE' },
];

const videoLines = (videos: readonly VideoRow[], paint: Paint): string[] => {
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

export interface VideosOptions {
  limit: number;
  offset: number;
  search?: string;
}

const NO_VIDEOS = 'There are no videos yet. Upload one: `vstack upload FILE`, or `vstack upload --sample`.';

export const runVideos = ({ limit, offset, search }: VideosOptions, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    const { videos, totalCount } = await client.call('videos:list', { limit, offset, ...(search !== undefined && { search }) }, { signal });
    const none = search === undefined ? NO_VIDEOS : `No title contains "${printable(search)}".`;
    const rest = totalCount - videos.length;
    output.result({ videos, totalCount }, [
      ...(totalCount === 0 ? [none] : videoLines(videos, output.paint)),
      ...(rest > 0 ? [output.paint('dim', `${videos.length} of ${formatCount(totalCount, 'video')}; --offset and --limit show the others.`)] : []),
    ]);
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
    const { output, signal } = context;
    let restorableUntilMs = Infinity;
    for (const videoId of videoIds) {
      const deleted = await client.call('videos:delete', { videoId }, { signal });
      restorableUntilMs = Math.min(restorableUntilMs, deleted.restorableUntilMs);
      if (videoIds.length > 1) output.event('deleted', { videoId, restorableUntilMs: deleted.restorableUntilMs });
    }
    const leftMs = restorableUntilMs - Date.now();
    const hint = leftMs > 0 ? `For ${formatMs(leftMs)}: \`vstack restore ${videoIds.join(' ')}\` brings ${videoIds.length > 1 ? 'them' : 'it'} back.` : 'The chunks are collected.';
    output.result({ videoIds, restorableUntilMs }, [`Deleted ${formatCount(videoIds.length, 'video')}. ${hint}`]);
  });

export const runRestore = (videoIds: readonly string[], context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    for (const videoId of videoIds) {
      await client.call('videos:restore', { videoId }, { signal });
      if (videoIds.length > 1) output.event('restored', { videoId });
    }
    output.result({ videoIds }, [`Restored ${formatCount(videoIds.length, 'video')}.`]);
  });

export const runRename = (videoId: string, title: string, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    await client.call('videos:rename', { videoId, title }, { signal });
    output.result({ videoId, title: title.trim() }, [`${videoId} is now called ${printable(title.trim())}.`]);
  });
