/** A comparison as CSV: one row for each session, the warm-up included, so that anybody can count for themselves. */
import type { ComparisonReport, ComparisonSession } from '../../../contract/comparison.ts';
import { csvLine, type CsvField } from '../../../core/csv.ts';
import { percentileOf } from '../../../core/scheduling/percentile.ts';

type Row = [title: string, field: (session: ComparisonSession, report: ComparisonReport) => CsvField];

const columns: readonly Row[] = [
  ['condition', (_session, { condition }) => condition.id],
  ['time mode', (_session, { timeMode }) => timeMode],
  ['block (-1 is the warm-up)', ({ block }) => block],
  ['place in block', ({ place }) => place],
  ['client', ({ client }) => client],
  ['counted', ({ block }, { blockCount }) => block >= 0 && block < blockCount],
  ['outcome', ({ outcome }) => outcome],
  ['problem', ({ problem }) => problem],
  ['seed', ({ seed }) => seed],
  ['victim', ({ victimId }) => victimId],
  ['fault (ms after play)', ({ faultAtMs }) => faultAtMs],
  ['started (UTC)', ({ startedAtMs }, { timeMode }) => (timeMode === 'virtual' ? null : new Date(startedAtMs).toISOString())],
  ['took (ms)', ({ tookMs }) => tookMs],
  ['began to play', ({ isStarted }) => isStarted],
  ['start-up (ms)', ({ startupMs }) => startupMs],
  ['stalls', ({ stallCount }) => stallCount],
  ['stalled (ms)', ({ stalledMs }) => stalledMs],
  ['played (ms)', ({ playedMs }) => playedMs],
  ['rebuffering (0-1)', ({ rebufferingShare }) => rebufferingShare],
  ['throughput (bit/s)', ({ throughputBitsPerSecond }) => throughputBitsPerSecond],
  ['buffer p5 (s)', ({ bufferSecP5 }) => bufferSecP5],
  ['buffer mean (s)', ({ bufferSecMean }) => bufferSecMean],
  ['buffer below 15 s (0-1)', ({ bufferLowShare }) => bufferLowShare],
  ['chunks', ({ chunkMs }) => chunkMs.length],
  ['chunk time p50 (ms)', ({ chunkMs }) => percentileOf(chunkMs, 0.5)],
  ['chunk time max (ms)', ({ chunkMs }) => percentileOf(chunkMs, 1)],
  ['delivered (bytes)', ({ deliveredBytes }) => deliveredBytes],
  ['wasted (bytes)', ({ wastedBytes }) => wastedBytes],
  ['requests', ({ requestCount }) => requestCount],
  ['failed requests', ({ failedRequestCount }) => failedRequestCount],
  ['hedges', ({ hedgeCount }) => hedgeCount],
  ['bytes from elsewhere (ms)', ({ failOverMs }) => failOverMs],
  ['buffer at fault (s)', ({ bufferSecAtFault }) => bufferSecAtFault],
  ['stalls after fault', ({ stallCountAfterFault }) => stallCountAfterFault],
];

export const toCsv = (report: ComparisonReport): string => {
  const { sessions, nodeIds } = report;
  const loadOf = (session: ComparisonSession): number[] => nodeIds.map((nodeId) => session.load.find((entry) => entry.nodeId === nodeId)?.bytes ?? 0);
  const header = csvLine([...columns.map(([title]) => title), ...nodeIds.map((nodeId) => `from ${nodeId} (bytes)`)]);
  return header + sessions.map((session) => csvLine([...columns.map(([, field]) => field(session, report)), ...loadOf(session)])).join('');
};
