import { Value } from '../../../contract/paxos.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** A decided version of a video's manifest. */
export interface ManifestVersion {
  videoId: string;
  version: number;
  chunkId: string;
  generation: number;
  /** PLACED: the version's bytes; DELETED: the video's end. */
  value: Value;
  decidedMs: number;
}

interface Row {
  video_id: string;
  version: number;
  chunk_id: string;
  generation: number;
  value: string;
  decided_ms: number;
}

export const putManifestVersion = (db: Database, entry: ManifestVersion): void => {
  db.run(
    'INSERT OR REPLACE INTO manifests (video_id, version, chunk_id, generation, value, decided_ms) VALUES (?, ?, ?, ?, ?, ?)',
    entry.videoId,
    entry.version,
    entry.chunkId,
    entry.generation,
    JSON.stringify(entry.value),
    entry.decidedMs,
  );
};

const toVersion = (row: Row): ManifestVersion => ({
  videoId: row.video_id,
  version: row.version,
  chunkId: row.chunk_id,
  generation: row.generation,
  value: Value.parse(JSON.parse(row.value)),
  decidedMs: row.decided_ms,
});

export const getManifestVersion = (db: Database, videoId: string, version: number): ManifestVersion | undefined => {
  const row = db.get<Row>('SELECT * FROM manifests WHERE video_id = ? AND version = ?', videoId, version);
  return row && toVersion(row);
};

export const listManifestVersions = (db: Database, videoId: string): ManifestVersion[] =>
  db.all<Row>('SELECT * FROM manifests WHERE video_id = ? ORDER BY version', videoId).map(toVersion);
