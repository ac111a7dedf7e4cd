/** Log lines of every process. */
import type { Handlers } from '../dispatcher.ts';
import type { LogStore } from '../log-store.ts';

export const logHandlers = (logs: LogStore) =>
  ({
    'logs:query': (query) => ({ lines: logs.query(query) }),
    'logs:export': ({ source, level }) => ({
      filename: 'vstack-logs.jsonl',
      text: logs.query({ level, limit: Number.MAX_SAFE_INTEGER, ...(source !== undefined && { source }) }).map((line) => `${JSON.stringify(line)}\n`).join(''),
    }),
  }) satisfies Partial<Handlers>;
