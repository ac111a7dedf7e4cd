/** Log lines of every process. */
import type { Handlers } from '../dispatcher.ts';
import type { LogStore } from '../log-store.ts';

export const logHandlers = (logs: LogStore) =>
  ({ 'logs:query': (query) => ({ lines: logs.query(query) }) }) satisfies Partial<Handlers>;
