import { Media, type RedundancyMode, type VideoStatus } from '../../../contract/wire/metadata.ts';
import type { Database } from '../../../platform/sqlite.ts';

export interface Video {
  videoId: string;
  title: string;
  durationSec: number;
  status: VideoStatus;
  media: Media | null;
  /** The newest decided manifest version; −1 before the first. */
  manifestVersion: number;
  createdMs: number;
  /** When its uploader was last heard of. */
  activityMs: number;
  /** Copies that its chunks were promised when it was created. */
  replicaCount: number;
  /** Of a deleted video: until then it can be restored; null once its end is decided, and for every other video. */
  restorableUntilMs: number | null;
}

/** Deleted, and nothing brings it back: its chunks may be collected. A deleted video that can be restored keeps everything it has. */
export const isGone = ({ status, restorableUntilMs }: Pick<Video, 'status' | 'restorableUntilMs'>): boolean => status === 'deleted' && restorableUntilMs === null;

interface Row {
  video_id: string;
  title: string;
  duration_sec: number;
  status: VideoStatus;
  media: string | null;
  manifest_version: number;
  created_ms: number;
  activity_ms: number;
  replica_count: number;
  restorable_until_ms: number | null;
}

/** What a list shows beyond the row itself. */
export interface VideoSummary extends Video {
  totalChunks: number;
  sizeBytes: number;
  isComplete: boolean;
  viewCount: number;
  /** How its chunks are stored; null while it has none. */
  redundancy: RedundancyMode | 'mixed' | null;
}

const toVideo = (row: Row): Video => ({
  videoId: row.video_id,
  title: row.title,
  durationSec: row.duration_sec,
  status: row.status,
  media: row.media === null ? null : Media.parse(JSON.parse(row.media)),
  manifestVersion: row.manifest_version,
  createdMs: row.created_ms,
  activityMs: row.activity_ms,
  replicaCount: row.replica_count,
  restorableUntilMs: row.restorable_until_ms,
});

/** Titles are compared without regard to case or to how a letter is composed; SQLite itself folds ASCII only. */
export const foldTitle = (title: string): string => title.normalize('NFKC').toLowerCase();

export const getVideo = (db: Database, videoId: string): Video | undefined => {
  const row = db.get<Row>('SELECT * FROM videos WHERE video_id = ?', videoId);
  return row && toVideo(row);
};

/** Inserts the video, or replaces every column of it. */
export const putVideo = (db: Database, video: Video): void => {
  db.run(
    `INSERT INTO videos (video_id, title, title_folded, duration_sec, status, media, manifest_version, created_ms, activity_ms, replica_count,
       restorable_until_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (video_id) DO UPDATE SET title = excluded.title, title_folded = excluded.title_folded, duration_sec = excluded.duration_sec,
       status = excluded.status, media = excluded.media, manifest_version = excluded.manifest_version, created_ms = excluded.created_ms,
       activity_ms = excluded.activity_ms, replica_count = excluded.replica_count, restorable_until_ms = excluded.restorable_until_ms`,
    video.videoId,
    video.title,
    foldTitle(video.title),
    video.durationSec,
    video.status,
    video.media && JSON.stringify(video.media),
    video.manifestVersion,
    video.createdMs,
    video.activityMs,
    video.replicaCount,
    video.restorableUntilMs,
  );
};

export const touchVideo = (db: Database, videoId: string, nowMs: number): void => {
  db.run('UPDATE videos SET activity_ms = ? WHERE video_id = ?', nowMs, videoId);
};

/** While the service was off nobody could be heard: every uploader gets its time anew. */
export const touchUploading = (db: Database, nowMs: number): void => {
  db.run(`UPDATE videos SET activity_ms = ? WHERE status = 'uploading'`, nowMs);
};

export interface VideoFilter {
  status: VideoStatus | 'all';
  /** Part of the title. @default every video fits */
  search?: string | undefined;
}

/** A condition on `videos`, and its values. A substring is looked for by `instr`, which knows no wildcards that would need escaping. */
const conditionOf = ({ status, search }: VideoFilter): { sql: string; values: string[] } => {
  const parts = [
    ...(status === 'all' ? [] : [{ sql: 'status = ?', value: status }]),
    ...(search ? [{ sql: 'instr(title_folded, ?) > 0', value: foldTitle(search) }] : []),
  ];
  return { sql: parts.length === 0 ? 'TRUE' : parts.map((part) => part.sql).join(' AND '), values: parts.map((part) => part.value) };
};

interface SummaryRow extends Row {
  total_chunks: number;
  size_bytes: number;
  incomplete: number;
  mode_least: RedundancyMode | null;
  mode_most: RedundancyMode | null;
  view_count: number;
}

/** `page` is chosen by an index before anything is counted, so that a list costs what it shows, not what there is. */
const summaries = (db: Database, page: string, values: readonly (string | number)[]): VideoSummary[] =>
  db
    .all<SummaryRow>(
      `WITH page AS MATERIALIZED (${page})
       SELECT page.*, COUNT(c.chunk_id) AS total_chunks, COALESCE(SUM(c.size_bytes), 0) AS size_bytes, COUNT(j.subject) AS incomplete,
         MIN(c.redundancy_mode) AS mode_least, MAX(c.redundancy_mode) AS mode_most,
         COALESCE((SELECT w.view_count FROM views w WHERE w.video_id = page.video_id), 0) AS view_count
       FROM page LEFT JOIN chunks c ON c.video_id = page.video_id AND c.kind = 'chunk'
         LEFT JOIN jobs j ON j.kind = 'repair' AND j.subject = c.chunk_id
       GROUP BY page.video_id ORDER BY page.created_ms DESC, page.video_id`,
      ...values,
    )
    .map((row) => ({
      ...toVideo(row),
      totalChunks: row.total_chunks,
      sizeBytes: row.size_bytes,
      isComplete: row.incomplete === 0,
      viewCount: row.view_count,
      redundancy: row.mode_least === row.mode_most ? row.mode_least : 'mixed',
    }));

/** Newest first. */
export const listVideos = (db: Database, filter: VideoFilter, limit: number, offset: number): VideoSummary[] => {
  const { sql, values } = conditionOf(filter);
  return summaries(db, `SELECT * FROM videos WHERE ${sql} ORDER BY created_ms DESC, video_id LIMIT ? OFFSET ?`, [...values, limit, offset]);
};

export const getVideoSummary = (db: Database, videoId: string): VideoSummary | undefined => summaries(db, 'SELECT * FROM videos WHERE video_id = ?', [videoId])[0];

/** All that fit, whatever a list shows of them. */
export const countVideosThatFit = (db: Database, filter: VideoFilter): number => {
  const { sql, values } = conditionOf(filter);
  return db.get<{ n: number }>(`SELECT COUNT(*) AS n FROM videos WHERE ${sql}`, ...values)!.n;
};

/** A decided version is younger than what the row says. While a video is uploading its uploader sees to that. */
const BEHIND = `status <> 'uploading' AND manifest_version < (SELECT MAX(version) FROM manifests m WHERE m.video_id = videos.video_id)
  AND NOT (status = 'deleted' AND restorable_until_ms IS NULL)`;

export const listBehindManifest = (db: Database, limit: number): Video[] => db.all<Row>(`SELECT * FROM videos WHERE ${BEHIND} LIMIT ?`, limit).map(toVideo);

export const isBehindManifest = (db: Database, { videoId }: Pick<Video, 'videoId'>): boolean =>
  db.get(`SELECT 1 FROM videos WHERE video_id = ? AND ${BEHIND}`, videoId) !== undefined;

/** Deleted videos whose time to be restored is over. */
export const listGraceEnded = (db: Database, nowMs: number, limit: number): Video[] =>
  db.all<Row>('SELECT * FROM videos WHERE restorable_until_ms <= ? ORDER BY restorable_until_ms LIMIT ?', nowMs, limit).map(toVideo);

/** Uploads that nobody was heard of since `beforeMs`. */
export const listAbandoned = (db: Database, beforeMs: number, limit: number): Video[] =>
  db.all<Row>(`SELECT * FROM videos WHERE status = 'uploading' AND activity_ms < ? LIMIT ?`, beforeMs, limit).map(toVideo);

export const countVideos = (db: Database): number => db.get<{ n: number }>(`SELECT COUNT(*) AS n FROM videos WHERE status = 'active'`)!.n;

/** Views are counted, not listed. */
export const addView = (db: Database, videoId: string, nowMs: number): void => {
  db.run(
    `INSERT INTO views (video_id, view_count, last_view_ms) VALUES (?, 1, ?)
     ON CONFLICT (video_id) DO UPDATE SET view_count = view_count + 1, last_view_ms = excluded.last_view_ms`,
    videoId,
    nowMs,
  );
};

export const viewCountOf = (db: Database, videoId: string): number =>
  db.get<{ view_count: number }>('SELECT view_count FROM views WHERE video_id = ?', videoId)?.view_count ?? 0;
