import type { MetadataEvent } from '../../../contract/wire/metadata.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** Enough to look back on a bad day; older ones are in the log files. */
const EVENTS_KEPT = 10_000;
/** Trimming on every insert would cost more than the events themselves. */
const TRIM_EVERY = 500;

export const addEvent = (db: Database, atMs: number, kind: string, subject: string, detail: string): void => {
  db.run('INSERT INTO events (at_ms, kind, subject, detail) VALUES (?, ?, ?, ?)', atMs, kind, subject, detail);
  const newest = db.get<{ id: number }>('SELECT MAX(event_id) AS id FROM events')!.id;
  if (newest % TRIM_EVERY === 0) db.run('DELETE FROM events WHERE event_id <= ?', newest - EVENTS_KEPT);
};

/** Oldest first, those after `afterId`. */
export const listEvents = (db: Database, afterId: number, limit: number): MetadataEvent[] =>
  db
    .all<{ event_id: number; at_ms: number; kind: string; subject: string; detail: string }>(
      'SELECT * FROM events WHERE event_id > ? ORDER BY event_id LIMIT ?',
      afterId,
      limit,
    )
    .map(({ at_ms: atMs, ...row }) => ({ ...row, at: new Date(atMs).toISOString() }));
