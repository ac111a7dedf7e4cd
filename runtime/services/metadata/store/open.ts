/**
 * Opens the metadata database, or refuses to: a file that is damaged, foreign or newer than this program is left exactly as it is, because
 * going on with an empty or half-read one would forget grants and acknowledged commits.
 */
import { VStackError } from '../../../contract/errors.ts';
import { openDatabase, type Database } from '../../../platform/sqlite.ts';
import { createDatabase, databaseExists, setDirectoryAside } from '../../../platform/sqlite-files.ts';
import { APPLICATION_ID, migrate, readApplicationId, readSchemaVersion, SCHEMA_VERSION } from './schema.ts';

export const DATABASE_FILE = 'metadata.db';

export interface OpenOptions {
  dir: string;
  /** Fresh: names this life of the database in every grant. Used only when the database is created. */
  newIncarnation: string;
  rebuildId?: string | undefined;
  wallMs: number;
}

export interface OpenedDatabase {
  db: Database;
  /** Where the database before a rebuild was put. */
  setAside?: string;
}

const REMEDY = 'It was not changed. Put a backup in its place, or run `vstack metadata rebuild`, which keeps it aside and restores everything from the nodes.';

const inspect = (path: string): void => {
  let db: Database;
  try {
    db = openDatabase(path, { readOnly: true });
  } catch (cause) {
    throw new VStackError('corrupt', `The metadata database ${path} cannot be opened (${(cause as Error).message}). ${REMEDY}`, { cause });
  }
  try {
    const version = readSchemaVersion(db);
    if (version === 0 || readApplicationId(db) !== APPLICATION_ID) {
      throw new VStackError('corrupt', `${path} is not a metadata database of V-Stack. ${REMEDY}`);
    }
    if (version > SCHEMA_VERSION) {
      throw new VStackError(
        'not_supported',
        `The metadata database ${path} has schema version ${version}; this program knows up to ${SCHEMA_VERSION}. It was not changed. Start a newer V-Stack.`,
      );
    }
    const damage = db.findDamage();
    if (damage.length > 0) throw new VStackError('corrupt', `The metadata database ${path} is damaged: ${damage[0]}. ${REMEDY}`);
  } catch (cause) {
    if (cause instanceof VStackError) throw cause;
    throw new VStackError('corrupt', `The metadata database ${path} is damaged (${(cause as Error).message}). ${REMEDY}`, { cause });
  } finally {
    db.close();
  }
};

const readMeta = (db: Database, key: string): string | undefined => db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;

/** Whether the database at `path` was begun by this very rebuild. One that cannot be read was not. */
const belongsToRebuild = (path: string, rebuildId: string): boolean => {
  try {
    inspect(path);
    const db = openDatabase(path, { readOnly: true });
    try {
      return readMeta(db, 'rebuild_id') === rebuildId;
    } finally {
      db.close();
    }
  } catch {
    return false; // Unreadable is what a rebuild is for: it is set aside.
  }
};

/** Throws `corrupt` or `not_supported` (newer) without having changed a byte. */
export const openMetadataDatabase = ({ dir, newIncarnation, rebuildId, wallMs }: OpenOptions): OpenedDatabase => {
  const path = `${dir}/${DATABASE_FILE}`;
  let setAside: string | undefined;
  if (rebuildId !== undefined && databaseExists(dir) && !(databaseExists(path) && belongsToRebuild(path, rebuildId))) {
    setAside = `${dir}.before-rebuild-${new Date(wallMs).toISOString().replaceAll(':', '-')}`;
    setDirectoryAside(dir, setAside);
  }
  if (databaseExists(path)) {
    inspect(path);
  } else {
    createDatabase(path, (db) => {
      migrate(db);
      const meta: Record<string, string> = { incarnation: newIncarnation, created_ms: String(wallMs), grant_seq: '0' };
      if (rebuildId !== undefined) Object.assign(meta, { rebuild_id: rebuildId, rebuild_state: 'running' });
      for (const [key, value] of Object.entries(meta)) db.run('INSERT INTO meta (key, value) VALUES (?, ?)', key, value);
    });
  }
  const db = openDatabase(path);
  migrate(db);
  return { db, ...(setAside !== undefined && { setAside }) };
};
