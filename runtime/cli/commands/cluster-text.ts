/** The cluster in words and tables. */
import type { ClusterStatus, ChildStatus, LaunchStep } from '../../contract/control/cluster.ts';
import { formatBytes, formatMs, formatPercent } from '../terminal/format.ts';
import type { Paint, Tone } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';

const PHASE_TONE: Record<string, Tone> = { ready: 'good', stopped: 'dim', crashed: 'bad', failed: 'bad' };
const toneOf = (phase: string): Tone => PHASE_TONE[phase] ?? 'warn';

const COLUMNS: readonly Column[] = [
  { title: 'PROCESS' }, { title: 'STATE' }, { title: 'PID', align: 'right' }, { title: 'CPU', align: 'right' }, { title: 'MEMORY', align: 'right' },
  { title: 'CHUNKS', align: 'right' }, { title: 'STORED', align: 'right' }, { title: 'UP', align: 'right' }, { title: 'RESTARTS', align: 'right' }, { title: 'ADDRESS' },
];

export const childrenTable = (children: readonly ChildStatus[], paint: Paint): string[] => {
  const rows = children.map((child) => [
    child.name,
    paint(toneOf(child.phase), child.phase),
    String(child.pid ?? '–'),
    formatPercent(child.cpuPercent),
    formatBytes(child.rssBytes),
    child.role === 'storage-node' ? String(child.chunkCount ?? '–') : '',
    child.role === 'storage-node' ? formatBytes(child.diskUsedBytes) : '',
    formatPercent(child.availability * 100, 1),
    String(child.restartCount),
    child.url ?? '–',
  ]);
  const problems = children.flatMap((child) => (child.problem ? [`${paint('warn', child.name)}: ${child.problem}`] : []));
  return [...formatTable(COLUMNS, rows, paint), ...(problems.length > 0 ? ['', ...problems] : [])];
};

export const statusLines = (status: ClusterStatus, hostPid: number, paint: Paint): string[] => {
  const pairs: [string, string][] = [
    ['cluster', paint(toneOf(status.phase), status.phase)],
    ['data', status.dataDir],
    ['host', `process ${hostPid}`],
    ['authentication', status.authentication],
  ];
  if (status.launchMs !== null) pairs.push(['launched in', formatMs(status.launchMs)]);
  if (status.problem) pairs.push(['problem', paint('bad', status.problem.detail)]);
  return [...formatPairs(pairs, paint), ...(status.children.length > 0 ? ['', ...childrenTable(status.children, paint)] : [])];
};

const STEP_MARK: Record<LaunchStep['phase'], [mark: string, tone: Tone]> = {
  waiting: ['·', 'dim'], running: ['…', 'warn'], done: ['✓', 'good'], failed: ['✗', 'bad'],
};

export const stepLine = ({ label, phase, tookMs, detail }: LaunchStep, paint: Paint): string => {
  const [mark, tone] = STEP_MARK[phase];
  return `  ${paint(tone, mark)} ${label.padEnd(26)}${formatMs(tookMs).padStart(8)}  ${paint('dim', detail ?? '')}`.trimEnd();
};
