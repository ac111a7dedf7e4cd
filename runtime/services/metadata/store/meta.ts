/** Single values: the incarnation, the grant counter, how far a rebuild is. */
import type { Database } from '../../../platform/sqlite.ts';

export type MetaKey = 'incarnation' | 'created_ms' | 'grant_seq' | 'rebuild_id' | 'rebuild_state' | 'rebuild_nodes';

export const getMeta = (db: Database, key: MetaKey): string | undefined => db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;

export const setMeta = (db: Database, key: MetaKey, value: string): void => {
  db.run('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', key, value);
};

export const grantSeqOf = (db: Database): number => Number(getMeta(db, 'grant_seq'));

/** The next grant's number; durable with the transaction that uses it. */
export const nextGrantSeq = (db: Database): number => {
  const next = grantSeqOf(db) + 1;
  setMeta(db, 'grant_seq', String(next));
  return next;
};
