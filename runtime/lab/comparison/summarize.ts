/** Everything a comparison tells, out of its sessions: the same while it runs (with fewer resamples) and in its report. */
import type { ComparisonReport, ComparisonTarget, PairFigure } from '../../contract/comparison.ts';
import type { LabInput, LabOutput } from '../../contract/lab-worker.ts';
import { percentileOf } from '../../core/scheduling/percentile.ts';
import { drawResamples } from '../../core/statistics/bootstrap.ts';
import { seededRandom } from '../../platform/random.ts';
import { isCutOff } from './conditions.ts';
import { clientFigures, clientMetrics, improvementSummary, pairFigures } from './pairs.ts';
import { comparisonTargets } from './targets.ts';
import { formatCount, formatValue, isIndicative, nameOf } from './words.ts';

/** `blockCount` are the complete ones. */
export type SummarizeRequest = LabInput<'summarize'>;
export type ComparisonFigures = LabOutput<'summarize'>;

type Verdict = ComparisonReport['verdict'];

/** The metrics a verdict is about; the others stand in the tables. */
const VERDICT_METRICS = ['start-up', 'chunk-p99', 'rebuffering', 'throughput', 'buffer-p5', 'extra-bytes'];
const ORDER: Record<string, number> = { better: 0, worse: 0, unclear: 1, even: 2 };

const notesOf = ({ sessions, clients, blockCount, plannedBlockCount }: SummarizeRequest): Verdict => {
  const counted = sessions.filter(({ block }) => block >= 0 && block < blockCount);
  const texts: string[] = [];
  if (blockCount < plannedBlockCount) texts.push(`It was ended early: ${blockCount} of ${formatCount(plannedBlockCount, 'block')} are complete, and only these count.`);
  if (blockCount > 0 && isIndicative(blockCount)) texts.push(`Indicative: 30 blocks carry a verdict, this has ${blockCount}.`);
  for (const client of clients) {
    const own = counted.filter((session) => session.client === client);
    const failed = own.filter(({ outcome }) => outcome === 'failed');
    if (failed.length > 0) texts.push(`${nameOf(client)} failed in ${failed.length} of ${formatCount(own.length, 'session')} (${failed[0]!.problem ?? 'for a reason it did not tell'}); they count as they were.`);
    const late = own.filter(({ isStarted, outcome }) => !isStarted && outcome === 'completed');
    if (late.length > 0) texts.push(`${nameOf(client)} never began to play in ${late.length} of ${formatCount(own.length, 'session')}; its start-up counts as the length of the session, at the least.`);
  }
  return texts.map((text) => ({ tone: 'note', text }));
};

const missesOf = (targets: readonly ComparisonTarget[]): Verdict =>
  targets.flatMap(({ isMet, name, target, measured, unit }) => (isMet === false ? [{ tone: 'worse' as const, text: `Target missed: ${name} ${formatValue(measured.value, unit)}, aimed at ${target}.` }] : []));

const verdictOf = (pairs: readonly PairFigure[]): Verdict =>
  pairs
    .filter(({ metric, n }) => n > 0 && VERDICT_METRICS.includes(metric))
    .map(({ verdict: tone, text }) => ({ tone, text }))
    .sort((a, b) => ORDER[a.tone]! - ORDER[b.tone]!);

export const summarize = (request: SummarizeRequest): ComparisonFigures => {
  const { condition, clients, nodeIds, sessions, blockCount, seed, resampleCount } = request;
  const resamples = drawResamples(blockCount, seededRandom(seed), blockCount === 0 ? 0 : resampleCount);
  const metrics = clients.map((client) => clientMetrics(client, sessions, blockCount, nodeIds));
  const pairs = blockCount === 0 ? [] : pairFigures(metrics, resamples);
  const targets = blockCount === 0 ? [] : comparisonTargets(condition, metrics, resamples);
  const failOver = isCutOff(condition)
    ? metrics.map(({ client, sessions: own }) => {
        const values = own.flatMap((session) => session?.failOverMs ?? []);
        return { client, n: values.length, p50Ms: percentileOf(values, 0.5), p99Ms: percentileOf(values, 0.99), maxMs: percentileOf(values, 1) };
      })
    : [];
  return {
    clients: blockCount === 0 ? [] : metrics.flatMap((one) => clientFigures(one, resamples)),
    pairs,
    improvement: improvementSummary(pairs),
    failOver,
    targets,
    verdict: [...missesOf(targets), ...verdictOf(pairs), ...notesOf(request)],
  };
};
