import { expect, test } from 'vitest';
import { chunkOf, measuredOf, nodesOf } from '../../../../renderer/playback/measure.ts';
import { createNodeMeter } from '../../../../runtime/client/node-meter.ts';
import { PlaybackChunk, PlaybackReport } from '../../../../runtime/contract/control/playback.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const measuredNodes = () => {
  let nowMs = 0;
  const meter = createNodeMeter(() => nowMs);
  meter.know(['node-1', 'node-2', 'node-3']);
  const request = meter.observe('node-1', 125_000);
  nowMs += 10;
  request.handleFirstByte();
  nowMs += 100;
  request.handleBytes(125_000);
  request.handleSuccess();
  meter.observe('node-2', 1).handleFailure();
  return meter;
};

test('a node is healthy unless it is avoided or the last word from it was a failure', () => {
  const healthy = (avoided: string) => nodesOf(measuredNodes(), { isAvoided: (nodeId) => nodeId === avoided }).map((node) => node.healthy);
  expect(healthy('')).toEqual([true, false, true]);
  expect(healthy('node-3')).toEqual([true, false, false]);
});

test('what is measured is what the contract takes, unknown figures as null', () => {
  const figures = { startupMs: null, stallCount: 0, stalledMs: 0, playedMs: 0 };
  const measured = measuredOf({ phase: 'playing', positionSec: 1, durationSec: 60, bufferSec: 9, figures, nodes: measuredNodes(), source: undefined });
  const report = { ...measured, sessionId: 's', videoId: 'v', title: 't', client: 'round-robin', door: 'page', startedAtMs: 1, chunks: [] };
  expect(PlaybackReport.safeParse(report).error).toBeUndefined();
  expect(measured).toMatchObject({ requestCount: 2, failedRequestCount: 1, deliveredBytes: 125_000 });
  expect(measured.nodes.map((node) => node.score?.toFixed(2) ?? null)).toEqual(['5.00', null, null]);
});

test('a chunk names who gave it and who was asked in vain', () => {
  const attempts = [{ nodeId: 'node-2', tookMs: 3, error: 'answered 503' }, { nodeId: 'node-1', tookMs: 9, error: null }];
  const chunk = chunkOf({ chunk: makeManifest().chunks[0]!, nodeId: 'node-1', tookMs: 9, firstByteMs: 2, attempts }, 77);
  expect(PlaybackChunk.safeParse(chunk).error).toBeUndefined();
  expect(chunk).toMatchObject({ sequence: 0, nodeId: 'node-1', atMs: 77, failedNodeIds: ['node-2'] });
});
