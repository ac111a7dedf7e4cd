/** `vstack metrics`, `events` and `sessions`: what is measured, what happened, how playback went. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Happening } from '../../contract/control/happenings.ts';
import type { MetricSample, MetricSummary } from '../../contract/control/metrics.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { formatBytes, formatMs, formatPercent, formatRate } from '../terminal/format.ts';
import { printable, type Paint, type Tone } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';
import { attached } from './status.ts';

const NODE_COLUMNS: readonly Column[] = [
  { title: 'NODE' }, { title: 'STATE' }, { title: 'CPU', align: 'right' }, { title: 'MEMORY', align: 'right' }, { title: 'READ', align: 'right' }, { title: 'WRITTEN', align: 'right' },
  { title: 'REQUESTS', align: 'right' }, { title: 'P95', align: 'right' }, { title: 'PING', align: 'right' }, { title: 'AVAILABLE', align: 'right' },
];

const share = (value: number | null): string => formatPercent(value === null ? null : value * 100, 2);

const sampleLines = ({ nodes }: MetricSample, paint: Paint): string[] =>
  formatTable(
    NODE_COLUMNS,
    nodes.map((node) => [
      node.name, node.phase, formatPercent(node.cpuPercent, 1), formatBytes(node.rssBytes), formatRate(node.readBytesPerSecond), formatRate(node.writtenBytesPerSecond),
      node.requestsPerSecond === null ? '–' : `${node.requestsPerSecond.toFixed(1)}/s`, formatMs(node.requestMsP95), formatMs(node.pingMs), share(node.availability),
    ]),
    paint,
  );

const summaryLines = (summary: MetricSummary, paint: Paint): string[] =>
  formatPairs(
    [
      ['running', formatMs(summary.uptimeMs)],
      ['read', formatBytes(summary.readBytes)],
      ['written', formatBytes(summary.writtenBytes)],
      ['requests', `${summary.requestCount}, p50 ${formatMs(summary.requestMs.p50)}, p95 ${formatMs(summary.requestMs.p95)}, p99 ${formatMs(summary.requestMs.p99)}`],
      ['load', summary.loadDeviation === null ? '–' : `${formatPercent(summary.loadDeviation * 100, 1)} deviation over the nodes`],
    ],
    paint,
  );

export const runMetrics = ({ exportTo }: { exportTo?: string }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    if (exportTo !== undefined) {
      const { text } = await client.call('metrics:export', {}, { signal: context.signal });
      const path = resolve(exportTo);
      await writeFile(path, text).catch((cause: Error) => {
        throw new VStackError('bad_request', `${path} cannot be written: ${cause.message}. Name a file in a folder that exists.`, { cause });
      });
      return context.output.result({ path, sizeBytes: Buffer.byteLength(text) }, [`Wrote ${formatBytes(Buffer.byteLength(text))} to ${path}.`]);
    }
    const [{ sample }, summary] = await Promise.all([client.call('metrics:latest', {}), client.call('metrics:summary', {})]);
    const { paint } = context.output;
    const lines = sample ? [...summaryLines(summary, paint), '', ...sampleLines(sample, paint)] : ['Nothing is measured yet: launch a cluster with `vstack up`.'];
    context.output.result({ sample, summary }, lines);
  });

const TONES: Record<Happening['tone'], Tone> = { ok: 'good', warn: 'warn', bad: 'bad', idle: 'dim', busy: 'strong' };

const happeningLine = ({ atMs, tone, subject, text }: Happening, paint: Paint): string =>
  `${paint('dim', new Date(atMs).toISOString().slice(0, 19).replace('T', ' '))}  ${paint(TONES[tone], printable(subject ? `${subject} ${text}` : text))}`;

export const runEvents = ({ limit, follow }: { limit: number; follow: boolean }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    const { events } = await client.call('events:list', { limit }, { signal });
    const oldestFirst = [...events].reverse();
    if (!follow) return output.result({ events: oldestFirst }, oldestFirst.length > 0 ? oldestFirst.map((event) => happeningLine(event, output.paint)) : ['Nothing has happened yet.']);
    for (const event of oldestFirst) output.event('happened', event, [happeningLine(event, output.paint)]);
    client.on('events:added', ({ events: added }) => {
      for (const event of added) output.event('happened', event, [happeningLine(event, output.paint)]);
    });
    const ended = new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
    await Promise.race([ended, client.closed]);
    output.result({ followed: true }, []);
  });

const SESSION_COLUMNS: readonly Column[] = [
  { title: 'STARTED' }, { title: 'DOOR' }, { title: 'CLIENT' }, { title: 'STATE' }, { title: 'START-UP', align: 'right' }, { title: 'STALLS', align: 'right' },
  { title: 'PLAYED', align: 'right' }, { title: 'BUFFER', align: 'right' }, { title: 'DELIVERED', align: 'right' }, { title: 'TITLE' },
];

export const runSessions = ({ limit }: { limit: number }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { sessions } = await client.call('playback:sessions', { limit }, { signal: context.signal });
    const rows = sessions.map((session) => [
      new Date(session.startedAtMs).toISOString().slice(11, 19), session.door, session.client, session.isOver ? 'over' : session.phase, formatMs(session.startupMs),
      String(session.stallCount), formatMs(session.playedMs), session.bufferSecMean === null ? '–' : `${session.bufferSecMean.toFixed(1)} s`, formatBytes(session.deliveredBytes), printable(session.title),
    ]);
    context.output.result({ sessions }, rows.length > 0 ? formatTable(SESSION_COLUMNS, rows, context.output.paint) : ['Nothing was played yet. Open a video in `vstack serve`, or `vstack play ID`.']);
  });
