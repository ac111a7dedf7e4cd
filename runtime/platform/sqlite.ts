/**
 * SQLite, wrapped once: WAL, `synchronous = FULL`, cached statements, and a group commit.
 *
 * A durable transaction costs one sync whatever it holds, so the writes of concurrent requests are gathered and committed together:
 * `write(work)` runs `work` inside the next group and resolves only after that group's COMMIT has returned. Each piece of work has a
 * savepoint of its own: one that throws is undone and rejected alone.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { VStackError } from '../contract/errors.ts';
import { ensurePrivateFile } from './permissions.ts';

export type SqlValue = SQLInputValue;

/** One group holds at most this many pieces of work, so that the first of a burst does not wait for the last. */
const GROUP_COUNT_MAX = 256;

/** Milliseconds to wait for another process that holds the database; the host's lock normally excludes one. */
const BUSY_TIMEOUT_MS = 2000;

export interface Database {
  readonly path: string;
  /** The first row, or undefined. Rows are plain objects with the column names of the query. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...values: SqlValue[]): Row[];
  /** Returns how many rows were changed. Outside `write` and `transaction` it is a durable transaction of its own. */
  run(sql: string, ...values: SqlValue[]): number;
  /** Several statements without values: schema changes. */
  exec(sql: string): void;
  /** All or nothing, at once. Inside another transaction it is a savepoint of it. */
  transaction<T>(work: () => T): T;
  /** All or nothing in the next group; resolves with what `work` returned once it is durable. `work` must not await. */
  write<T>(work: () => T): Promise<T>;
  /** Problems that SQLite finds in the file; empty when it is sound. */
  findDamage(): string[];
  /** Commits what is queued, then closes. */
  close(): void;
}

export interface DatabaseOptions {
  /** Opens without ever changing the file. */
  readOnly?: boolean;
}

interface Pending {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Outcome = { pending: Pending; value: unknown } | { pending: Pending; error: unknown };

const openFile = (path: string, options: DatabaseOptions): DatabaseSync => {
  try {
    // The write-ahead log and the shared memory take over the mode of the file.
    if (!options.readOnly && path !== ':memory:') ensurePrivateFile(path);
    const connection = new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: BUSY_TIMEOUT_MS });
    // Savepoints keep their undo pages in temporary files unless told otherwise: a system call or two for every piece of work.
    connection.exec('PRAGMA temp_store = MEMORY;');
    if (!options.readOnly) connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    return connection;
  } catch (cause) {
    throw new VStackError('corrupt', `The database ${path} could not be opened: ${(cause as Error).message}.`, { cause });
  }
};

/** Opens (and unless `readOnly` creates) the database at `path`. Throws `corrupt` when the file is no database. */
export const openDatabase = (path: string, options: DatabaseOptions = {}): Database => {
  const connection = openFile(path, options);
  const statements = new Map<string, StatementSync>();
  let queue: Pending[] = [];
  let isScheduled = false;
  let depth = 0;

  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = connection.prepare(sql)));
    return statement;
  };

  const transaction = <T>(work: () => T): T => {
    const [begin, commit, undo] =
      depth === 0
        ? ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']
        : [`SAVEPOINT level${depth}`, `RELEASE level${depth}`, `ROLLBACK TO level${depth}; RELEASE level${depth}`];
    prepare(begin).run();
    depth++;
    try {
      const value = work();
      prepare(commit).run();
      return value;
    } catch (error) {
      // A failed COMMIT may already have rolled everything back by itself.
      if (connection.isTransaction) connection.exec(undo);
      throw error;
    } finally {
      depth--;
    }
  };

  const attempt = (pending: Pending): Outcome => {
    try {
      return { pending, value: transaction(pending.work) };
    } catch (error) {
      return { pending, error };
    }
  };

  const flush = (): void => {
    isScheduled = false;
    const group = queue.slice(0, GROUP_COUNT_MAX);
    queue = queue.slice(GROUP_COUNT_MAX);
    if (queue.length > 0) schedule();
    let outcomes: Outcome[];
    try {
      outcomes = transaction(() => group.map(attempt));
    } catch (error) {
      outcomes = group.map((pending) => ({ pending, error }));
    }
    for (const outcome of outcomes) {
      if ('error' in outcome) outcome.pending.reject(outcome.error);
      else outcome.pending.resolve(outcome.value);
    }
  };

  // After the poll phase: whatever requests arrived in the same turn of the event loop share the group.
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => isScheduled && flush());
  };

  return {
    path,
    get: <Row>(sql: string, ...values: SqlValue[]) => prepare(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: SqlValue[]) => prepare(sql).all(...values) as Row[],
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    exec: (sql) => connection.exec(sql),
    transaction,
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
        schedule();
      }),
    findDamage() {
      const rows = connection.prepare('PRAGMA integrity_check(10)').all() as { integrity_check: string }[];
      return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
    },
    close() {
      while (queue.length > 0) flush();
      statements.clear();
      connection.close();
    },
  };
};
