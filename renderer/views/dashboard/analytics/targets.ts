/** V-Stack's targets beside what was measured. What was not measured is said so; it is neither met nor missed. */
import type { MetricSummary } from '../../../../runtime/contract/control/metrics.ts';
import { THROUGHPUT_TARGET_BITS_PER_SECOND } from '../../../../runtime/contract/playback-marks.ts';
import type { SessionSummary } from '../../../stores/analytics.ts';
import { megabits, percent, type Quantity, span } from '../../../format/quantity.ts';
import type { Look } from '../../../theme/status.ts';

export interface Target {
  id: string;
  label: string;
  /** Of what: the condition the figure holds under. */
  basis: string;
  /** Null: not measured. */
  actual: number | null;
  target: number;
  /** Whether more is better. */
  isFloor: boolean;
  format: (value: number | null) => Quantity;
}

const STARTUP_MS = 2_000;
const REBUFFERING_COUNT = 1;
const BUFFER_SEC = 20;
const RESPONSE_MS_P95 = 50;
const LOAD_DEVIATION = 0.15;
const AVAILABILITY = 0.99;
/** A start of a second or two counts as down time: in the first minutes it says more than anything that happened. */
export const AVAILABILITY_MS_MIN = 5 * 60_000;

const mean = (values: readonly number[]): number | null => (values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null);
const known = <T, V>(rows: readonly T[], pick: (row: T) => V | null): V[] => rows.map(pick).filter((value): value is V & NonNullable<V> => value !== null);

const seconds = (value: number | null): Quantity => ({ value: value === null ? '–' : value.toFixed(1), unit: value === null ? '' : 's' });
const count = (value: number | null): Quantity => ({ value: value === null ? '–' : value.toFixed(value % 1 === 0 ? 0 : 2), unit: '' });
const share = (value: number | null): Quantity => percent(value === null ? null : value * 100);

/** Sessions that moved a picture; a page that was opened and closed says nothing about playback. */
const played = (sessions: readonly SessionSummary[]): SessionSummary[] => sessions.filter((session) => session.playedMs > 0);

export const targetsOf = (summary: MetricSummary | null, all: readonly SessionSummary[]): Target[] => {
  const sessions = played(all);
  const basis = sessions.length === 0 ? 'no session yet' : `mean of ${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}`;
  return [
    { id: 'startup', label: 'Start-up', basis, actual: mean(known(sessions, (session) => session.startupMs)), target: STARTUP_MS, isFloor: false, format: span },
    { id: 'rebuffering', label: 'Stalls', basis: sessions.length === 0 ? basis : `${basis}, each`, actual: mean(sessions.map((session) => session.stallCount)), target: REBUFFERING_COUNT, isFloor: false, format: count },
    { id: 'buffer', label: 'Buffer while playing', basis, actual: mean(known(sessions, (session) => session.bufferSecMean)), target: BUFFER_SEC, isFloor: true, format: seconds },
    { id: 'throughput', label: 'Throughput', basis, actual: mean(known(sessions, (session) => session.throughputBitsPerSecondMean)), target: THROUGHPUT_TARGET_BITS_PER_SECOND, isFloor: true, format: megabits },
    { id: 'response', label: 'Request time, p95', basis: 'all nodes, since launch', actual: summary?.requestMs.p95 ?? null, target: RESPONSE_MS_P95, isFloor: false, format: span },
    { id: 'load', label: 'Load deviation', basis: 'bytes read from each node', actual: summary?.loadDeviation ?? null, target: LOAD_DEVIATION, isFloor: false, format: share },
    {
      id: 'availability', label: 'Availability, worst node', basis: 'from heartbeats, once five minutes are recorded', actual: (summary?.uptimeMs ?? 0) < AVAILABILITY_MS_MIN ? null : Math.min(...known(summary?.nodes ?? [], (node) => node.availability), Infinity), target: AVAILABILITY, isFloor: true,
      format: share,
    },
  ].map((target) => (target.actual !== null && Number.isFinite(target.actual) ? target : { ...target, actual: null }));
};

export const verdictOf = ({ actual, target, isFloor }: Pick<Target, 'actual' | 'target' | 'isFloor'>): Look => {
  if (actual === null) return { tone: 'idle', word: 'Not measured' };
  return (isFloor ? actual >= target : actual <= target) ? { tone: 'ok', word: 'Met' } : { tone: 'warn', word: 'Missed' };
};
