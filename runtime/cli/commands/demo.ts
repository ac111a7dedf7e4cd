/** `vstack demo`: the five scenarios in turn with both clients, while the dashboard shows it. */
import type { DemoRow, DemoStatus } from '../../contract/control/comparison.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { formatMs, formatPercent } from '../terminal/format.ts';
import { formatBar } from '../terminal/progress-bar.ts';
import type { Paint } from '../terminal/style.ts';
import { formatTable, type Column } from '../terminal/table.ts';
import { follow, withHost } from './with-host.ts';

const OVER = new Set<DemoStatus['phase']>(['ended', 'stopped', 'failed']);
const MBIT = 1_000_000;

const COLUMNS: readonly Column[] = [
  { title: 'SCENARIO' }, { title: 'CLIENT' }, { title: 'START-UP', align: 'right' }, { title: 'STALLS', align: 'right' }, { title: 'REBUFFERING', align: 'right' }, { title: 'THROUGHPUT', align: 'right' }, { title: 'BUFFER P5', align: 'right' },
];

const cells = ({ scenarioName, client, phase, startupMs, stallCount, rebufferingShare, throughputBitsPerSecond, bufferSecP5 }: DemoRow, paint: Paint): string[] => [
  scenarioName, client,
  phase === 'failed' ? paint('bad', 'failed') : formatMs(startupMs), String(stallCount), formatPercent(rebufferingShare === null ? null : rebufferingShare * 100, 2),
  throughputBitsPerSecond === null ? '–' : `${(throughputBitsPerSecond / MBIT).toFixed(1)} Mbit/s`, bufferSecP5 === null ? '–' : `${bufferSecP5.toFixed(1)} s`,
];

const isDone = ({ phase }: DemoRow): boolean => phase === 'done' || phase === 'failed';

const tellProgress = ({ output }: CliContext): ((status: DemoStatus) => void) => {
  let toldCount = 0;
  return (status) => {
    const { rows, step, elapsedSec, totalSec } = status;
    const done = rows.filter(isDone);
    for (const row of done.slice(toldCount)) output.event('session', row, [`${row.scenarioName}, ${row.client}: start-up ${formatMs(row.startupMs)}, ${row.stallCount} stalls`]);
    toldCount = done.length;
    output.status(`${formatBar((elapsedSec / totalSec) * 100)}  ${step}`);
  };
};

export const runDemo = ({ video: videoId }: { video?: string }, context: CliContext): CommandResult =>
  withHost(context, { needsCluster: true }, async ({ client, closed, pageUrl }) => {
    const { output, signal } = context;
    const start = async (): Promise<DemoStatus> => {
      const first = await client.call('demo:start', videoId === undefined ? {} : { videoId }, { signal });
      output.event('started', { totalSec: first.totalSec, pageUrl }, [
        `Five scenarios with both clients, ${formatMs(first.totalSec * 1000)}.`,
        ...(pageUrl === null ? [] : [`Watch it on the dashboard: ${pageUrl}&view=/dashboard`]),
      ]);
      return first;
    };
    const last = await follow<DemoStatus>({
      start, closed, signal, isOver: ({ phase }) => OVER.has(phase), onStatus: tellProgress(context),
      on: (callback) => client.on('demo:changed', callback), stop: () => client.call('demo:stop', {}),
    });
    if (last.phase === 'failed') throw new VStackError('unavailable', `The demo ended early: ${last.problem ?? last.step}`);
    output.result({ phase: last.phase, rows: last.rows }, ['', ...formatTable(COLUMNS, last.rows.filter(isDone).map((row) => cells(row, output.paint)), output.paint)]);
    return signal.aborted ? exitCode.cancelled : exitCode.ok;
  });
