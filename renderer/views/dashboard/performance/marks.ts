/** Which happenings stand on the time axis: those that explain a curve. */
import type { Happening } from '../../../../runtime/contract/control/happenings.ts';
import type { ChartMark } from '../../../charts/types.ts';

const SHOWN: readonly Happening['kind'][] = [
  'cluster-ready', 'cluster-degraded', 'cluster-stopped', 'launch-failed', 'process-died', 'process-ready', 'process-degraded', 'process-paused', 'process-stopped',
  'process-restarted', 'process-crashed', 'node-added', 'node-removed', 'stall', 'fail-over',
];

export const marksOf = (events: readonly Happening[]): ChartMark[] =>
  events
    .filter(({ kind }) => SHOWN.includes(kind))
    .map(({ atMs, tone, subject, text }) => ({ atMs, tone, label: subject && !text.includes(subject) ? `${subject}: ${text}` : text }));
