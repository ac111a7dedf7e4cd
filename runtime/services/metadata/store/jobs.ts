/** Work that outlives the request that caused it, and the process. One job per kind and subject; asking again changes nothing. */
import type { Database } from '../../../platform/sqlite.ts';

/** repair: a chunk lacks verified holders. collect: a deleted video's chunks. learn: stores have not been told what was chosen. */
export type JobKind = 'repair' | 'collect' | 'learn';

export interface Job {
  kind: JobKind;
  subject: string;
  reason: string;
  attempts: number;
  dueMs: number;
}

interface Row {
  kind: JobKind;
  subject: string;
  reason: string;
  attempts: number;
  due_ms: number;
}

const toJob = ({ due_ms: dueMs, ...row }: Row): Job => ({ ...row, dueMs });

export const addJob = (db: Database, kind: JobKind, subject: string, reason: string, dueMs: number): void => {
  db.run('INSERT OR IGNORE INTO jobs (kind, subject, reason, due_ms) VALUES (?, ?, ?, ?)', kind, subject, reason, dueMs);
};

/** Puts a job off after a failed attempt. */
export const postponeJob = (db: Database, job: Job, reason: string, dueMs: number): void => {
  db.run('UPDATE jobs SET attempts = attempts + 1, reason = ?, due_ms = ? WHERE kind = ? AND subject = ?', reason, dueMs, job.kind, job.subject);
};

export const deleteJob = (db: Database, kind: JobKind, subject: string): void => {
  db.run('DELETE FROM jobs WHERE kind = ? AND subject = ?', kind, subject);
};

export const dueJobs = (db: Database, kind: JobKind, nowMs: number, limit: number): Job[] =>
  db.all<Row>('SELECT * FROM jobs WHERE kind = ? AND due_ms <= ? ORDER BY due_ms LIMIT ?', kind, nowMs, limit).map(toJob);

/** Due repairs: the fewest further losses first, then the most watched video, then the smallest chunk. */
export const dueRepairs = (db: Database, nowMs: number, limit: number): Job[] =>
  db
    .all<Row>(
      `SELECT j.* FROM jobs j JOIN chunks c ON c.chunk_id = j.subject LEFT JOIN views w ON w.video_id = c.video_id
       WHERE j.kind = 'repair' AND j.due_ms <= ?
       ORDER BY (SELECT COUNT(*) FROM placements p JOIN nodes n ON n.node_id = p.node_id AND n.store_uuid = p.store_uuid
                   WHERE p.chunk_id = c.chunk_id AND p.generation = c.generation) - c.k,
                COALESCE(w.view_count, 0) DESC, c.size_bytes, c.chunk_id
       LIMIT ?`,
      nowMs,
      limit,
    )
    .map(toJob);

/** Makes the repairs of every chunk that had a piece on this node due. Returns how many chunks that are. */
export const addRepairsOfNode = (db: Database, nodeId: string, reason: string, dueMs: number): number =>
  db.run(
    `INSERT INTO jobs (kind, subject, reason, due_ms)
     SELECT DISTINCT 'repair', c.chunk_id, ?, ? FROM placements p JOIN chunks c ON c.chunk_id = p.chunk_id AND c.generation = p.generation WHERE p.node_id = ?
     ON CONFLICT (kind, subject) DO UPDATE SET due_ms = MIN(due_ms, excluded.due_ms)`,
    reason,
    dueMs,
    nodeId,
  );

/** A node came back: whatever waited may be possible now. */
export const hastenJobs = (db: Database, dueMs: number): void => {
  db.run('UPDATE jobs SET due_ms = ? WHERE due_ms > ?', dueMs, dueMs);
};

export const countJobs = (db: Database, kind: JobKind): number => db.get<{ n: number }>('SELECT COUNT(*) AS n FROM jobs WHERE kind = ?', kind)!.n;

/** Chunks of a video that lack holders. */
export const countRepairsOfVideo = (db: Database, videoId: string): number =>
  db.get<{ n: number }>(
    `SELECT COUNT(*) AS n FROM jobs j JOIN chunks c ON c.chunk_id = j.subject WHERE j.kind = 'repair' AND c.video_id = ? AND c.kind = 'chunk'`,
    videoId,
  )!.n;
