/** What the client's core has to know of a video, out of its manifest. */
import type { Manifest, ManifestChunk } from '../contract/wire/metadata.ts';
import type { ChunkFacts } from '../core/client/messages.ts';

/** Chunks of one segment play together, so all of them are needed when it begins. */
export const chunkFactsOf = ({ chunks }: Pick<Manifest, 'chunks'>): ChunkFacts[] => {
  const segments = new Map<number, { startSec: number; endSec: number }>();
  for (const { segment_index: index, start_sec: startSec, duration_sec: durationSec } of chunks) {
    const known = segments.get(index) ?? { startSec, endSec: startSec };
    segments.set(index, { startSec: Math.min(known.startSec, startSec), endSec: Math.max(known.endSec, startSec + durationSec) });
  }
  return chunks.map((chunk) => ({ sequence: chunk.sequence_num, sizeBytes: chunk.size_bytes, ...segments.get(chunk.segment_index)!, holders: holdersOf(chunk) }));
};

export const holdersOf = ({ urls }: ManifestChunk): string[] => urls.map((url) => url.node_id);
