import { Grant } from '../../../contract/paxos.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** open → committed (a value was written to the chunk's row), aborted (ABORT was chosen) or closed (a later generation was issued). */
export type InstanceState = 'open' | 'committed' | 'aborted' | 'closed';
export type ChunkKind = 'chunk' | 'manifest';

export interface Instance {
  chunkId: string;
  generation: number;
  videoId: string;
  sequenceNum: number;
  kind: ChunkKind;
  state: InstanceState;
  grant: Grant;
  issuedMs: number;
}

interface Row {
  chunk_id: string;
  generation: number;
  video_id: string;
  sequence_num: number;
  kind: ChunkKind;
  state: InstanceState;
  grant_json: string;
  issued_ms: number;
}

const toInstance = (row: Row): Instance => ({
  chunkId: row.chunk_id,
  generation: row.generation,
  videoId: row.video_id,
  sequenceNum: row.sequence_num,
  kind: row.kind,
  state: row.state,
  // Our own row, written from a checked grant: a cast saves a parse per grant on the hot path.
  grant: JSON.parse(row.grant_json) as Grant,
  issuedMs: row.issued_ms,
});

export const getInstance = (db: Database, chunkId: string, generation: number): Instance | undefined => {
  const row = db.get<Row>('SELECT * FROM grants WHERE chunk_id = ? AND generation = ?', chunkId, generation);
  return row && toInstance(row);
};

export const newestInstance = (db: Database, chunkId: string): Instance | undefined => {
  const row = db.get<Row>('SELECT * FROM grants WHERE chunk_id = ? ORDER BY generation DESC LIMIT 1', chunkId);
  return row && toInstance(row);
};

/** Every generation of a chunk, oldest first. */
export const listInstances = (db: Database, chunkId: string): Instance[] =>
  db.all<Row>('SELECT * FROM grants WHERE chunk_id = ? ORDER BY generation', chunkId).map(toInstance);

/** Everything but the grant itself, which is most of a row and seldom asked for. Oldest first. */
export const listGenerations = (db: Database, chunkId: string): Omit<Instance, 'grant' | 'issuedMs'>[] =>
  db
    .all<Omit<Row, 'grant_json' | 'issued_ms'>>('SELECT chunk_id, generation, video_id, sequence_num, kind, state FROM grants WHERE chunk_id = ? ORDER BY generation', chunkId)
    .map((row) => ({
      chunkId: row.chunk_id,
      generation: row.generation,
      videoId: row.video_id,
      sequenceNum: row.sequence_num,
      kind: row.kind,
      state: row.state,
    }));

/** The primary key makes a second grant of one instance impossible. */
export const insertInstance = (db: Database, instance: Instance): void => {
  db.run(
    'INSERT INTO grants (chunk_id, generation, video_id, sequence_num, kind, state, grant_json, issued_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    instance.chunkId,
    instance.generation,
    instance.videoId,
    instance.sequenceNum,
    instance.kind,
    instance.state,
    JSON.stringify(instance.grant),
    instance.issuedMs,
  );
};

export const setInstanceState = (db: Database, chunkId: string, generation: number, state: InstanceState): void => {
  db.run('UPDATE grants SET state = ? WHERE chunk_id = ? AND generation = ?', state, chunkId, generation);
};

/** Closes every open generation up to `generation`; committed ones stay what they are. */
export const closeThrough = (db: Database, chunkId: string, generation: number): void => {
  db.run(`UPDATE grants SET state = 'closed' WHERE chunk_id = ? AND generation <= ? AND state = 'open'`, chunkId, generation);
};

/** Instances that are still open, issued before `issuedBeforeMs`, of videos whose uploader was last heard of before `activityBeforeMs`. */
export const listStale = (db: Database, issuedBeforeMs: number, activityBeforeMs: number, limit: number): Instance[] =>
  db
    .all<Row>(
      `SELECT g.* FROM grants g LEFT JOIN videos v USING (video_id)
       WHERE g.state = 'open' AND g.issued_ms < ? AND (g.kind = 'manifest' OR v.activity_ms IS NULL OR v.activity_ms < ?)
       ORDER BY g.issued_ms LIMIT ?`,
      issuedBeforeMs,
      activityBeforeMs,
      limit,
    )
    .map(toInstance);

export const listVideoInstances = (db: Database, videoId: string): Instance[] =>
  db.all<Row>('SELECT * FROM grants WHERE video_id = ? ORDER BY kind, sequence_num, generation', videoId).map(toInstance);

/** The newest manifest version that was ever granted, decided or not; −1 before the first. */
export const newestManifestSequence = (db: Database, videoId: string): number =>
  db.get<{ newest: number | null }>(`SELECT MAX(sequence_num) AS newest FROM grants WHERE video_id = ? AND kind = 'manifest'`, videoId)?.newest ?? -1;

export const listOpenOfVideo = (db: Database, videoId: string): Instance[] =>
  db.all<Row>(`SELECT * FROM grants WHERE video_id = ? AND state = 'open'`, videoId).map(toInstance);

export const deleteInstancesOfChunk = (db: Database, chunkId: string): void => {
  db.run('DELETE FROM grants WHERE chunk_id = ?', chunkId);
};
