import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createBufferedChunk, createCountedChunk } from '../../../runtime/client/assembly.ts';
import type { ChunkAssembly } from '../../../runtime/client/transport.ts';

const right = new Uint8Array([1, 2, 3, 4, 5, 6]);
const checksum = `sha256:${createHash('sha256').update(right).digest('hex')}`;
const verdictOf = (chunk: ChunkAssembly): Promise<boolean> => new Promise((resolve) => chunk.verify(resolve));

describe('a buffered chunk', () => {
  test('is right when its bytes hash to the manifest’s checksum, in whatever order they came', async () => {
    const chunk = createBufferedChunk({ size_bytes: 6, checksum });
    chunk.put(3, right.subarray(3));
    expect(await verdictOf(chunk)).toBe(false);
    chunk.put(0, right.subarray(0, 3));
    expect(await verdictOf(chunk)).toBe(true);
    expect(chunk.bytes()).toEqual(right);
  });

  test('tells afterwards which bytes of a try that was kept aside were wrong, even after another wrong one', () => {
    const chunk = createBufferedChunk({ size_bytes: 6, checksum });
    chunk.put(0, new Uint8Array([1, 2, 3, 9, 5, 6]));
    chunk.restart(true);
    chunk.put(0, new Uint8Array([0, 0, 0, 0, 0, 0]));
    chunk.restart(false);
    chunk.put(0, right);
    expect([chunk.wasWrong(0, 3), chunk.wasWrong(3, 6), chunk.wasWrong(4, 6)]).toEqual([false, true, false]);
  });

  test('of which nothing was kept aside was never wrong', () => {
    const chunk = createBufferedChunk({ size_bytes: 6, checksum });
    chunk.put(0, right);
    expect(chunk.wasWrong(0, 6)).toBe(false);
  });
});

test('a counted chunk keeps nothing, and knows right from wrong all the same', async () => {
  const chunk = createCountedChunk();
  chunk.put(0, new Uint8Array(4));
  chunk.put(4, new Uint8Array([1, 1]));
  expect(await verdictOf(chunk)).toBe(false);
  chunk.restart(true);
  chunk.put(0, new Uint8Array(6));
  expect(await verdictOf(chunk)).toBe(true);
  expect([chunk.wasWrong(0, 4), chunk.wasWrong(4, 6), chunk.bytes().byteLength]).toEqual([false, true, 0]);
});
