/**
 * What flows through the ingest of one video:
 *
 *   source file → (ffmpeg, for what no browser plays) → remux → init segment, fragments → chunker → chunks
 *
 * A *fragment* is one moof + mdat, from a key frame up to a later one. A *segment* is the unit of playback, about ten seconds of fragments.
 * A *chunk* is the unit of storage: a piece of one segment, at most 2 MiB. The init segment stands at the beginning of chunk 0.
 */
import type { Sha256Hex } from '../../../contract/ids.ts';

export interface Fragment {
  /** In order; joined they are the fragment. */
  parts: readonly Uint8Array[];
  startSec: number;
  durationSec: number;
}

export interface Chunk {
  sequence: number;
  segmentIndex: number;
  /** In order; joined they are the chunk. */
  parts: readonly Uint8Array[];
  sizeBytes: number;
  /** The playing time that begins in this chunk. The durations of all chunks add up to the video's. */
  startSec: number;
  durationSec: number;
}

/** A chunk on its way out: its bytes in one piece, and their hash. */
export interface IngestedChunk extends Omit<Chunk, 'parts'> {
  bytes: Uint8Array;
  sha256: Sha256Hex;
}

/** What is known of a video before its first chunk. */
export interface MediaFacts {
  /** The container as found: `mp4`, `matroska`, … for logs and messages. */
  container: string;
  /** As the container tells it, in seconds; null when it does not. */
  durationSecDeclared: number | null;
  width: number;
  height: number;
}

/** What is known once the last chunk is out. */
export interface IngestSummary {
  mime: string;
  /** RFC 6381, comma separated. */
  codecs: string;
  initSizeBytes: number;
  /** Of the whole remux, which is the chunks in order. */
  sha256: Sha256Hex;
  sizeBytes: number;
  chunkCount: number;
  segmentCount: number;
  durationSec: number;
  width: number;
  height: number;
}
