import type { Certificate } from '../../../contract/paxos.ts';
import type { RedundancyMode } from '../../../contract/wire/metadata.ts';
import type { Database } from '../../../platform/sqlite.ts';
import type { ChunkKind } from './grants.ts';

export interface Chunk {
  chunkId: string;
  videoId: string;
  /** For a manifest: its version. */
  sequenceNum: number;
  kind: ChunkKind;
  sha256: string;
  sizeBytes: number;
  redundancyMode: RedundancyMode;
  fragmentSha256: string[];
  /** The committed one. */
  generation: number;
  k: number;
  m: number;
  durationSec: number | null;
  startSec: number | null;
  segmentIndex: number | null;
  createdMs: number;
}

/** A store that was verified to hold its piece. */
export interface Placement {
  chunkId: string;
  generation: number;
  storeUuid: string;
  nodeId: string;
  pieceIndex: number;
  verifiedMs: number;
}

interface Row {
  chunk_id: string;
  video_id: string;
  sequence_num: number;
  kind: ChunkKind;
  sha256: string;
  size_bytes: number;
  redundancy_mode: RedundancyMode;
  fragment_sha256: string;
  generation: number;
  k: number;
  m: number;
  duration_sec: number | null;
  start_sec: number | null;
  segment_index: number | null;
  created_ms: number;
}

interface PlacementRow {
  chunk_id: string;
  generation: number;
  store_uuid: string;
  node_id: string;
  piece_index: number;
  verified_ms: number;
}

const toChunk = (row: Row): Chunk => ({
  chunkId: row.chunk_id,
  videoId: row.video_id,
  sequenceNum: row.sequence_num,
  kind: row.kind,
  sha256: row.sha256,
  sizeBytes: row.size_bytes,
  redundancyMode: row.redundancy_mode,
  fragmentSha256: row.fragment_sha256 === '' ? [] : row.fragment_sha256.split(' '),
  generation: row.generation,
  k: row.k,
  m: row.m,
  durationSec: row.duration_sec,
  startSec: row.start_sec,
  segmentIndex: row.segment_index,
  createdMs: row.created_ms,
});

const toPlacement = (row: PlacementRow): Placement => ({
  chunkId: row.chunk_id,
  generation: row.generation,
  storeUuid: row.store_uuid,
  nodeId: row.node_id,
  pieceIndex: row.piece_index,
  verifiedMs: row.verified_ms,
});

export const getChunk = (db: Database, chunkId: string): Chunk | undefined => {
  const row = db.get<Row>('SELECT * FROM chunks WHERE chunk_id = ?', chunkId);
  return row && toChunk(row);
};

/** The chunk at this place of the video, whatever its id. */
export const chunkIdAt = (db: Database, videoId: string, kind: ChunkKind, sequenceNum: number): string | undefined =>
  db.get<{ chunk_id: string }>('SELECT chunk_id FROM chunks WHERE video_id = ? AND kind = ? AND sequence_num = ?', videoId, kind, sequenceNum)?.chunk_id;

/** In order of sequence. */
export const listChunks = (db: Database, videoId: string, kind: ChunkKind = 'chunk'): Chunk[] =>
  db.all<Row>('SELECT * FROM chunks WHERE video_id = ? AND kind = ? ORDER BY sequence_num', videoId, kind).map(toChunk);

/** Inserts the row, or moves it to a later generation of the same content. A trigger refuses any other content. */
export const putChunk = (db: Database, chunk: Chunk): void => {
  db.run(
    `INSERT INTO chunks (chunk_id, video_id, sequence_num, kind, sha256, size_bytes, redundancy_mode, fragment_sha256, generation, k, m,
       duration_sec, start_sec, segment_index, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (chunk_id) DO UPDATE SET sha256 = excluded.sha256, size_bytes = excluded.size_bytes, redundancy_mode = excluded.redundancy_mode,
       fragment_sha256 = excluded.fragment_sha256, generation = excluded.generation, k = excluded.k, m = excluded.m,
       duration_sec = COALESCE(excluded.duration_sec, duration_sec), start_sec = COALESCE(excluded.start_sec, start_sec),
       segment_index = COALESCE(excluded.segment_index, segment_index)`,
    chunk.chunkId,
    chunk.videoId,
    chunk.sequenceNum,
    chunk.kind,
    chunk.sha256,
    chunk.sizeBytes,
    chunk.redundancyMode,
    chunk.fragmentSha256.join(' '),
    chunk.generation,
    chunk.k,
    chunk.m,
    chunk.durationSec,
    chunk.startSec,
    chunk.segmentIndex,
    chunk.createdMs,
  );
};

export const deleteChunk = (db: Database, chunkId: string): void => {
  for (const table of ['chunks', 'placements', 'certificates']) db.run(`DELETE FROM ${table} WHERE chunk_id = ?`, chunkId);
};

export const putPlacement = (db: Database, placement: Placement): void => {
  db.run(
    `INSERT INTO placements (chunk_id, generation, store_uuid, node_id, piece_index, verified_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (chunk_id, generation, store_uuid) DO UPDATE SET verified_ms = excluded.verified_ms`,
    placement.chunkId,
    placement.generation,
    placement.storeUuid,
    placement.nodeId,
    placement.pieceIndex,
    placement.verifiedMs,
  );
};

export const deletePlacement = (db: Database, chunkId: string, generation: number, storeUuid: string): number =>
  db.run('DELETE FROM placements WHERE chunk_id = ? AND generation = ? AND store_uuid = ?', chunkId, generation, storeUuid);

export const deletePlacementsBelow = (db: Database, chunkId: string, generation: number): void => {
  db.run('DELETE FROM placements WHERE chunk_id = ? AND generation < ?', chunkId, generation);
};

/** Placements whose store is the one its node has now: a placement on a replaced disk holds nothing. */
const LIVE_PLACEMENT = `EXISTS (SELECT 1 FROM nodes n WHERE n.node_id = p.node_id AND n.store_uuid = p.store_uuid)`;

export const listPlacements = (db: Database, chunkId: string, generation: number): Placement[] =>
  db
    .all<PlacementRow>(
      `SELECT p.* FROM placements p WHERE p.chunk_id = ? AND p.generation = ? AND ${LIVE_PLACEMENT} ORDER BY p.piece_index, p.node_id`,
      chunkId,
      generation,
    )
    .map(toPlacement);

/** Those of every chunk of a video at its committed generation. */
export const listVideoPlacements = (db: Database, videoId: string): Placement[] =>
  db
    .all<PlacementRow>(
      `SELECT p.* FROM chunks c JOIN placements p ON p.chunk_id = c.chunk_id AND p.generation = c.generation
       WHERE c.video_id = ? AND c.kind = 'chunk' AND ${LIVE_PLACEMENT} ORDER BY p.piece_index, p.node_id`,
      videoId,
    )
    .map(toPlacement);

/** Why the row may be believed: ballot, value and votes. The grant they refer to stands in its own table. */
export const putCertificate = (db: Database, { grant, ...proof }: Certificate): void => {
  db.run(
    'INSERT OR IGNORE INTO certificates (chunk_id, generation, certificate) VALUES (?, ?, ?)',
    grant.chunk_id,
    grant.generation,
    JSON.stringify(proof),
  );
};

export interface ChunkTotals {
  replication_chunks: number;
  erasure_coded_chunks: number;
  logical_bytes: number;
  replicas: number;
  physical_bytes: number;
  /** What replication with each video's own number of copies would take. */
  promised_bytes: number;
}

/** Over the chunks of active videos. A piece weighs 1/k of its chunk. */
export const sumChunks = (db: Database): ChunkTotals =>
  db.get<ChunkTotals>(
    `SELECT COUNT(*) FILTER (WHERE redundancy_mode = 'replication') AS replication_chunks,
       COUNT(*) FILTER (WHERE redundancy_mode = 'erasure_coding') AS erasure_coded_chunks,
       COALESCE(SUM(size_bytes), 0) AS logical_bytes, COALESCE(SUM(pieces), 0) AS replicas,
       COALESCE(SUM(pieces * ((size_bytes + k - 1) / k)), 0) AS physical_bytes,
       COALESCE(SUM(size_bytes * replica_count), 0) AS promised_bytes
     FROM (SELECT c.redundancy_mode, c.size_bytes, c.k, v.replica_count,
             (SELECT COUNT(*) FROM placements p WHERE p.chunk_id = c.chunk_id AND p.generation = c.generation AND ${LIVE_PLACEMENT}) AS pieces
           FROM chunks c JOIN videos v USING (video_id) WHERE c.kind = 'chunk' AND v.status = 'active')`,
  )!;
