/**
 * The tables of the metadata database. Version n is what migration n leaves behind; a migration that was ever released is never edited.
 *
 *   videos ──< chunks ──< placements        what is stored, and which store verifiably holds which piece
 *      │         └──────< certificates      why a row may be believed
 *      │         └──────< grants            one per instance, (chunk_id, generation); the right to decide it
 *      └──────< manifests                   decided manifest versions, each a chunk itself
 *   nodes ──< stores                        a store is a disk; a node may have had several
 *   views · jobs · events · meta · reports (what acceptors told a rebuild)
 *
 * Instants are Unix milliseconds (`_ms`), sizes bytes. JSON columns hold wire shapes (snake_case) and are parsed by their schema on the way out.
 */
import type { Database } from '../../../platform/sqlite.ts';
import { foldTitle } from './videos.ts';

/** "VSTM": tells our database from any other SQLite file. */
export const APPLICATION_ID = 0x5653544d;

/** Videos that were there before search was: SQLite's own `lower` would leave all letters beyond ASCII as they are. */
const foldTitles = (db: Database): void => {
  for (const { video_id: videoId, title } of db.all<{ video_id: string; title: string }>('SELECT video_id, title FROM videos')) {
    db.run('UPDATE videos SET title_folded = ? WHERE video_id = ?', foldTitle(title), videoId);
  }
};

const migrations: readonly { sql: string; fill?: (db: Database) => void }[] = [
  {
    sql: `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE videos (
    video_id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    duration_sec REAL NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('uploading', 'active', 'deleted')),
    media TEXT,
    manifest_version INTEGER NOT NULL DEFAULT -1,
    created_ms INTEGER NOT NULL,
    activity_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX videos_by_age ON videos (status, created_ms DESC, video_id);

  CREATE TABLE grants (
    chunk_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    video_id TEXT NOT NULL,
    sequence_num INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('chunk', 'manifest')),
    state TEXT NOT NULL CHECK (state IN ('open', 'committed', 'aborted', 'closed')),
    grant_json TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    PRIMARY KEY (chunk_id, generation)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX grants_open ON grants (issued_ms) WHERE state = 'open';
  CREATE INDEX grants_by_video ON grants (video_id, kind, sequence_num);

  CREATE TABLE chunks (
    chunk_id TEXT PRIMARY KEY,
    video_id TEXT NOT NULL,
    sequence_num INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('chunk', 'manifest')),
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    redundancy_mode TEXT NOT NULL CHECK (redundancy_mode IN ('replication', 'erasure_coding')),
    fragment_sha256 TEXT NOT NULL,
    generation INTEGER NOT NULL,
    k INTEGER NOT NULL,
    m INTEGER NOT NULL,
    duration_sec REAL,
    start_sec REAL,
    segment_index INTEGER,
    created_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX chunks_by_video ON chunks (video_id, kind, sequence_num);
  CREATE TRIGGER chunk_content_is_immutable BEFORE UPDATE OF sha256, size_bytes ON chunks
    WHEN NEW.sha256 <> OLD.sha256 OR NEW.size_bytes <> OLD.size_bytes
    BEGIN SELECT RAISE(ABORT, 'the content of a committed chunk never changes'); END;

  CREATE TABLE placements (
    chunk_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    store_uuid TEXT NOT NULL,
    node_id TEXT NOT NULL,
    piece_index INTEGER NOT NULL,
    verified_ms INTEGER NOT NULL,
    PRIMARY KEY (chunk_id, generation, store_uuid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX placements_by_node ON placements (node_id, store_uuid);

  CREATE TABLE certificates (
    chunk_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    certificate TEXT NOT NULL,
    PRIMARY KEY (chunk_id, generation)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE manifests (
    video_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    chunk_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    value TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    PRIMARY KEY (video_id, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE nodes (
    node_id TEXT PRIMARY KEY,
    node_url TEXT NOT NULL,
    direct_url TEXT NOT NULL,
    version TEXT NOT NULL,
    store_uuid TEXT,
    disk_usage_percent REAL NOT NULL DEFAULT 0,
    chunk_count INTEGER NOT NULL DEFAULT 0,
    condition TEXT NOT NULL DEFAULT 'ok',
    last_heartbeat_ms INTEGER,
    registered_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE stores (
    store_uuid TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE views (video_id TEXT PRIMARY KEY, view_count INTEGER NOT NULL, last_view_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE jobs (
    kind TEXT NOT NULL CHECK (kind IN ('repair', 'collect', 'learn')),
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX jobs_due ON jobs (kind, due_ms);

  CREATE TABLE events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;

  CREATE TABLE reports (
    chunk_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    incarnation TEXT NOT NULL,
    node_id TEXT NOT NULL,
    video_id TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (chunk_id, generation, incarnation, node_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reports_by_video ON reports (video_id);
  `,
  },
  {
    // All videos that were made before had three copies of each chunk, where there were as many nodes.
    sql: `
  ALTER TABLE videos ADD COLUMN replica_count INTEGER NOT NULL DEFAULT 3;
  ALTER TABLE videos ADD COLUMN restorable_until_ms INTEGER;
  ALTER TABLE videos ADD COLUMN title_folded TEXT NOT NULL DEFAULT '';
  CREATE INDEX videos_restorable ON videos (restorable_until_ms) WHERE restorable_until_ms IS NOT NULL;
  CREATE INDEX videos_newest ON videos (created_ms DESC, video_id);
  `,
    fill: foldTitles,
  },
];

export const SCHEMA_VERSION = migrations.length;

export const readSchemaVersion = (db: Database): number => db.get<{ user_version: number }>('PRAGMA user_version')!.user_version;
export const readApplicationId = (db: Database): number => db.get<{ application_id: number }>('PRAGMA application_id')!.application_id;

/** Brings the database to SCHEMA_VERSION, one migration and one transaction after the other. */
export const migrate = (db: Database): void => {
  for (let version = readSchemaVersion(db); version < SCHEMA_VERSION; version += 1) {
    db.transaction(() => {
      const { sql, fill } = migrations[version]!;
      db.exec(sql);
      fill?.(db);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1};`);
    });
  }
};
