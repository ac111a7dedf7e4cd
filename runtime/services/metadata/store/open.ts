/**
 * Opens the metadata database, or refuses to: a file that is damaged, foreign or newer than this program is left exactly as it is, because
 * going on with an empty or half-read one would forget grants and acknowledged commits.
 */
import { VStackError } from '../../../contract/errors.ts';
import { openDatabase, type Database } from '../../../platform/sqlite.ts';
import { createDatabase, databaseExists, setDirectoryAside } from '../../../platform/sqlite-files.ts';
import { getMeta } from './meta.ts';
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
  setAside: string | undefined;
  /** The nodes that database knew, as far as it could still be read. */
  previousNodeIds: string[];
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

/** Whether the database at `path` was begun by this very rebuild. One that cannot be read was not. */
const belongsToRebuild = (path: string, rebuildId: string): boolean => {
  try {
    inspect(path);
    const db = openDatabase(path, { readOnly: true });
    try {
      return getMeta(db, 'rebuild_id') === rebuildId;
    } finally {
      db.close();
    }
  } catch {
    return false; // Unreadable is what a rebuild is for: it is set aside.
  }
};

/** A rebuild wants to hear all nodes that the lost database knew; what is left of it may still tell. */
const readNodeIds = (path: string): string[] => {
  try {
    const db = openDatabase(path, { readOnly: true });
    try {
      return db.all<{ node_id: string }>('SELECT node_id FROM nodes').map((row) => row.node_id);
    } finally {
      db.close();
    }
  } catch {
    return []; // Damaged beyond reading: the nodes tell of themselves when they register.
  }
};

/** Throws `corrupt` or `not_supported` (newer) without having changed a byte. */
export const openMetadataDatabase = ({ dir, newIncarnation, rebuildId, wallMs }: OpenOptions): OpenedDatabase => {
  const path = `${dir}/${DATABASE_FILE}`;
  let setAside: string | undefined;
  let previousNodeIds: string[] = [];
  if (rebuildId !== undefined && databaseExists(dir) && !(databaseExists(path) && belongsToRebuild(path, rebuildId))) {
    setAside = `${dir}.before-rebuild-${new Date(wallMs).toISOString().replaceAll(':', '-')}`;
    setDirectoryAside(dir, setAside);
    previousNodeIds = readNodeIds(`${setAside}/${DATABASE_FILE}`);
  }
  if (databaseExists(path)) {
    inspect(path);
  } else {
    createDatabase(path, (db) => {
      migrate(db);
      const meta: Record<string, string> = { incarnation: newIncarnation, created_ms: String(wallMs), grant_seq: '0' };
      if (rebuildId !== undefined) {
        Object.assign(meta, { rebuild_id: rebuildId, rebuild_state: 'running', rebuild_nodes: previousNodeIds.join(' ') });
      }
      for (const [key, value] of Object.entries(meta)) db.run('INSERT INTO meta (key, value) VALUES (?, ?)', key, value);
    });
  }
  const db = openDatabase(path);
  migrate(db);
  // Kept in the database, since a restart in the middle of the rebuild has nothing to read them from.
  previousNodeIds = (getMeta(db, 'rebuild_nodes') ?? '').split(' ').filter(Boolean);
  return { db, setAside, previousNodeIds };
};
