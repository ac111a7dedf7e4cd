/** What the project aims at, condition by condition. A target is judged by what was measured; its condition is never loosened. */
import type { ComparedClient, ComparisonCondition, ComparisonTarget, Estimate } from '../../contract/comparison.ts';
import { estimate } from '../../core/statistics/bootstrap.ts';
import { ratioOf } from '../../core/statistics/paired.ts';
import { percentileOf } from '../../core/scheduling/percentile.ts';
import { isCutOff, isInsideSession } from './conditions.ts';
import { steadyExtraBytes } from './metrics.ts';
import type { ClientMetrics } from './pairs.ts';
import { formatValue, isIndicative } from './words.ts';

const START_UP_RATIO_SLOW_NODE = 0.5;
const CHUNK_RATIO_SLOW_NODE = 0.2;
const HEALTHY_RATIO = 1.05;
const ORACLE_RATIO = 1.15;
const REBUFFERING_SHARE = 0.001;
const REBUFFERING_RATIO = 0.1;
/** Below this the naive client rebuffers too little for a ratio to mean anything. */
const NAIVE_REBUFFERING_SHARE = 0.01;
const EXTRA_STEADY_SHARE = 0.05;
const EXTRA_SHARE = 0.1;
const FAIL_OVER_MS_P99 = 2_500;
const FAIL_OVER_MS_MAX = 5_000;
/** With so much buffered no fault of one node may stop the picture. */
const SAFE_BUFFER_SEC = 15;

type Resamples = readonly (readonly number[])[];

interface Aim {
  id: string;
  name: string;
  unit: ComparisonTarget['unit'];
  bound: number;
  /** @default '≤' */
  sign?: '≤' | '<';
  measured: Estimate;
  n: number;
  /** Why this sample cannot tell. */
  untold?: string | null;
  note?: string | null;
}

const single = (value: number | null): Estimate => ({ value, low: null, high: null });

const targetOf = ({ id, name, unit, bound, sign = '≤', measured, n, untold = null, note = null }: Aim): ComparisonTarget => {
  const { value } = measured;
  const isTold = value !== null && untold === null;
  return {
    id, name, unit, n, measured,
    target: `${sign} ${formatValue(bound, unit)}`,
    isMet: isTold ? (sign === '<' ? value < bound : value <= bound) : null,
    note: untold ?? (value === null ? 'Nothing of this kind was measured.' : (note ?? (isIndicative(n) ? 'Indicative: fewer than 30 blocks.' : null))),
  };
};

export const comparisonTargets = (condition: ComparisonCondition, clients: readonly ClientMetrics[], resamples: Resamples): ComparisonTarget[] => {
  const find = (wanted: ComparedClient): ClientMetrics | undefined => clients.find(({ client }) => client === wanted);
  const [smart, naive, oracle] = [find('smart'), find('naive'), find('oracle')];
  if (smart === undefined) return [];
  const sessions = smart.sessions.filter((session) => session !== undefined);
  const n = sessions.length;
  const allBlocks = smart.sessions.map((_, block) => block);
  const hasFault = condition.fault !== null;
  const aims: Aim[] = [];

  const aimRatio = (metric: 'start-up' | 'chunk-p99', other: ClientMetrics | undefined, bound: number): void => {
    if (other === undefined) return;
    const what = metric === 'start-up' ? 'Start-up' : 'Chunk time, p99,';
    aims.push({ id: `${metric}-${other.client}`, name: `${what} against ${other.client}`, unit: 'ratio', bound, measured: estimate(ratioOf(smart.of[metric].statistic, other.of[metric].statistic), resamples), n });
  };
  if (condition.id === 'one-slow-node') {
    aimRatio('start-up', naive, START_UP_RATIO_SLOW_NODE);
    aimRatio('chunk-p99', naive, CHUNK_RATIO_SLOW_NODE);
  }
  if (!hasFault) {
    aimRatio('start-up', naive, HEALTHY_RATIO);
    aimRatio('chunk-p99', naive, HEALTHY_RATIO);
  }
  aimRatio('start-up', oracle, ORACLE_RATIO);
  aimRatio('chunk-p99', oracle, ORACLE_RATIO);

  if (hasFault) {
    const { statistic } = smart.of.rebuffering;
    aims.push({ id: 'rebuffering', name: 'Rebuffering', unit: 'share', bound: REBUFFERING_SHARE, measured: estimate(statistic, resamples), n });
    if (naive !== undefined) {
      const naiveShare = naive.of.rebuffering.statistic(allBlocks);
      const isWorthwhile = naiveShare !== null && naiveShare > NAIVE_REBUFFERING_SHARE;
      aims.push({
        id: 'rebuffering-naive', name: 'Rebuffering against naive', unit: 'ratio', bound: REBUFFERING_RATIO, measured: estimate(ratioOf(statistic, naive.of.rebuffering.statistic), resamples), n,
        untold: isWorthwhile ? null : `Naive rebuffers ${formatValue(naiveShare, 'share')}: it holds where that is more than 1 %.`,
      });
    }
  }
  aims.push({ id: 'extra-bytes-steady', name: 'Extra bytes, steady', unit: 'share', bound: EXTRA_STEADY_SHARE, measured: estimate(steadyExtraBytes(smart.sessions), resamples), n });
  aims.push({ id: 'extra-bytes', name: 'Extra bytes', unit: 'share', bound: EXTRA_SHARE, measured: estimate(smart.of['extra-bytes'].statistic, resamples), n });

  if (isCutOff(condition)) {
    const failOverMs = sessions.flatMap((session) => session.failOverMs ?? []);
    const note = `${failOverMs.length} of ${n} faults met open requests.`;
    aims.push({ id: 'fail-over-p99', name: 'Bytes from elsewhere, p99', unit: 'ms', bound: FAIL_OVER_MS_P99, measured: single(percentileOf(failOverMs, 0.99)), n: failOverMs.length, note });
    aims.push({ id: 'fail-over-max', name: 'Bytes from elsewhere, at worst', unit: 'ms', bound: FAIL_OVER_MS_MAX, sign: '<', measured: single(percentileOf(failOverMs, 1)), n: failOverMs.length, note });
  }
  if (isInsideSession(condition)) {
    const safe = sessions.filter(({ bufferSecAtFault }) => bufferSecAtFault !== null && bufferSecAtFault >= SAFE_BUFFER_SEC);
    const stallCount = safe.reduce((sum, session) => sum + (session.stallCountAfterFault ?? 0), 0);
    aims.push({
      id: 'stalls-with-buffer', name: 'Stalls with 15 s buffered at the fault', unit: 'count', bound: 0, measured: single(safe.length === 0 ? null : stallCount), n: safe.length,
      untold: safe.length === 0 ? 'No session had 15 s buffered when the fault came.' : null,
    });
  }
  return aims.map(targetOf);
};
