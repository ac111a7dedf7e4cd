import { describe, expect, test } from 'vitest';
import { addRange, bytesByOwner, bytesIn, gapsIn, missingIn, type OwnedRange } from '../../../../runtime/core/client/byte-ranges.ts';
import { createRandom, drawShare } from '../../../../runtime/core/random.ts';

const range = (from: number, to: number, nodeId = 'a'): OwnedRange => ({ from, to, nodeId });

describe('missing bytes', () => {
  test.each<[string, OwnedRange[], number, number, number[][]]>([
    ['nothing is here', [], 0, 10, [[0, 10]]],
    ['all is here', [range(0, 10)], 2, 8, []],
    ['a hole', [range(0, 3), range(5, 10)], 0, 10, [[3, 5]]],
    ['both ends', [range(4, 6)], 0, 10, [[0, 4], [6, 10]]],
    ['ranges outside', [range(0, 2), range(20, 30)], 5, 10, [[5, 10]]],
  ])('%s', (_, here, from, to, missing) => {
    expect(missingIn(here, from, to).map((gap) => [gap.from, gap.to])).toEqual(missing);
  });
});

test('who came first keeps a byte, and neighbours of one owner become one range', () => {
  const here = addRange(addRange(addRange([], 0, 4, 'a'), 2, 8, 'b'), 8, 10, 'b');
  expect(here).toEqual([range(0, 4), range(4, 10, 'b')]);
  expect(bytesByOwner(here)).toEqual([{ nodeId: 'b', sizeBytes: 6 }, { nodeId: 'a', sizeBytes: 4 }]);
});

test('a gap is neither here nor coming', () => {
  expect(gapsIn(100, [range(0, 10)], [{ from: 50, to: 60 }, { from: 20, to: 30 }])).toEqual([{ from: 10, to: 20 }, { from: 30, to: 50 }, { from: 60, to: 100 }]);
});

test('agrees with a bitmap of bytes for random ranges', () => {
  const seed = Math.floor(Math.random() * 2 ** 31) + 1;
  console.log(`seed ${seed}`);
  const chance = createRandom(seed);
  for (let round = 0; round < 200; round++) {
    const owners = Array<string>(40).fill('');
    let here: OwnedRange[] = [];
    for (let step = 0; step < 12; step++) {
      const from = Math.floor(drawShare(chance) * 40);
      const to = Math.min(40, from + Math.floor(drawShare(chance) * 12));
      const nodeId = `n${Math.floor(drawShare(chance) * 3)}`;
      here = addRange(here, from, to, nodeId);
      for (let byte = from; byte < to; byte++) owners[byte] ||= nodeId;
      expect(bytesIn(here)).toBe(owners.filter(Boolean).length);
      expect(bytesIn(missingIn(here, 5, 30))).toBe(owners.slice(5, 30).filter((owner) => owner === '').length);
      for (const { nodeId: owner, from: start, to: end } of here) expect(new Set(owners.slice(start, end))).toEqual(new Set([owner]));
    }
  }
});
