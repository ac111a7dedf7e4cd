/**
 * hls.js asks for playlists and segments; nothing of that reaches the network as such. The playlist loader answers from the manifest, the
 * fragment loader gathers the chunks a segment (or a byte range of it) lies in.
 */
import { type FragmentLoaderContext, type HlsConfig, type Loader, type LoaderCallbacks, type LoaderConfiguration, type LoaderContext, LoadStats, type PlaylistLoaderContext } from 'hls.js/light';
import type { ChunkSource } from '../../runtime/client/chunk-source.ts';
import { buildMediaPlaylist, buildMultivariantPlaylist, type Segment, segmentIndexOf, segmentsOf } from '../../runtime/client/playlist.ts';
import { VStackError } from '../../runtime/contract/errors.ts';

/** A name that cannot exist (RFC 2606), so that nothing is ever asked of it by mistake. */
export const PLAYLIST_URL = 'http://playlist.invalid/main.m3u8';
/** hls.js retries statuses of servers, not unknown ones, so every failure of ours looks like "try again". */
const RETRY_STATUS = 503;

/** The bytes [start, end) of a segment, from no more chunks than they lie in. */
export const readSegment = async (source: ChunkSource, segment: Segment, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
  let offset = 0;
  const parts: Promise<Uint8Array>[] = [];
  for (const chunk of segment.chunks) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, chunk.size_bytes);
    if (from < to) parts.push(source.load(chunk.sequence_num, signal).then((bytes) => bytes.subarray(from, to)));
    offset += chunk.size_bytes;
  }
  const joined = new Uint8Array(Math.min(end, offset) - start);
  let position = 0;
  for (const part of await Promise.all(parts)) {
    joined.set(part, position);
    position += part.byteLength;
  }
  return joined;
};

type Load = (context: LoaderContext, signal: AbortSignal) => Promise<string | ArrayBuffer>;

/** The part of hls.js's loader protocol that is the same for both kinds: times, sizes, exactly one callback, abort. */
const createLoaderClass = <C extends LoaderContext>(load: Load) =>
  class implements Loader<C> {
    context: C | null = null;
    stats = new LoadStats();
    private readonly aborting = new AbortController();

    load(context: C, _config: LoaderConfiguration, callbacks: LoaderCallbacks<C>): void {
      this.context = context;
      const { stats } = this;
      stats.loading.start = performance.now();
      load(context, this.aborting.signal).then(
        (data) => {
          if (stats.aborted) return;
          stats.loading.end = performance.now();
          // The chunks' own times are in their reports; here the whole wait counts, so the first byte is at its start.
          stats.loading.first = stats.loading.start;
          stats.loaded = stats.total = typeof data === 'string' ? data.length : data.byteLength;
          callbacks.onSuccess({ url: context.url, data, code: 200 }, stats, context, null);
        },
        (error: unknown) => {
          if (stats.aborted) return;
          callbacks.onError({ code: RETRY_STATUS, text: error instanceof Error ? error.message : String(error) }, context, null, stats);
        },
      );
    }

    abort(): void {
      if (this.stats.loading.end > 0 || this.stats.aborted) return;
      this.stats.aborted = true;
      this.aborting.abort();
    }

    destroy(): void {
      this.abort();
      this.context = null;
    }
  };

export const createLoaders = (source: ChunkSource): Pick<HlsConfig, 'pLoader' | 'fLoader'> => {
  const segments = new Map(segmentsOf(source.manifest()).map((segment) => [segment.index, segment]));
  return {
    pLoader: createLoaderClass<PlaylistLoaderContext>(async ({ url }) =>
      url === PLAYLIST_URL ? buildMultivariantPlaylist(source.manifest()) : buildMediaPlaylist(source.manifest()),
    ),
    fLoader: createLoaderClass<FragmentLoaderContext>(async ({ url, rangeStart = 0, rangeEnd }, signal) => {
      const segment = segments.get(segmentIndexOf(url) ?? -1);
      if (!segment) throw new VStackError('not_found', `The playlist names ${url}, which is no segment of this video.`);
      const bytes = await readSegment(source, segment, rangeStart, rangeEnd || segment.sizeBytes, signal);
      return bytes.buffer;
    }),
  };
};
