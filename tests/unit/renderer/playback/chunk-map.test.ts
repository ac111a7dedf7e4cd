import { expect, test } from 'vitest';
import { chunkMapOf, COLUMNS_MAX } from '../../../../renderer/playback/chunk-map.ts';
import type { ChunkReport } from '../../../../runtime/client/chunk-source.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const report = (sequence: number, served: string, failed?: string): [number, ChunkReport] => [
  sequence,
  {
    chunk: makeManifest().chunks[0]!, nodeId: served, tookMs: 1, firstByteMs: 1,
    attempts: [...(failed ? [{ nodeId: failed, tookMs: 1, error: 'answered 500' }] : []), { nodeId: served, tookMs: 1, error: null }],
  },
];

test('each cell tells whether a node holds, served, or failed to serve a chunk', () => {
  const manifest = makeManifest({ segments: [[10], [10], [10]] });
  manifest.chunks[2]!.urls.shift();
  const rows = chunkMapOf(manifest, ['node-1', 'node-2'], new Map([report(0, 'node-2', 'node-1')]));
  expect(rows.map((row) => row.cells.map((cell) => cell.state))).toEqual([['failed', 'held', 'absent'], ['served', 'held', 'held']]);
  expect(rows.map((row) => row.heldCount)).toEqual([2, 3]);
});

test('a long video shares columns, and a failure in one of the chunks shows', () => {
  const manifest = makeManifest({ segments: Array.from({ length: 1000 }, () => [10]) });
  const [row] = chunkMapOf(manifest, ['node-1'], new Map([report(8, 'node-2', 'node-1'), report(20, 'node-1')]));
  expect(row!.cells.length).toBeLessThanOrEqual(COLUMNS_MAX);
  expect(row!.cells[1]).toEqual({ state: 'failed', title: 'chunks 7–13, node-1: failed' });
  expect(row!.cells[2]!.state).toBe('served');
  expect(row!.heldCount).toBe(1000);
});
