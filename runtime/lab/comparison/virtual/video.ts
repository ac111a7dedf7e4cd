/**
 * The video that plays in virtual time where no cluster has one: a minute in six segments of a chunk each, as large and as long as those of the
 * sample video, placed on the nodes as the metadata service places chunks. Nothing of it exists but these figures. The first segment is a hair
 * shorter than the ten seconds that playback begins with, as segments are that end with a frame of sound: the second is needed for the start too.
 */
import type { Manifest } from '../../../contract/wire/metadata.ts';
import { chunkIdOf } from '../../../contract/ids.ts';
import { REPLICAS, placeNodes } from '../../../core/placement/layout.ts';

const VIDEO_ID = 'virtual-sample';
/** Bytes and seconds of the sample's chunks. */
const CHUNKS = [[491_357, 9.984], [512_340, 9.984], [537_968, 10.005], [521_716, 10.006], [500_026, 10.005], [501_561, 10.016]] as const;
const startSecOf = (sequence: number): number => CHUNKS.slice(0, sequence).reduce((sum, [, durationSec]) => sum + durationSec, 0);
const ADDRESS = 'http://127.0.0.1:1';
const NEVER_UNIX = 4_000_000_000;

export const virtualVideo = (nodeIds: readonly string[], replicaCount = REPLICAS): Manifest => ({
  video_id: VIDEO_ID,
  title: 'Virtual sample',
  duration_sec: startSecOf(CHUNKS.length),
  total_chunks: CHUNKS.length,
  chunk_duration_sec: CHUNKS[0][1],
  chunk_size_bytes: Math.max(...CHUNKS.map(([sizeBytes]) => sizeBytes)),
  created_at: '2026-01-01T00:00:00.000Z',
  status: 'active',
  version: 1,
  complete: true,
  media: null,
  chunks: CHUNKS.map(([sizeBytes, durationSec], sequence) => {
    const chunkId = chunkIdOf(VIDEO_ID, sequence);
    const holders = placeNodes(chunkId, nodeIds.map((nodeId) => ({ nodeId })), replicaCount);
    return {
      chunk_id: chunkId, sequence_num: sequence, size_bytes: sizeBytes, checksum: `sha256:${'0'.repeat(64)}`, redundancy_mode: 'replication' as const,
      replicas: holders.map(() => ADDRESS), duration_sec: durationSec, start_sec: startSecOf(sequence), segment_index: sequence, generation: 0, fragments: [],
      urls: holders.map(({ nodeId }) => ({ node_id: nodeId, node_url: ADDRESS, url: `${ADDRESS}/chunk/${chunkId}`, ping_url: `${ADDRESS}/ping`, expires_unix: NEVER_UNIX })),
    };
  }),
});
