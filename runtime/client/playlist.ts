/**
 * Manifest → HLS playlists. hls.js knows playlists, V-Stack knows chunks: a playlist lists one entry per segment and the fragment loader turns
 * an entry back into chunks. URIs are relative names that never reach a network:
 *
 *   main.m3u8        multivariant: one variant with its codecs, so that an unplayable codec is refused before anything is loaded
 *   media.m3u8       the segments
 *   segment/<index>  all chunks of that segment, end to end; the init segment is a byte range of `segment/0`
 */
import { VStackError } from '../contract/errors.ts';
import type { Manifest, ManifestChunk } from '../contract/wire/metadata.ts';

export interface Segment {
  index: number;
  startSec: number;
  durationSec: number;
  sizeBytes: number;
  /** In order of sequence; never empty. */
  chunks: ManifestChunk[];
}

/** Variants need a bandwidth; with a single one its value decides nothing, so a video without duration may state any. */
const BANDWIDTH_UNKNOWN = 1;
const URI_PATTERN = /segment\/(\d+)$/;

/** The chunks of a manifest, grouped into segments in playing order. */
export const segmentsOf = (manifest: Manifest): Segment[] => {
  const segments = new Map<number, Segment>();
  for (const chunk of [...manifest.chunks].sort((a, b) => a.sequence_num - b.sequence_num)) {
    const segment = segments.get(chunk.segment_index);
    if (segment === undefined) {
      segments.set(chunk.segment_index, {
        index: chunk.segment_index,
        startSec: chunk.start_sec,
        durationSec: chunk.duration_sec,
        sizeBytes: chunk.size_bytes,
        chunks: [chunk],
      });
    } else {
      segment.durationSec += chunk.duration_sec;
      segment.sizeBytes += chunk.size_bytes;
      segment.chunks.push(chunk);
    }
  }
  return [...segments.values()];
};

/** The segment a playlist URI means; undefined for any other address. */
export const segmentIndexOf = (uri: string): number | undefined => {
  const match = URI_PATTERN.exec(uri);
  return match ? Number(match[1]) : undefined;
};

/** @throws VStackError `not_supported` for a video of a classic client: without its init segment's length it cannot be played. */
export const buildMediaPlaylist = (manifest: Manifest): string => {
  const { media } = manifest;
  if (media === null) {
    throw new VStackError('not_supported', `"${manifest.title}" was stored without a media description, so there is nothing to play. Upload the file again.`);
  }
  const segments = segmentsOf(manifest);
  if (segments.length === 0) throw new VStackError('not_found', `"${manifest.title}" has no chunks to play. Upload the file again.`);
  const first = segments[0]!;
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-TARGETDURATION:${Math.ceil(Math.max(...segments.map((segment) => segment.durationSec)))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-MAP:URI="segment/${first.index}",BYTERANGE="${media.init_size_bytes}@0"`,
  ];
  for (const segment of segments) {
    lines.push(`#EXTINF:${segment.durationSec.toFixed(6)},`);
    if (segment === first) lines.push(`#EXT-X-BYTERANGE:${segment.sizeBytes - media.init_size_bytes}@${media.init_size_bytes}`);
    lines.push(`segment/${segment.index}`);
  }
  return [...lines, '#EXT-X-ENDLIST', ''].join('\n');
};

export const buildMultivariantPlaylist = (manifest: Manifest): string => {
  const { media } = manifest;
  const bandwidth = media && manifest.duration_sec > 0 ? Math.round((media.size_bytes * 8) / manifest.duration_sec) : BANDWIDTH_UNKNOWN;
  const attributes = [
    `BANDWIDTH=${bandwidth}`,
    ...(media?.codecs ? [`CODECS="${media.codecs}"`] : []),
    ...(media?.width && media.height ? [`RESOLUTION=${media.width}x${media.height}`] : []),
  ];
  return ['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-STREAM-INF:${attributes.join(',')}`, 'media.m3u8', ''].join('\n');
};
