import { describe, expect, test } from 'vitest';
import { chunkMapOf, COLUMNS_MAX, describeColumn } from '../../../../renderer/playback/chunk-map.ts';
import type { ChunkReport } from '../../../../runtime/client/chunk-source.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const report = (sequence: number, served: string, failed?: string): [number, Pick<ChunkReport, 'attempts'>] => [
  sequence,
  { attempts: [...(failed ? [{ nodeId: failed, tookMs: 1, error: 'answered 500' }] : []), { nodeId: served, tookMs: 1, error: null }] },
];
const three = () => {
  const manifest = makeManifest({ segments: [[10], [10], [10]] });
  manifest.chunks[2]!.urls.shift();
  return manifest;
};
const statesOf = (map: ReturnType<typeof chunkMapOf>) => map.rows.map((row) => row.cells.map((cell) => cell.state));

describe('the chunk map', () => {
  test('each cell tells whether a node holds, served, or failed to serve a chunk', () => {
    const map = chunkMapOf({ manifest: three(), nodeIds: ['node-1', 'node-2'], reports: new Map([report(0, 'node-2', 'node-1')]) });
    expect(statesOf(map)).toEqual([['failed', 'held', 'absent'], ['served', 'held', 'held']]);
    expect(map.rows.map((row) => row.heldCount)).toEqual([2, 3]);
  });

  test('what a node that is down holds is there, and cannot be reached', () => {
    expect(statesOf(chunkMapOf({ manifest: three(), nodeIds: ['node-1'], isDown: () => true }))).toEqual([['unreachable', 'unreachable', 'absent']]);
  });

  test('a chunk with fewer copies than the others is counted as short', () => {
    const map = chunkMapOf({ manifest: three(), nodeIds: ['node-1'] });
    expect([map.shortCount, map.columns.map((column) => column.isShort)]).toEqual([1, [false, false, true]]);
  });

  test('an upload under way has places for the chunks to come, and for those that are late', () => {
    const manifest = three();
    manifest.chunks.splice(1, 1);
    const map = chunkMapOf({ manifest, nodeIds: ['node-2'], totalChunks: 5 });
    expect(statesOf(map)).toEqual([['held', 'awaited', 'held', 'awaited', 'awaited']]);
    expect(map.storedCount).toBe(2);
  });

  test('a video of thousands of chunks shares columns, and a failure in one of the chunks shows', () => {
    const manifest = makeManifest({ segments: Array.from({ length: 5000 }, () => [10]) });
    const map = chunkMapOf({ manifest, nodeIds: ['node-1'], reports: new Map([report(33, 'node-2', 'node-1'), report(70, 'node-1')]) });
    expect(map.columns.length).toBeLessThanOrEqual(COLUMNS_MAX);
    expect(map.columns[1]).toMatchObject({ firstSequence: 32, lastSequence: 63 });
    expect(map.rows[0]!.cells.slice(0, 3).map((cell) => cell.state)).toEqual(['held', 'failed', 'served']);
    expect(map.rows[0]!.heldCount).toBe(5000);
  });

  test('a cell of several chunks tells which share of them the node holds', () => {
    const manifest = makeManifest({ segments: [[10], [10], [10], [10]] });
    manifest.chunks[1]!.urls.shift();
    expect(chunkMapOf({ manifest, nodeIds: ['node-1'], columnsMax: 2 }).rows[0]!.cells.map((cell) => cell.heldShare)).toEqual([0.5, 1]);
  });

  test('without chunks there is nothing to draw', () => {
    expect(chunkMapOf({ manifest: { chunks: [] }, nodeIds: ['node-1'] })).toMatchObject({ columns: [], storedCount: 0, shortCount: 0 });
  });
});

test('a column says which chunks it is and who holds them', () => {
  const { columns } = chunkMapOf({ manifest: three(), nodeIds: [], totalChunks: 4 });
  expect(columns.map(describeColumn)).toEqual([
    'chunk 0, held by node-1, node-2, node-3', 'chunk 1, held by node-1, node-2, node-3', 'chunk 2, held by node-2, node-3', 'chunk 3, not stored yet',
  ]);
  expect(describeColumn(chunkMapOf({ manifest: three(), nodeIds: [], columnsMax: 1 }).columns[0]!)).toBe('chunks 0 to 2, held by node-1, node-2, node-3');
});
