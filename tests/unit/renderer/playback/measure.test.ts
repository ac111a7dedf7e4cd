import { expect, test } from 'vitest';
import { chunkOf, measuredOf, nodesOf } from '../../../../renderer/playback/measure.ts';
import { measurementsOf, throughputOf } from '../../../../runtime/core/client/state.ts';
import { PlaybackChunk, PlaybackReport } from '../../../../runtime/contract/control/playback.ts';
import { createMachine, facts } from '../../../fixtures/client-machine.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

/** A client that got 125 kB of node-1 and nothing of node-2. */
const measured = () => {
  const machine = createMachine({ client: 'naive', chunks: [facts(0, { sizeBytes: 125_000 }), facts(1, { sizeBytes: 125_000 })] });
  const [first, second] = machine.open();
  machine.feed({ kind: 'failed', requestId: second!.requestId, reason: 'answered 500' });
  machine.serve(first!, 10, 100);
  const { state } = machine;
  return {
    machine,
    source: {
      client: () => state.client,
      nodes: () => measurementsOf(state, machine.nowMs()),
      totals: () => state.totals,
      throughputBitsPerSecond: () => throughputOf(state, machine.nowMs()),
    },
  };
};

test('a node is healthy unless its breaker is open or the last word from it was a failure', () => {
  const healthy = (openNodeId: string) => {
    const { machine, source } = measured();
    if (openNodeId !== '') machine.state.nodes.get(openNodeId)!.breaker.openUntilMs = Infinity;
    return nodesOf(source).map((node) => node.healthy);
  };
  expect(healthy('')).toEqual([true, false, true]);
  expect(healthy('node-3')).toEqual([true, false, false]);
});

test('what is measured is what the contract takes, unknown figures as null', () => {
  const figures = { startupMs: null, stallCount: 0, stalledMs: 0, playedMs: 0 };
  const told = measuredOf({ phase: 'playing', positionSec: 1, durationSec: 60, bufferSec: 9, figures, source: measured().source });
  const report = { ...told, sessionId: 's', videoId: 'v', title: 't', door: 'page', startedAtMs: 1, chunks: [] };
  expect(PlaybackReport.safeParse(report).error).toBeUndefined();
  expect(told).toMatchObject({ client: 'naive', requestCount: 3, failedRequestCount: 1, deliveredBytes: 125_000, wastedBytes: 0 });
  expect(told.nodes.map((node) => node.score?.toFixed(2) ?? null)).toEqual(['5.00', null, null]);
});

test('a chunk names who gave it, who was asked in vain, and why', () => {
  const attempts = [{ nodeId: 'node-2', tookMs: 3, error: 'answered 503' }, { nodeId: 'node-1', tookMs: 9, error: null }];
  const chunk = chunkOf({
    chunk: makeManifest().chunks[0]!, sequence: 0, nodeId: 'node-1', sources: [{ nodeId: 'node-1', sizeBytes: 1_000 }], askedAtMs: 0, tookMs: 9, firstByteMs: 2, attempts,
    hedged: false, failedOver: true, code: 'quickest', why: 'quickest of 3, 9 ms expected; failed over from node-2',
  }, 77);
  expect(PlaybackChunk.safeParse(chunk).error).toBeUndefined();
  expect(chunk).toMatchObject({ sequence: 0, nodeId: 'node-1', atMs: 77, failedNodeIds: ['node-2'], failedOver: true, why: expect.stringContaining('failed over') });
});
