import { expect, test } from 'vitest';
import { spliceRing } from '../../../../renderer/charts/splice.ts';
import { ringOf } from './content.ts';

const contentOf = (ring: ReturnType<typeof ringOf>): [number, number][] => Array.from({ length: ring.length }, (_, index) => [ring.timeAt(index), ring.valueAt(index)]);

test('a range is replaced by the samples of another ring, and the rest stays', () => {
  const ring = ringOf([[0, 1], [100, 2], [200, null], [300, 4]]);
  spliceRing(ring, { fromMs: 100, toMs: 250 }, ringOf([[90, 9], [110, 10], [120, null], [130, 11], [260, 12]]));
  expect(contentOf(ring)).toEqual([[0, 1], [110, 10], [120, NaN], [130, 11], [300, 4]]);
});

test('without another ring the range is emptied', () => {
  const ring = ringOf([[0, 1], [100, 2], [300, 4]]);
  spliceRing(ring, { fromMs: 50, toMs: 250 });
  expect(contentOf(ring)).toEqual([[0, 1], [300, 4]]);
});
