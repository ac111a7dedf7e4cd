import { Media, type VideoStatus } from '../../../contract/wire/metadata.ts';
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
}

interface Row {
  video_id: string;
  title: string;
  duration_sec: number;
  status: VideoStatus;
  media: string | null;
  manifest_version: number;
  created_ms: number;
  activity_ms: number;
}

/** What a list shows beyond the row itself. */
export interface VideoSummary extends Video {
  totalChunks: number;
  sizeBytes: number;
  isComplete: boolean;
  viewCount: number;
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
});

export const getVideo = (db: Database, videoId: string): Video | undefined => {
  const row = db.get<Row>('SELECT * FROM videos WHERE video_id = ?', videoId);
  return row && toVideo(row);
};

/** Inserts the video, or replaces every column of it. */
export const putVideo = (db: Database, video: Video): void => {
  db.run(
    `INSERT INTO videos (video_id, title, duration_sec, status, media, manifest_version, created_ms, activity_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (video_id) DO UPDATE SET title = excluded.title, duration_sec = excluded.duration_sec, status = excluded.status,
       media = excluded.media, manifest_version = excluded.manifest_version, created_ms = excluded.created_ms, activity_ms = excluded.activity_ms`,
    video.videoId,
    video.title,
    video.durationSec,
    video.status,
    video.media && JSON.stringify(video.media),
    video.manifestVersion,
    video.createdMs,
    video.activityMs,
  );
};

export const touchVideo = (db: Database, videoId: string, nowMs: number): void => {
  db.run('UPDATE videos SET activity_ms = ? WHERE video_id = ?', nowMs, videoId);
};

/** While the service was off nobody could be heard: every uploader gets its time anew. */
export const touchUploading = (db: Database, nowMs: number): void => {
  db.run(`UPDATE videos SET activity_ms = ? WHERE status = 'uploading'`, nowMs);
};

/** Newest first. */
export const listVideos = (db: Database, status: VideoStatus | 'all', limit: number, offset: number): VideoSummary[] =>
  db
    .all<Row & { total_chunks: number; size_bytes: number; incomplete: number; view_count: number }>(
      `SELECT v.*,
         (SELECT COUNT(*) FROM chunks c WHERE c.video_id = v.video_id AND c.kind = 'chunk') AS total_chunks,
         (SELECT COALESCE(SUM(c.size_bytes), 0) FROM chunks c WHERE c.video_id = v.video_id AND c.kind = 'chunk') AS size_bytes,
         (SELECT COUNT(*) FROM chunks c JOIN jobs j ON j.kind = 'repair' AND j.subject = c.chunk_id
            WHERE c.video_id = v.video_id AND c.kind = 'chunk') AS incomplete,
         COALESCE((SELECT w.view_count FROM views w WHERE w.video_id = v.video_id), 0) AS view_count
       FROM videos v WHERE ? = 'all' OR v.status = ? ORDER BY v.created_ms DESC, v.video_id LIMIT ? OFFSET ?`,
      status,
      status,
      limit,
      offset,
    )
    .map((row) => ({
      ...toVideo(row),
      totalChunks: row.total_chunks,
      sizeBytes: row.size_bytes,
      isComplete: row.incomplete === 0,
      viewCount: row.view_count,
    }));

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
