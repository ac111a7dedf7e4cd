import { describe, expect, it } from 'vitest';
import { layoutFor, placeNodes } from '../../../../runtime/core/placement/layout.ts';
import { rankNodes } from '../../../../runtime/core/placement/rendezvous.ts';

const nodes = (...nodeIds: string[]): { nodeId: string }[] => nodeIds.map((nodeId) => ({ nodeId }));
const idsOf = (placed: readonly { nodeId: string }[]): string[] => placed.map(({ nodeId }) => nodeId);

describe('layoutFor', () => {
  it.each([
    ['replication', 0, undefined],
    ['replication', 1, { k: 1, m: 0 }],
    ['replication', 2, { k: 1, m: 1 }],
    ['replication', 3, { k: 1, m: 2 }],
    ['replication', 9, { k: 1, m: 2 }],
    ['erasure_coding', 4, undefined],
    ['erasure_coding', 5, { k: 3, m: 2 }],
    ['erasure_coding', 9, { k: 3, m: 2 }],
  ] as const)('lays out %s over %i nodes', (mode, count, expected) => {
    expect(layoutFor(mode, count)).toEqual(expected);
  });
});

describe('placeNodes', () => {
  it('takes the best-ranked nodes when nothing is kept or avoided', () => {
    const all = nodes('a', 'b', 'c', 'd', 'e');
    expect(idsOf(placeNodes('key', all, 3))).toEqual(idsOf(rankNodes('key', all).slice(0, 3)));
  });

  it('puts kept nodes first, in their order, whatever their rank', () => {
    expect(idsOf(placeNodes('key', nodes('a', 'b', 'c', 'd'), 3, { keep: ['d', 'b'] })).slice(0, 2)).toEqual(['d', 'b']);
  });

  it('ignores a kept node that is no candidate', () => {
    expect(idsOf(placeNodes('key', nodes('a', 'b'), 2, { keep: ['gone'] })).sort()).toEqual(['a', 'b']);
  });

  it('uses avoided nodes only when nothing else is left', () => {
    expect(idsOf(placeNodes('key', nodes('a', 'b', 'c', 'd'), 3, { avoid: ['b'] }))).not.toContain('b');
    expect(idsOf(placeNodes('key', nodes('a', 'b', 'c'), 3, { avoid: ['b'], keep: ['b'] }))[2]).toBe('b');
  });

  it('never names a node twice', () => {
    const placed = idsOf(placeNodes('key', nodes('a', 'b', 'c'), 3, { keep: ['a', 'c'], avoid: ['c'] }));
    expect(new Set(placed).size).toBe(3);
  });
});
