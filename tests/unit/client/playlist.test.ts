import { describe, expect, test } from 'vitest';
import { buildMediaPlaylist, buildMultivariantPlaylist, segmentIndexOf, segmentsOf } from '../../../runtime/client/playlist.ts';
import { makeManifest } from '../../fixtures/manifest.ts';

describe('segmentsOf', () => {
  test('chunks with one segment index form one segment, in order of sequence', () => {
    const manifest = makeManifest({ segments: [[1000], [600, 500], [700]] });
    manifest.chunks.reverse();
    const segments = segmentsOf(manifest);
    expect(segments.map((segment) => segment.chunks.map((chunk) => chunk.sequence_num))).toEqual([[0], [1, 2], [3]]);
    expect(segments[1]).toMatchObject({ index: 1, startSec: 10, durationSec: 10, sizeBytes: 1100 });
  });
});

describe('buildMediaPlaylist', () => {
  test('the init segment is a byte range of the first segment, and the first entry begins behind it', () => {
    expect(buildMediaPlaylist(makeManifest())).toBe(
      [
        '#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-PLAYLIST-TYPE:VOD', '#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-TARGETDURATION:10', '#EXT-X-MEDIA-SEQUENCE:0',
        '#EXT-X-MAP:URI="segment/0",BYTERANGE="100@0"',
        '#EXTINF:10.000000,', '#EXT-X-BYTERANGE:900@100', 'segment/0',
        '#EXTINF:10.000000,', 'segment/1',
        '#EXTINF:10.000000,', 'segment/2',
        '#EXT-X-ENDLIST', '',
      ].join('\n'),
    );
  });
  test('a first segment of several chunks counts all of them in its byte range', () => {
    expect(buildMediaPlaylist(makeManifest({ segments: [[300, 200]] }))).toContain('#EXT-X-BYTERANGE:400@100\nsegment/0');
  });
  test('the target duration covers the longest segment', () => {
    expect(buildMediaPlaylist(makeManifest({ segmentSec: 10.01 }))).toContain('#EXT-X-TARGETDURATION:11');
  });
  test('a video without a media description is refused in words', () => {
    expect(() => buildMediaPlaylist(makeManifest({ overrides: { media: null } }))).toThrow(/without a media description/);
  });
  test('a video without chunks is refused in words', () => {
    expect(() => buildMediaPlaylist(makeManifest({ overrides: { chunks: [] } }))).toThrow(/no chunks/);
  });
});

describe('buildMultivariantPlaylist', () => {
  test('names the codecs, the resolution and the mean bandwidth', () => {
    expect(buildMultivariantPlaylist(makeManifest({ segments: [[1000], [1000]] }))).toContain(
      '#EXT-X-STREAM-INF:BANDWIDTH=800,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720\nmedia.m3u8',
    );
  });
});

test('a segment URI is read back, also when resolved against a base; other addresses are not', () => {
  expect(segmentIndexOf('segment/12')).toBe(12);
  expect(segmentIndexOf('http://video.invalid/vid-1/segment/3')).toBe(3);
  expect(segmentIndexOf('http://video.invalid/vid-1/media.m3u8')).toBeUndefined();
});
