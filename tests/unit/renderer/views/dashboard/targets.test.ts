import { describe, expect, it } from 'vitest';
import type { MetricSummary } from '../../../../../runtime/contract/control/metrics.ts';
import type { SessionSummary } from '../../../../../renderer/stores/analytics.ts';
import { targetsOf, verdictOf } from '../../../../../renderer/views/dashboard/analytics/targets.ts';

const session = (overrides: Partial<SessionSummary> = {}): SessionSummary => ({
  sessionId: 's', videoId: 'v', title: 't', client: 'smart', door: 'page', startedAtMs: 0, phase: 'ended', positionSec: 60, durationSec: 60, bufferSec: 0, startupMs: 400,
  stallCount: 0, stalledMs: 0, playedMs: 60_000, throughputBitsPerSecond: 50e6, deliveredBytes: 9e6, wastedBytes: 0, requestCount: 6, failedRequestCount: 0, nodes: [], atMs: 0, isOver: true,
  bufferSecMean: 24, throughputBitsPerSecondMean: 50e6, ...overrides,
});
const times = { count: 10, p50: 1, p95: 8, p99: 12, max: 20 };
const summary: MetricSummary = {
  sinceMs: 0, uptimeMs: 3_600_000, readBytes: 0, writtenBytes: 0, requestCount: 10, requestMs: times, loadDeviation: 0.3,
  nodes: [1, 0.97].map((availability, index) => ({
    nodeId: `node-${index}`, availability, supervisorAvailability: availability, readBytes: 0, writtenBytes: 0, requestCount: 5, requestMs: times, restartCount: 0, diskUsedBytes: null,
  })),
};
const verdicts = (...input: Parameters<typeof targetsOf>): Record<string, string> => Object.fromEntries(targetsOf(...input).map((target) => [target.id, verdictOf(target).word]));

describe('targets against actual figures', () => {
  it('are neither met nor missed before anything was measured', () => {
    expect(new Set(Object.values(verdicts(null, [])))).toEqual(new Set(['Not measured']));
  });

  it('tell each its verdict, by the worst node where one node counts', () => {
    expect(verdicts(summary, [session()])).toEqual({
      startup: 'Met', rebuffering: 'Met', buffer: 'Met', throughput: 'Met', response: 'Met', load: 'Missed', availability: 'Missed',
    });
    expect(verdicts(summary, [session({ startupMs: 2_500, stallCount: 3, bufferSecMean: 12, throughputBitsPerSecondMean: 9e6 })])).toMatchObject({
      startup: 'Missed', rebuffering: 'Missed', buffer: 'Missed', throughput: 'Missed',
    });
  });

  it('do not judge availability by the first minutes, in which a start weighs too much', () => {
    expect(verdicts({ ...summary, uptimeMs: 60_000 }, []).availability).toBe('Not measured');
  });

  it('leave out pages that were opened and closed without playing', () => {
    const [startup] = targetsOf(summary, [session({ playedMs: 0, startupMs: 9_000 }), session({ startupMs: 300 })]);
    expect(startup).toMatchObject({ actual: 300, basis: 'mean of 1 session' });
  });

  it('judge throughput by what sessions reached on the whole, however slow the last seconds of the latest were', () => {
    const throughput = targetsOf(summary, [session({ throughputBitsPerSecond: 1e6, throughputBitsPerSecondMean: 60e6 }), session({ throughputBitsPerSecondMean: 40e6 })]).find(({ id }) => id === 'throughput')!;
    expect(throughput).toMatchObject({ actual: 50e6, basis: 'mean of 2 sessions' });
    expect(verdictOf(throughput).word).toBe('Met');
  });
});
