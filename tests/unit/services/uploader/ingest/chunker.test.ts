import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES_MAX } from '../../../../../runtime/contract/units.ts';
import { createChunker, type ChunkerOptions } from '../../../../../runtime/services/uploader/ingest/chunker.ts';
import type { Chunk } from '../../../../../runtime/services/uploader/ingest/types.ts';

const joined = (chunk: Chunk): number[] => chunk.parts.flatMap((part) => [...part]);

/** Fragments of `[sizeBytes, durationSec]`, one after the other; each byte is numbered, so that order and loss show. */
const cut = (fragments: [number, number][], options: ChunkerOptions & { initBytes?: number } = {}): { chunks: Chunk[]; input: number[] } => {
  let counter = 0;
  const numbered = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => counter++ % 251);
  const init = numbered(options.initBytes ?? 3);
  const chunker = createChunker(init, options);
  const input = [...init];
  const chunks: Chunk[] = [];
  let startSec = 0;
  for (const [sizeBytes, durationSec] of fragments) {
    const half = Math.floor(sizeBytes / 2);
    const parts = [numbered(half), numbered(sizeBytes - half)];
    input.push(...parts.flatMap((part) => [...part]));
    chunks.push(...chunker.add({ parts, startSec, durationSec }));
    startSec += durationSec;
  }
  chunks.push(...chunker.end());
  return { chunks, input };
};

const times = (count: number, sizeBytes: number, durationSec: number): [number, number][] => Array.from({ length: count }, () => [sizeBytes, durationSec]);

describe('the chunker', () => {
  it.each([
    ['a short video is one chunk', times(2, 20, 2), { chunkBytesMax: 100 }, [[0, 43]]],
    ['two-second groups make segments of ten seconds', times(12, 5, 2), { chunkBytesMax: 100 }, [[0, 28], [1, 25], [2, 10]]],
    ['four-second groups make segments of eight, which is as near as twelve', times(5, 5, 4), { chunkBytesMax: 100 }, [[0, 13], [1, 10], [2, 5]]],
    ['a group longer than the target is a segment of its own', times(2, 30, 25), { chunkBytesMax: 100 }, [[0, 33], [1, 30]]],
    ['a segment too large for a chunk is cut between its groups', times(5, 40, 2), { chunkBytesMax: 100 }, [[0, 83], [0, 80], [0, 40]]],
    ['a group too large for a chunk is cut into equal pieces', times(1, 247, 2), { chunkBytesMax: 100 }, [[0, 83], [0, 83], [0, 84]]],
    ['a large group does not swallow the small one before it', [[10, 2], [150, 2], [10, 2]], { chunkBytesMax: 100 }, [[0, 13], [0, 75], [0, 75], [0, 10]]],
    ['a group that just fits is not cut', times(2, 97, 2), { chunkBytesMax: 100 }, [[0, 100], [0, 97]]],
    ['an init segment counts for the first chunk', times(1, 98, 2), { chunkBytesMax: 100 }, [[0, 50], [0, 51]]],
  ] as [string, [number, number][], ChunkerOptions, [number, number][]][])('%s', (_title, fragments, options, expected) => {
    const { chunks, input } = cut(fragments, options);
    expect(chunks.map((chunk) => [chunk.segmentIndex, chunk.sizeBytes])).toEqual(expected);
    expect(chunks.map((chunk) => chunk.sequence)).toEqual(expected.map((_, index) => index));
    expect(chunks.flatMap(joined)).toEqual(input);
    for (const chunk of chunks) expect(joined(chunk)).toHaveLength(chunk.sizeBytes);
  });

  it('shares out the playing time without gap or overlap', () => {
    const { chunks } = cut([...times(7, 33, 2), [330, 9], ...times(3, 10, 0.7)], { chunkBytesMax: 100 });
    let atSec = 0;
    for (const chunk of chunks) {
      expect(chunk.startSec).toBeCloseTo(atSec, 9);
      atSec += chunk.durationSec;
    }
    expect(atSec).toBeCloseTo(7 * 2 + 9 + 3 * 0.7, 9);
  });

  it('copies nothing: chunks are views of the fragments', () => {
    const fragment = new Uint8Array(300);
    const [first] = createChunker(new Uint8Array(), { chunkBytesMax: 100 }).add({ parts: [fragment], startSec: 0, durationSec: 2 });
    expect(first!.parts.every((part) => part.buffer === fragment.buffer)).toBe(true);
  });

  it('refuses to make chunks that no store accepts', () => {
    expect(() => createChunker(new Uint8Array(), { chunkBytesMax: CHUNK_BYTES_MAX + 1 })).toThrow(/No store accepts/);
  });
});
