/**
 * The video that plays in virtual time where no cluster has one: a minute in six segments of a chunk each, as large as those of the sample video,
 * placed on the nodes as the metadata service places chunks. Nothing of it exists but its sizes.
 */
import type { Manifest } from '../../../contract/wire/metadata.ts';
import { chunkIdOf } from '../../../contract/ids.ts';
import { REPLICAS, placeNodes } from '../../../core/placement/layout.ts';

const VIDEO_ID = 'virtual-sample';
const SEGMENT_SEC = 10;
const MEGABYTE = 1_000_000;
/** Of the sample's chunks, rounded. */
const CHUNK_BYTES = [0.49, 0.54, 0.53, 0.52, 0.5, 0.51].map((megabytes) => megabytes * MEGABYTE);
const ADDRESS = 'http://127.0.0.1:1';
const NEVER_UNIX = 4_000_000_000;

export const virtualVideo = (nodeIds: readonly string[], replicaCount = REPLICAS): Manifest => ({
  video_id: VIDEO_ID,
  title: 'Virtual sample',
  duration_sec: CHUNK_BYTES.length * SEGMENT_SEC,
  total_chunks: CHUNK_BYTES.length,
  chunk_duration_sec: SEGMENT_SEC,
  chunk_size_bytes: Math.max(...CHUNK_BYTES),
  created_at: '2026-01-01T00:00:00.000Z',
  status: 'active',
  version: 1,
  complete: true,
  media: null,
  chunks: CHUNK_BYTES.map((sizeBytes, sequence) => {
    const chunkId = chunkIdOf(VIDEO_ID, sequence);
    const holders = placeNodes(chunkId, nodeIds.map((nodeId) => ({ nodeId })), replicaCount);
    return {
      chunk_id: chunkId, sequence_num: sequence, size_bytes: sizeBytes, checksum: `sha256:${'0'.repeat(64)}`, redundancy_mode: 'replication' as const,
      replicas: holders.map(() => ADDRESS), duration_sec: SEGMENT_SEC, start_sec: sequence * SEGMENT_SEC, segment_index: sequence, generation: 0, fragments: [],
      urls: holders.map(({ nodeId }) => ({ node_id: nodeId, node_url: ADDRESS, url: `${ADDRESS}/chunk/${chunkId}`, ping_url: `${ADDRESS}/ping`, expires_unix: NEVER_UNIX })),
    };
  }),
});
