/** Log lines of every process. */
import { MIB } from '../../contract/units.ts';
import type { Handlers } from '../dispatcher.ts';
import type { LogStore } from '../log-store.ts';

/** The youngest lines are worth most; the log files in the data folder have all of them. */
const EXPORT_CHARS_MAX = 16 * MIB;

export const logHandlers = (logs: LogStore) =>
  ({
    'logs:query': async ({ search, ...query }) => ({ lines: search ? await logs.search({ ...query, search }) : logs.query(query) }),
    'logs:export': async (query) => ({ filename: 'vstack-logs.jsonl', text: await logs.exportText(query, EXPORT_CHARS_MAX) }),
  }) satisfies Partial<Handlers>;
