/** `vstack logs`: the youngest lines of every process, with --follow those that come, with --export into a file. */
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RemoteControl } from '../../client/control/websocket-client.ts';
import type { LogLevel, LogLine } from '../../contract/control/logs.ts';
import { VStackError } from '../../contract/errors.ts';
import { compileSearch, searchedTextOf } from '../../contract/log-search.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { formatCount } from '../terminal/format.ts';
import { printable, type Paint, type Tone } from '../terminal/style.ts';
import { attached } from './status.ts';

export interface LogsOptions {
  /** Any of these. */
  source?: string[];
  level: LogLevel;
  search?: string;
  limit?: number;
  follow: boolean;
  exportTo?: string;
}

/** As many as a person reads. */
const LINES_SHOWN = 200;
/** The host answers with at most so many at once. */
const PAGE_LINES = 10_000;

const TONE: Record<LogLevel, Tone> = { debug: 'dim', info: 'strong', warn: 'warn', error: 'bad' };
const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

const SOURCE_WIDTH = 10;

const logLine = ({ atMs, level, source, message, fields }: LogLine, paint: Paint): string => {
  const time = new Date(atMs).toISOString().slice(11, 23);
  const rest = fields ? ` ${paint('dim', printable(JSON.stringify(fields)))}` : '';
  return `${paint('dim', time)} ${paint(TONE[level], level.padEnd(5))} ${source.padEnd(SOURCE_WIDTH)} ${printable(message)}${rest}`;
};

/**
 * Of the sources that said nothing: a process that has not said anything yet is known all the same; one that was removed is, while lines of
 * it are kept. @throws VStackError not_found
 */
const assertKnown = async (client: RemoteControl, sources: readonly string[] | undefined, lines: readonly LogLine[]): Promise<void> => {
  const silent = (sources ?? []).filter((name) => !lines.some((line) => line.source === name));
  if (silent.length === 0) return;
  const { children } = await client.call('cluster:status', {});
  const known = ['host', ...children.map(({ name }) => name)];
  for (const source of silent.filter((name) => !known.includes(name))) {
    const { lines: kept } = await client.call('logs:query', { source, level: 'debug', limit: 1 });
    if (kept.length === 0) throw new VStackError('not_found', `There is no source ${source}; known: ${known.join(', ')}.`);
  }
};

const filterOf = ({ source, level, search }: LogsOptions) => ({ level, ...(source && { sources: source }), ...(search !== undefined && { search }) });

/** Page after page into the past; oldest first. */
const queryAll = async (client: RemoteControl, options: LogsOptions, signal: AbortSignal): Promise<LogLine[]> => {
  const pages: LogLine[][] = [];
  let left = options.limit ?? Infinity;
  for (let beforeSequence: number | undefined; left > 0; ) {
    const limit = Math.min(left, PAGE_LINES);
    const { lines } = await client.call('logs:query', { ...filterOf(options), limit, ...(beforeSequence !== undefined && { beforeSequence }) }, { signal });
    pages.unshift(lines);
    left -= lines.length;
    beforeSequence = lines[0]?.sequence;
    if (lines.length < limit) break;
  }
  return pages.flat();
};

const exportLogs = async (client: RemoteControl, options: LogsOptions & { exportTo: string }, { output, signal }: CliContext): Promise<void> => {
  const path = resolve(options.exportTo);
  const lines = await queryAll(client, options, signal);
  await assertKnown(client, options.source, lines);
  try {
    await pipeline(Readable.from(lines.map((line) => `${JSON.stringify(line)}\n`)), createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (cause) {
    if (signal.aborted) throw new VStackError('cancelled', `The export to ${path} was cancelled.`, { cause });
    throw new VStackError('forbidden', `Could not write ${path}: ${(cause as Error).message}.`, { cause });
  }
  output.result({ path, lineCount: lines.length }, [`Wrote ${formatCount(lines.length, 'line')} to ${path}. The files in the data folder reach further back.`]);
};

const followLogs = async (client: RemoteControl, options: LogsOptions, { output, signal }: CliContext): Promise<void> => {
  const { source, level, search } = options;
  const expression = search === undefined ? undefined : compileSearch(search);
  let lastSequence = 0;
  const isWanted = (line: LogLine): boolean =>
    line.sequence > lastSequence && RANK[line.level] >= RANK[level] && (!source || source.includes(line.source)) && (!expression || expression.test(searchedTextOf(line)));
  const tell = (lines: readonly LogLine[]): void => {
    for (const line of lines.filter(isWanted)) {
      lastSequence = line.sequence;
      output.event('line', line, [logLine(line, output.paint)]);
    }
  };
  // Subscribed before the past is asked for, so that nothing falls between the two; what comes meanwhile waits for its turn.
  let early: LogLine[] | undefined = [];
  client.on('logs:lines', (batch) => {
    if (early) early.push(...batch.lines);
    else tell(batch.lines);
    if (batch.droppedCount > 0) output.event('dropped', { droppedCount: batch.droppedCount }, [output.paint('dim', `  … ${batch.droppedCount} lines left out; the files in the data folder have them`)]);
  });
  const { lines } = await client.call('logs:query', { ...filterOf(options), limit: options.limit ?? LINES_SHOWN });
  await assertKnown(client, source, lines);
  tell(lines);
  tell(early);
  early = undefined;
  const ended = new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  await Promise.race([ended, client.closed]);
  output.result({ followedUntil: lastSequence }, []);
};

export const runLogs = (options: LogsOptions, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    const { exportTo, follow } = options;
    if (exportTo !== undefined && follow) throw new VStackError('bad_request', 'Both --export and --follow were given; an export has an end. Leave one of them out.');
    if (exportTo !== undefined) return exportLogs(client, { ...options, exportTo }, context);
    if (follow) return followLogs(client, options, context);
    const lines = await queryAll(client, { ...options, limit: options.limit ?? LINES_SHOWN }, signal);
    await assertKnown(client, options.source, lines);
    output.result({ lines }, lines.map((line) => logLine(line, output.paint)));
  });
