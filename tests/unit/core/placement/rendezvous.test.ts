import { describe, expect, it } from 'vitest';
import { rankNodes, uniformOf } from '../../../../runtime/core/placement/rendezvous.ts';

const nodes = (count: number): { nodeId: string }[] => Array.from({ length: count }, (_, index) => ({ nodeId: `node-${index + 1}` }));
const keys = Array.from({ length: 6000 }, (_, index) => `vid-0123456789ab-chunk-${String(index).padStart(3, '0')}`);
const idsOf = (ranked: readonly { nodeId: string }[]): string[] => ranked.map(({ nodeId }) => nodeId);

describe('rankNodes', () => {
  // Recorded once: a change of the hash would move every chunk of every cluster.
  it.each([
    ['vid-a-chunk-000', 5],
    ['vid-a-chunk-001', 5],
    ['vid-b-chunk-000', 3],
    ['x', 1],
  ])('keeps the recorded order for %s over %i nodes', (key, count) => {
    expect(idsOf(rankNodes(key, nodes(count)))).toMatchSnapshot();
  });

  it('does not depend on the order in which candidates are given', () => {
    for (const key of keys.slice(0, 50)) expect(idsOf(rankNodes(key, nodes(7).reverse()))).toEqual(idsOf(rankNodes(key, nodes(7))));
  });

  it('moves only the keys that a lost node held', () => {
    for (const key of keys.slice(0, 500)) {
      const before = idsOf(rankNodes(key, nodes(5)));
      const after = idsOf(rankNodes(key, nodes(4)));
      expect(after).toEqual(before.filter((nodeId) => nodeId !== 'node-5'));
    }
  });

  it('gives every node its share of first places', () => {
    const counts = new Map<string, number>();
    for (const key of keys) {
      const first = rankNodes(key, nodes(5))[0]!.nodeId;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    // Binomial(6000, 1/5): standard deviation 31, so ±150 is almost five of them.
    for (const count of counts.values()) expect(Math.abs(count - 1200)).toBeLessThan(150);
    expect(counts.size).toBe(5);
  });

  it('gives a node of double weight twice the first places', () => {
    const weighted = [{ nodeId: 'big', weight: 2 }, { nodeId: 'small', weight: 1 }];
    const big = keys.filter((key) => rankNodes(key, weighted)[0]!.nodeId === 'big').length;
    expect(Math.abs(big - 4000)).toBeLessThan(200);
  });
});

describe('uniformOf', () => {
  it('stays strictly between 0 and 1 and spreads evenly', () => {
    const values = keys.map(uniformOf);
    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length - 0.5)).toBeLessThan(0.02);
  });
});
