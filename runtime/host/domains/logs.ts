/** Log lines of every process. */
import { MIB } from '../../contract/units.ts';
import type { Handlers } from '../dispatcher.ts';
import type { LogStore } from '../log-store.ts';

/** The youngest lines are worth most; the log files in the data folder have all of them. */
const EXPORT_CHARS_MAX = 16 * MIB;

export const logHandlers = (logs: LogStore) =>
  ({
    'logs:query': (query) => ({ lines: logs.query(query) }),
    'logs:export': (query) => ({ filename: 'vstack-logs.jsonl', text: logs.exportText(query, EXPORT_CHARS_MAX) }),
  }) satisfies Partial<Handlers>;
