import { describe, expect, it } from 'vitest';
import type { SessionResult } from '../../../../runtime/client/session/types.ts';
import { ComparisonSession } from '../../../../runtime/contract/comparison.ts';
import type { PlannedSession } from '../../../../runtime/contract/lab-worker.ts';
import { conditionOf } from '../../../../runtime/lab/comparison/conditions.ts';
import { failedRecordOf, recordOf } from '../../../../runtime/lab/comparison/record.ts';

const planned: PlannedSession = { block: 3, place: 1, client: 'naive', seed: 7, victimId: 'node-2', faultAtMs: 400 };
const fault = { nodeId: 'node-2', atMs: 402, openCount: 1, isSettled: true, recoveredMs: 900, otherNodeMs: 200 };
const result = (overrides: Partial<SessionResult> = {}): SessionResult => ({
  client: 'naive', videoId: 'v', seed: 7, endedBy: 'limit', tookMs: 15_000, startupMs: 600, stalls: [{ atMs: 300, positionSec: 0, tookMs: 50 }, { atMs: 5_000, positionSec: 4, tookMs: 450 }], stalledMs: 500, playedMs: 13_900,
  rebufferRatio: 500 / 14_400, throughputBitsPerSecond: 20e6, buffer: { p5Sec: 3, meanSec: 12, lowShare: 0.4, targetAtMs: null, fetchedAtMs: null, samples: [] },
  chunks: [{ sequence: 0, sizeBytes: 10, askedAtMs: 0, atMs: 600, tookMs: 600, firstByteMs: 200, sources: [], failures: [], hedged: false, failedOver: false, why: '' }],
  nodes: [{ nodeId: 'node-1', sizeBytes: 900, requestCount: 3, failureCount: 0 }], deliveredBytes: 900, wastedBytes: 100, steady: { deliveredBytes: 400, wastedBytes: 10 }, requestCount: 4, failedRequestCount: 1, hedgeCount: 2,
  hedgeWinCount: 1, failOverCount: 1, faults: [fault], ...overrides,
});
const record = (overrides: Partial<SessionResult> = {}, conditionId = 'node-killed', session = planned): ComparisonSession =>
  ComparisonSession.parse(recordOf({ session, condition: conditionOf(conditionId), result: result(overrides), startedAtMs: 5, bufferSecAtFault: 2.5 }));

describe('the record of a session', () => {
  it('is what it measured', () => {
    expect(record()).toMatchObject({
      block: 3, place: 1, client: 'naive', faultAtMs: 402, outcome: 'completed', startupMs: 600, isStarted: true, stallCount: 2, rebufferingShare: 500 / 14_400, chunkMs: [600],
      load: [{ nodeId: 'node-1', bytes: 900 }], steadyDeliveredBytes: 400, steadyWastedBytes: 10, failOverMs: 900, bufferSecAtFault: 2.5, stallCountAfterFault: 1,
    });
  });

  it('counts as throughput only what was of use', () => {
    expect(record().throughputBitsPerSecond).toBe(18e6);
    expect(record({ throughputBitsPerSecond: null }).throughputBitsPerSecond).toBeNull();
    expect(record({ deliveredBytes: 0, wastedBytes: 0 }).throughputBitsPerSecond).toBeNull();
  });

  it('that never began counts its length as start-up, and no rebuffering', () => {
    expect(record({ startupMs: null, stalls: [], stalledMs: 0, playedMs: 0, rebufferRatio: 0 })).toMatchObject({ isStarted: false, startupMs: 15_000, rebufferingShare: null });
  });

  it('counts bytes that never came from elsewhere until its end, and nothing where nothing was owed', () => {
    expect(record({ faults: [{ ...fault, isSettled: false, recoveredMs: null }] }).failOverMs).toBe(15_000 - 402);
    expect(record({ faults: [{ ...fault, openCount: 0, recoveredMs: null }] }).failOverMs).toBeNull();
    expect(record({}, 'packet-loss').failOverMs).toBeNull();
    expect(record({ faults: [] })).toMatchObject({ failOverMs: null, faultAtMs: null, stallCountAfterFault: null });
  });

  it('knows a fault that was there from the start', () => {
    expect(record({ faults: [] }, 'one-slow-node', { ...planned, faultAtMs: 0 })).toMatchObject({ faultAtMs: 0, failOverMs: null, stallCountAfterFault: null });
  });

  it('of one that could not be played says so, and flatters nobody', () => {
    expect(ComparisonSession.parse(failedRecordOf(planned, 15, 5, 'the worker died'))).toMatchObject({ outcome: 'failed', problem: 'the worker died', startupMs: 15_000, isStarted: false, rebufferingShare: null, faultAtMs: null });
  });
});
