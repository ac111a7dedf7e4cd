/** `vstack compare`: clients against each other, told block by block, with a report at the end. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ClientKind } from '../../contract/client-kind.ts';
import { comparisonMetrics, type ComparisonReport, type ComparisonTarget, type PairFigure, type ReportFormat } from '../../contract/comparison.ts';
import type { ComparisonStatus, SessionPoint } from '../../contract/control/comparison.ts';
import type { ControlClient } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { formatCount, formatMs, formatPercent } from '../terminal/format.ts';
import { formatBar } from '../terminal/progress-bar.ts';
import { printable, type Paint, type Tone } from '../terminal/style.ts';
import { formatTable, type Column } from '../terminal/table.ts';
import { follow, withHost } from './with-host.ts';

export interface CompareOptions {
  condition: string;
  clients?: ClientKind[];
  blocks?: number;
  session?: number;
  seed?: number;
  video?: string;
  virtual: boolean;
  report?: string;
  format: ReportFormat[];
}

const MBIT = 1_000_000;
const OVER = new Set<ComparisonStatus['phase']>(['ended', 'stopped', 'failed']);

const POINT_COLUMNS: readonly Column[] = [
  { title: 'BLOCK', align: 'right' }, { title: 'CLIENT' }, { title: 'START-UP', align: 'right' }, { title: 'REBUFFERING', align: 'right' }, { title: 'THROUGHPUT', align: 'right' }, { title: 'BUFFER P5', align: 'right' },
];
const POINT_WIDTHS = [5, 12, 10, 11, 12, 9];

const pointCells = ({ block, client, startupMs, isStarted, rebufferingShare, throughputBitsPerSecond, bufferSecP5, outcome }: SessionPoint): string[] => [
  String(block + 1), client, outcome === 'failed' ? 'failed' : isStarted ? formatMs(startupMs) : `> ${formatMs(startupMs)}`,
  formatPercent(rebufferingShare === null ? null : rebufferingShare * 100, 2),
  throughputBitsPerSecond === null ? '–' : `${(throughputBitsPerSecond / MBIT).toFixed(1)} Mbit/s`, bufferSecP5 === null ? '–' : `${bufferSecP5.toFixed(1)} s`,
];
/** Rows come one by one, so their widths are stated and not measured. */
const fixedLine = (cells: readonly string[]): string => cells.map((cell, index) => (POINT_COLUMNS[index]!.align === 'right' ? cell.padStart(POINT_WIDTHS[index]!) : cell.padEnd(POINT_WIDTHS[index]!))).join('  ').trimEnd();

const short = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));
const ratioText = ({ ratio: { value, low, high } }: PairFigure): string => (value === null ? '–' : `${short(value)}× (${short(low)} to ${short(high)})`);

const liveText = (pairs: readonly PairFigure[]): string =>
  pairs
    .filter(({ metric }) => metric === 'start-up')
    .map((pair) => `${pair.client}/${pair.against} ${ratioText(pair)}`)
    .join(', ');

const tellProgress = ({ output }: CliContext): ((status: ComparisonStatus) => void) => {
  let toldBlock = -1;
  let hasHeader = false;
  return (status) => {
    const { phase, points, block, plan, pairs, sessionsDone, sessionCount, remainingSec, step, session } = status;
    const isJustNow = { phase, step, block, sessionsDone, sessionCount, elapsedSec: status.elapsedSec, remainingSec, session };
    if (output.isJson) output.event('progress', isJustNow);
    const fresh = points.filter((point) => point.block > toldBlock);
    if (fresh.length > 0) {
      toldBlock = Math.max(...fresh.map((point) => point.block));
      const lines = fresh.map((point) => fixedLine(pointCells(point)));
      if (!hasHeader) lines.unshift(output.paint('dim', fixedLine(POINT_COLUMNS.map(({ title }) => title))));
      hasHeader = true;
      output.event('block', { points: fresh }, lines);
    }
    const share = sessionCount === 0 ? 0 : (sessionsDone / sessionCount) * 100;
    const rest = remainingSec === null ? '' : `, ${formatMs(remainingSec * 1000)} left`;
    output.status(`${formatBar(share)}  ${step}${plan ? rest : ''}${pairs.length > 0 ? `  start-up ${liveText(pairs)}` : ''}`);
  };
};

const TARGET_COLUMNS: readonly Column[] = [{ title: 'TARGET' }, { title: 'AIM' }, { title: 'MEASURED', align: 'right' }, { title: 'N', align: 'right' }, { title: '' }];

const measuredText = ({ measured: { value }, unit }: ComparisonTarget): string => {
  if (value === null) return '–';
  return unit === 'ratio' ? `${value.toFixed(3)}×` : unit === 'share' ? formatPercent(value * 100, 2) : unit === 'ms' ? formatMs(value) : String(value);
};
const metText = ({ isMet, note }: ComparisonTarget, paint: Paint): string => (isMet === null ? paint('dim', note ?? 'cannot be told') : isMet ? paint('good', 'met') : paint('bad', 'missed'));

const PAIR_COLUMNS: readonly Column[] = [
  { title: 'FIGURE' }, { title: 'PAIR' }, { title: 'RATIO', align: 'right' }, { title: 'P', align: 'right' }, { title: 'N', align: 'right' }, { title: '' },
];
const VERDICTS: Readonly<Record<PairFigure['verdict'], [Tone, string]>> = { better: ['good', 'better'], worse: ['bad', 'worse'], even: ['dim', 'the same'], unclear: ['dim', 'not clear'] };

const reportLines = (report: ComparisonReport, paths: readonly string[], paint: Paint): string[] => {
  const { condition, timeMode, blockCount, plan, pairs, targets, verdict } = report;
  const pairRows = pairs.map((pair) => {
    const [tone, word] = VERDICTS[pair.verdict];
    return [comparisonMetrics[pair.metric].name, `${pair.client} / ${pair.against}`, ratioText(pair), pair.p === null ? '–' : pair.p < 0.0001 ? '< 0.0001' : pair.p.toFixed(4), String(pair.n), paint(tone, word)];
  });
  return [
    '',
    `${paint('strong', condition.name)}${timeMode === 'virtual' ? paint('warn', ' in virtual time') : ''}: ${formatCount(blockCount, 'block')} of ${plan.sessionSec} s, seed ${plan.seed}, ${printable(plan.videoTitle)}`,
    '',
    ...formatTable(PAIR_COLUMNS, pairRows, paint),
    ...(targets.length > 0 ? ['', ...formatTable(TARGET_COLUMNS, targets.map((target) => [target.name, target.target, measuredText(target), String(target.n), metText(target, paint)]), paint)] : []),
    '',
    ...verdict.filter(({ tone }) => tone === 'note').map(({ text }) => paint('warn', printable(text))),
    ...paths.map((path) => `Report: ${path}`),
  ];
};

const saveReports = async (client: ControlClient, id: string, { report: folder, format }: CompareOptions): Promise<string[]> => {
  if (folder === undefined) return [];
  const dir = resolve(folder);
  const paths: string[] = [];
  try {
    await mkdir(dir, { recursive: true });
    for (const one of format) {
      const { filename, text } = await client.call('comparison:export', { id, format: one });
      paths.push(join(dir, filename));
      await writeFile(paths.at(-1)!, text);
    }
  } catch (cause) {
    if (cause instanceof VStackError) throw cause;
    throw new VStackError('bad_request', `The report cannot be written to ${dir}: ${(cause as Error).message}. Name a folder that can be.`, { cause });
  }
  return paths;
};

export const runCompare = (options: CompareOptions, context: CliContext): CommandResult =>
  withHost(context, { needsCluster: !options.virtual }, async ({ client, closed }) => {
    const { output, signal } = context;
    const { condition: conditionId, clients, blocks, session: sessionSec, seed, video: videoId, virtual } = options;
    const wish = {
      conditionId, timeMode: virtual ? ('virtual' as const) : ('real' as const),
      ...(clients && { clients }), ...(blocks !== undefined && { blocks }), ...(sessionSec !== undefined && { sessionSec }), ...(seed !== undefined && { seed }), ...(videoId !== undefined && { videoId }),
    };
    const last = await follow<ComparisonStatus>({
      start: () => client.call('comparison:start', wish, { signal }), closed, signal, isOver: ({ phase }) => OVER.has(phase), onStatus: tellProgress(context),
      on: (callback) => client.on('comparison:changed', callback), stop: () => client.call('comparison:stop', {}),
    });
    if (last.reportId === null) throw new VStackError(signal.aborted ? 'cancelled' : 'unavailable', `${last.problem ?? last.step} The network is back to normal.`);
    const report = await client.call('comparison:report', { id: last.reportId });
    const paths = await saveReports(client, report.id, options);
    const { sessions: _sessions, ...figures } = report;
    output.result({ ...figures, files: paths }, reportLines(report, paths, output.paint));
    if (last.problem !== null) output.warning(last.problem);
    if (signal.aborted) return exitCode.cancelled;
    if (!report.isComplete) return exitCode.usage;
    return report.targets.some(({ isMet }) => isMet === false) ? exitCode.targetMissed : exitCode.ok;
  });

const CONDITION_COLUMNS: readonly Column[] = [{ title: 'CONDITION' }, { title: 'WHAT IT IS' }];
const CLIENT_COLUMNS: readonly Column[] = [{ title: 'CLIENT' }, { title: 'WHAT IT DOES' }];
const REPORT_COLUMNS: readonly Column[] = [{ title: 'REPORT' }, { title: 'BLOCKS', align: 'right' }, { title: 'TARGETS' }];

export const runCompareList = (context: CliContext): CommandResult =>
  withHost(context, { needsCluster: false }, async ({ client }) => {
    const { output } = context;
    const [{ conditions, clients }, { reports }] = await Promise.all([client.call('comparison:conditions', {}), client.call('comparison:reports', {})]);
    const reportRows = reports.map(({ id, blockCount, targetCount, missedCount }) => [id, String(blockCount), targetCount === 0 ? '–' : missedCount === 0 ? output.paint('good', 'none missed') : output.paint('bad', `${missedCount} missed`)]);
    output.result({ conditions, clients, reports }, [
      ...formatTable(CONDITION_COLUMNS, conditions.map(({ id, description }) => [id, description]), output.paint), '',
      ...formatTable(CLIENT_COLUMNS, clients.map(({ id, description }) => [id, description]), output.paint), '',
      ...(reportRows.length > 0 ? formatTable(REPORT_COLUMNS, reportRows, output.paint) : ['No comparison is saved yet.']),
    ]);
  });
