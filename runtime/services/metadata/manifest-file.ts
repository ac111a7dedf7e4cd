/** A manifest version as it is stored on the nodes: everything that a rebuild needs to know about a video, and nothing about where its chunks are. */
import { z } from 'zod';
import { ChunkId, Sha256Hex, VideoId } from '../../contract/ids.ts';
import { Media, RedundancyMode, VideoStatus } from '../../contract/wire/metadata.ts';
import type { Chunk } from './store/chunks.ts';
import type { Video } from './store/videos.ts';

const count = z.number().int().nonnegative();

const FileChunk = z.object({
  chunk_id: ChunkId,
  sequence_num: count,
  sha256: Sha256Hex,
  size_bytes: count,
  redundancy_mode: RedundancyMode,
  generation: count,
  duration_sec: z.number().nullable(),
  start_sec: z.number().nullable(),
  segment_index: count.nullable(),
});

export const ManifestFile = z.object({
  format: z.literal('vstack-manifest-1'),
  video_id: VideoId,
  version: count,
  title: z.string(),
  duration_sec: z.number(),
  status: VideoStatus,
  created_at: z.string(),
  media: Media.nullable(),
  /** Absent in the files of earlier programs, which knew three copies only. */
  replica_count: count.min(1).optional(),
  chunks: z.array(FileChunk),
});
export type ManifestFile = z.infer<typeof ManifestFile>;

export const encodeManifest = (video: Video, version: number, chunks: readonly Chunk[]): Uint8Array => {
  const file: ManifestFile = {
    format: 'vstack-manifest-1',
    video_id: video.videoId,
    version,
    title: video.title,
    duration_sec: video.durationSec,
    status: video.status,
    created_at: new Date(video.createdMs).toISOString(),
    media: video.media,
    replica_count: video.replicaCount,
    chunks: chunks.map((chunk) => ({
      chunk_id: chunk.chunkId,
      sequence_num: chunk.sequenceNum,
      sha256: chunk.sha256,
      size_bytes: chunk.sizeBytes,
      redundancy_mode: chunk.redundancyMode,
      generation: chunk.generation,
      duration_sec: chunk.durationSec,
      start_sec: chunk.startSec,
      segment_index: chunk.segmentIndex,
    })),
  };
  return new TextEncoder().encode(JSON.stringify(file));
};

/** Throws when the bytes are no manifest. */
export const decodeManifest = (bytes: Uint8Array): ManifestFile => ManifestFile.parse(JSON.parse(new TextDecoder().decode(bytes)));
