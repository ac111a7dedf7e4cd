/** What a played session leaves for the comparison. */
import type { SessionFault, SessionResult } from '../../client/session/types.ts';
import type { ComparisonCondition, ComparisonSession } from '../../contract/comparison.ts';
import type { PlannedSession } from '../../contract/lab-worker.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { isCutOff, isInsideSession } from './conditions.ts';

export interface PlayedSession {
  session: PlannedSession;
  condition: ComparisonCondition;
  result: SessionResult;
  startedAtMs: number;
  /** Buffered when the fault came; null: it did not come inside the session. */
  bufferSecAtFault: number | null;
}

const plannedFacts = ({ block, place, client, seed, victimId }: PlannedSession): Pick<ComparisonSession, 'block' | 'place' | 'client' | 'seed' | 'victimId'> => ({ block, place, client, seed, victimId });

/** Of a fault before the session nothing is marked in it. */
const faultAtMsOf = ({ faultAtMs }: PlannedSession, markedAtMs: number | undefined): number | null => (faultAtMs === 0 ? 0 : (markedAtMs ?? null));

/** What was owed and never came counts until the end. */
const failOverMsOf = ({ isSettled, recoveredMs, atMs }: SessionFault, tookMs: number): number | null => (isSettled ? recoveredMs : tookMs - atMs);

/** A session tells of all bytes; what was downloaded in vain is no throughput. */
const usefulThroughputOf = ({ throughputBitsPerSecond, deliveredBytes, wastedBytes }: SessionResult): number | null =>
  throughputBitsPerSecond === null || deliveredBytes + wastedBytes === 0 ? null : (throughputBitsPerSecond * deliveredBytes) / (deliveredBytes + wastedBytes);

export const recordOf = ({ session, condition, result, startedAtMs, bufferSecAtFault }: PlayedSession): ComparisonSession => {
  const [fault] = result.faults;
  const isStarted = result.startupMs !== null;
  return {
    ...plannedFacts(session),
    faultAtMs: faultAtMsOf(session, fault?.atMs),
    startedAtMs,
    tookMs: result.tookMs,
    outcome: 'completed',
    problem: null,
    startupMs: result.startupMs ?? result.tookMs,
    isStarted,
    stallCount: result.stalls.length,
    stalledMs: result.stalledMs,
    playedMs: result.playedMs,
    rebufferingShare: isStarted ? result.rebufferRatio : null,
    throughputBitsPerSecond: usefulThroughputOf(result),
    bufferSecP5: result.buffer.p5Sec,
    bufferSecMean: result.buffer.meanSec,
    bufferLowShare: result.buffer.lowShare,
    chunkMs: result.chunks.map(({ tookMs }) => tookMs),
    deliveredBytes: result.deliveredBytes,
    wastedBytes: result.wastedBytes,
    steadyDeliveredBytes: result.steady.deliveredBytes,
    steadyWastedBytes: result.steady.wastedBytes,
    requestCount: result.requestCount,
    failedRequestCount: result.failedRequestCount,
    hedgeCount: result.hedgeCount,
    load: result.nodes.map(({ nodeId, sizeBytes }) => ({ nodeId, bytes: sizeBytes })),
    failOverMs: fault !== undefined && isCutOff(condition) ? failOverMsOf(fault, result.tookMs) : null,
    bufferSecAtFault,
    stallCountAfterFault: isInsideSession(condition) && fault !== undefined ? result.stalls.filter(({ atMs }) => atMs >= fault.atMs).length : null,
  };
};

/** A session that could not be run to its end: nothing of it was measured, so it counts as one that never began. */
export const failedRecordOf = (session: PlannedSession, sessionSec: number, startedAtMs: number, problem: string): ComparisonSession => ({
  ...plannedFacts(session),
  faultAtMs: session.faultAtMs === 0 ? 0 : null,
  startedAtMs,
  tookMs: sessionSec * SECOND_MS,
  outcome: 'failed',
  problem,
  startupMs: sessionSec * SECOND_MS,
  isStarted: false,
  stallCount: 0,
  stalledMs: 0,
  playedMs: 0,
  rebufferingShare: null,
  throughputBitsPerSecond: null,
  bufferSecP5: null,
  bufferSecMean: null,
  bufferLowShare: null,
  chunkMs: [],
  deliveredBytes: 0,
  wastedBytes: 0,
  steadyDeliveredBytes: 0,
  steadyWastedBytes: 0,
  requestCount: 0,
  failedRequestCount: 0,
  hedgeCount: 0,
  load: [],
  failOverMs: null,
  bufferSecAtFault: null,
  stallCountAfterFault: null,
});
