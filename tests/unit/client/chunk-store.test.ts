import { expect, test } from 'vitest';
import { createChunkStore } from '../../../runtime/client/chunk-store.ts';

const bytes = (sizeBytes: number) => new Uint8Array(sizeBytes);

test('keeps what nobody has taken, however much that is', () => {
  const store = createChunkStore(0);
  for (let sequence = 0; sequence < 5; sequence++) store.put(sequence, bytes(1_000));
  expect([0, 1, 2, 3, 4].map((sequence) => store.has(sequence))).toEqual([true, true, true, true, true]);
});

test('keeps of what was taken the latest that fit, a second look counting as a use', () => {
  const store = createChunkStore(2_000);
  for (const sequence of [0, 1]) {
    store.put(sequence, bytes(1_000));
    store.take(sequence);
  }
  store.take(0);
  store.put(2, bytes(1_000));
  store.take(2);
  expect([0, 1, 2].map((sequence) => store.has(sequence))).toEqual([true, false, true]);
  expect(store.take(1)).toBeUndefined();
});

test('keeps nothing that was taken where there is no room for it', () => {
  const store = createChunkStore(0);
  store.put(0, bytes(10));
  expect(store.take(0)?.byteLength).toBe(10);
  expect(store.has(0)).toBe(false);
});
