import { expect, test } from 'vitest';
import { chunkFactsOf } from '../../../runtime/client/chunk-facts.ts';
import { makeManifest } from '../../fixtures/manifest.ts';

test('chunks of one segment are all needed when it begins, and count as buffered until it ends', () => {
  expect(chunkFactsOf(makeManifest()).map(({ sequence, sizeBytes, startSec, endSec }) => [sequence, sizeBytes, startSec, endSec])).toEqual([
    [0, 1000, 0, 10], [1, 600, 10, 20], [2, 500, 10, 20], [3, 700, 20, 30],
  ]);
  expect(chunkFactsOf(makeManifest())[0]!.holders).toEqual(['node-1', 'node-2', 'node-3']);
});
