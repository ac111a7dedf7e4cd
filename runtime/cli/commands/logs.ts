/** `vstack logs`: the youngest lines of every process, and with --follow those that come. */
import type { RemoteControl } from '../../client/control/websocket-client.ts';
import type { LogLevel, LogLine } from '../../contract/control/logs.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { printable, type Paint, type Tone } from '../terminal/style.ts';

export interface LogsOptions {
  source?: string;
  level: LogLevel;
  limit: number;
  follow: boolean;
}

const TONE: Record<LogLevel, Tone> = { debug: 'dim', info: 'strong', warn: 'warn', error: 'bad' };
const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

const SOURCE_WIDTH = 10;

const logLine = ({ atMs, level, source, message, fields }: LogLine, paint: Paint): string => {
  const time = new Date(atMs).toISOString().slice(11, 23);
  const rest = fields ? ` ${paint('dim', printable(JSON.stringify(fields)))}` : '';
  return `${paint('dim', time)} ${paint(TONE[level], level.padEnd(5))} ${source.padEnd(SOURCE_WIDTH)} ${printable(message)}${rest}`;
};

/** A process that has not said anything yet is known all the same; one that was removed is, while lines of it are kept. @throws VStackError not_found */
const assertKnown = async (client: RemoteControl, source: string): Promise<void> => {
  const [{ children }, { lines }] = await Promise.all([client.call('cluster:status', {}), client.call('logs:query', { source, level: 'debug', limit: 1 })]);
  const known = ['host', ...children.map(({ name }) => name)];
  if (lines.length > 0 || known.includes(source)) return;
  throw new VStackError('not_found', `There is no source ${source}; known: ${known.join(', ')}.`);
};

export const runLogs = ({ source, level, limit, follow }: LogsOptions, context: CliContext): CommandResult =>
  context.attach().then(async (client) => {
    const { output, signal } = context;
    let lastSequence = 0;
    const tell = (lines: readonly LogLine[]): void => {
      for (const line of lines) {
        const isWanted = line.sequence > lastSequence && RANK[line.level] >= RANK[level] && (source === undefined || line.source === source);
        if (!isWanted) continue;
        lastSequence = line.sequence;
        output.event('line', line, [logLine(line, output.paint)]);
      }
    };
    try {
      const { lines } = await client.call('logs:query', { level, limit, ...(source !== undefined && { source }) });
      if (lines.length === 0 && source !== undefined) await assertKnown(client, source);
      if (!follow) return output.result({ lines }, lines.map((line) => logLine(line, output.paint)));
      tell(lines);
      client.on('logs:lines', (batch) => {
        tell(batch.lines);
        if (batch.droppedCount > 0) output.event('dropped', { droppedCount: batch.droppedCount }, [output.paint('dim', `  … ${batch.droppedCount} lines left out; the files in the data folder have them`)]);
      });
      const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await Promise.race([ended, client.closed]);
      output.result({ followedUntil: lastSequence }, []);
    } finally {
      client.close();
    }
  });
