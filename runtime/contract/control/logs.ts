/** Log lines of every process, batched. */
import { z } from 'zod';
import { defineCall } from './call.ts';

export const LogLevel = z.enum(['debug', 'info', 'warn', 'error']);
export type LogLevel = z.infer<typeof LogLevel>;

export const LogLine = z.object({
  /** Counts the lines this host has seen; a gap means lines were dropped. */
  sequence: z.number().int(),
  atMs: z.number(),
  level: LogLevel,
  /** `host`, `metadata`, `uploader`, or the node's id. */
  source: z.string(),
  message: z.string(),
  /** The remaining fields of the JSON line. */
  fields: z.record(z.string(), z.unknown()).optional(),
});
export type LogLine = z.infer<typeof LogLine>;

export const logCalls = {
  'logs:query': defineCall({
    input: z.object({
      source: z.string().optional(),
      /** Any of these; together with `source` both must fit. */
      sources: z.array(z.string()).max(64).optional(),
      /** A regular expression, matched against the message and the JSON of the fields, ignoring case. */
      search: z.string().max(200).optional(),
      level: LogLevel.default('info'),
      afterSequence: z.number().int().optional(),
      /** Only older lines: how a view reaches back. */
      beforeSequence: z.number().int().optional(),
      limit: z.number().int().min(1).max(10_000).default(500),
    }),
    output: z.object({ lines: z.array(LogLine) }),
    needs: 'read',
    summary: 'The youngest log lines, oldest first.',
  }),
  'logs:export': defineCall({
    input: z.object({
      source: z.string().optional(),
      /** These three as in `logs:query`. */
      sources: z.array(z.string()).max(64).optional(),
      search: z.string().max(200).optional(),
      level: LogLevel.default('debug'),
    }),
    output: z.object({ filename: z.string(), text: z.string() }),
    needs: 'read',
    summary: 'The log lines that the host still holds, as text, one JSON object a line.',
  }),
} as const;

export const logEvents = {
  'logs:lines': z.object({ lines: z.array(LogLine), droppedCount: z.number().int() }),
} as const;
