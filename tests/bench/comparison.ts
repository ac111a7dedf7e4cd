/**
 * Smart against naive, naive with a quick retry, random of two, and the oracle (docs/comparison.md has the method and what the figures mean). The
 * two main conditions run in real time: a cluster of 5 nodes in `vstack serve`, 30 blocks of one 15 s session per client over the link emulator,
 * orders, victims and seeds drawn from one seed. All conditions, these two again, run in virtual time as well, 100 blocks each: the same client
 * cores and link model, simulated, without processes or sockets. A target is judged by what was measured, whatever the interval.
 *
 * It takes an hour and a half, so it runs only when it is named. `--blocks=N` and `--virtual-blocks=N` change the samples, `--only=id,…` the
 * conditions; every report is kept as HTML and JSON in `out/comparison`, or in the folder of `--report=DIR`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { comparisonMetrics, type ComparisonMetric, type ComparisonReport, type ComparisonTarget, type TimeMode } from '../../runtime/contract/comparison.ts';
import { connectControl, type RemoteControl } from '../../runtime/client/control/websocket-client.ts';
import { comparisonConditions } from '../../runtime/lab/comparison/conditions.ts';
import { formatCount, formatInterval, formatMetric, formatP, formatValue } from '../../runtime/lab/comparison/words.ts';
import { startWebDoor } from '../e2e/web-door.ts';
import { printFigures, type Figure } from './lib/figures.ts';

const NODES = 5;
const SEED = 20_260_101;
const SESSION_SEC = 15;
const OVER = new Set(['ended', 'stopped', 'failed']);

const option = (name: string): string | undefined => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
const realBlocks = Number(option('blocks') ?? 30);
const virtualBlocks = Number(option('virtual-blocks') ?? 100);
const only = option('only')?.split(',');
const reportDir = resolve(option('report') ?? 'out/comparison');

const wanted = comparisonConditions.filter(({ id }) => only === undefined || only.includes(id));
const runs: { conditionId: string; timeMode: TimeMode; blocks: number }[] = [
  ...wanted.filter(({ isMain }) => isMain).map(({ id }) => ({ conditionId: id, timeMode: 'real' as const, blocks: realBlocks })),
  ...wanted.map(({ id }) => ({ conditionId: id, timeMode: 'virtual' as const, blocks: virtualBlocks })),
].filter(({ blocks }) => blocks > 0);

const compare = async (client: RemoteControl, { conditionId, timeMode, blocks }: (typeof runs)[number]): Promise<ComparisonReport> => {
  const done = Promise.withResolvers<string>();
  let toldBlock = -2;
  const stop = client.on('comparison:changed', ({ phase, reportId, problem, step, block, remainingSec }) => {
    if (block !== toldBlock) {
      toldBlock = block;
      console.error(`${conditionId} (${timeMode}): ${step}${remainingSec === null ? '' : `, ${Math.round(remainingSec)} s left`}`);
    }
    if (!OVER.has(phase)) return;
    if (reportId === null) done.reject(new Error(`${conditionId} (${timeMode}) ended without a report: ${problem ?? step}`));
    else done.resolve(reportId);
  });
  try {
    await client.call('comparison:start', { conditionId, timeMode, blocks, sessionSec: SESSION_SEC, seed: SEED });
    const id = await Promise.race([done.promise, client.closed.then(() => Promise.reject(new Error('The host ended meanwhile.')))]);
    await mkdir(reportDir, { recursive: true });
    for (const format of ['html', 'json'] as const) {
      const { filename, text } = await client.call('comparison:export', { id, format });
      await writeFile(join(reportDir, filename), text);
    }
    return await client.call('comparison:report', { id });
  } finally {
    stop();
  }
};

const labelOf = ({ condition, timeMode }: ComparisonReport): string => `${condition.name}${timeMode === 'virtual' ? ', virtual time' : ''}`;

/** In the unit of the figure's column, so that the target beside it can be compared. */
const scaled = ({ unit, measured: { value } }: ComparisonTarget): { value: number; unit: string } => {
  if (unit === 'share') return { value: value! * 100, unit: '%' };
  return unit === 'ms' ? { value: value! / 1000, unit: 's' } : { value: value!, unit: unit === 'ratio' ? '×' : '' };
};

const figureOf = (report: ComparisonReport, target: ComparisonTarget): Figure => {
  const name = `${labelOf(report)}: ${target.name}`;
  const interval = formatInterval(target.measured, target.unit === 'ratio' ? 'ratio' : target.unit === 'share' ? 'share' : target.unit === 'ms' ? 'ms' : 'count');
  const note = `n = ${target.n}${interval === '–' ? '' : `; 95 % ${interval}`}${target.note ? `; ${target.note}` : ''}`;
  if (target.isMet === null) return { name, value: '–', unit: '', note };
  // A bound of `<` is told by the next smaller one: the table knows `≤`.
  return { name, ...scaled(target), target: target.target.replace('<', '≤'), note };
};

const METRICS: readonly ComparisonMetric[] = ['start-up', 'chunk-p99', 'rebuffering', 'throughput', 'buffer-p5', 'extra-bytes', 'load-deviation'];

const clientTable = (report: ComparisonReport): string[] => [
  '', `**${labelOf(report)}**: ${report.condition.description} ${formatCount(report.blockCount, 'block')}, seed ${report.plan.seed}.`, '',
  `| client | ${METRICS.map((metric) => comparisonMetrics[metric].name).join(' | ')} | failed |`,
  `|---|${METRICS.map(() => '---:').join('|')}|---:|`,
  ...report.plan.clients.map((client) => {
    const cells = METRICS.map((metric) => formatMetric(report.clients.find((figure) => figure.client === client && figure.metric === metric)?.estimate.value ?? null, metric));
    return `| ${client} | ${cells.join(' | ')} | ${report.sessions.filter((session) => session.client === client && session.outcome === 'failed' && session.block >= 0).length} |`;
  }),
  '',
  '| smart against | figure | ratio | 95 % | median of pairs | won, lost, same | p | |',
  '|---|---|---:|---|---:|---|---:|---|',
  ...report.pairs
    .filter(({ metric }) => metric === 'start-up' || metric === 'chunk-p99' || metric === 'rebuffering')
    .map(({ against, metric, ratio, medianRatio, winCount, lossCount, tieCount, p, verdict }) =>
      `| ${against} | ${comparisonMetrics[metric].name} | ${formatValue(ratio.value, 'ratio')} | ${formatInterval(ratio, 'ratio')} | ${formatValue(medianRatio.value, 'ratio')} | ${winCount}, ${lossCount}, ${tieCount} | ${formatP(p)} | ${verdict} |`,
    ),
];

const door = await startWebDoor();
try {
  const { host, hash } = new URL(door.signInUrl);
  const client = await connectControl(`ws://${host}/control`, { token: new URLSearchParams(hash.slice(1)).get('token')! });
  if (runs.some(({ timeMode }) => timeMode === 'real')) await client.call('cluster:launch', { nodeCount: NODES });
  const reports: ComparisonReport[] = [];
  for (const run of runs) reports.push(await compare(client, run));
  client.close();
  printFigures('Smart vs naive', reports.flatMap((report) => report.targets.map((target) => figureOf(report, target))));
  if (!process.argv.includes('--json')) console.log(reports.flatMap(clientTable).join('\n'));
} finally {
  await door.stop();
}
