import { describe, expect, test } from 'vitest';
import type { ClientKind } from '../../../../runtime/contract/client-kind.ts';
import { noteBytes } from '../../../../runtime/core/client/nodes.ts';
import { createSilentAt } from '../../../../runtime/core/client/silence.ts';
import { createMachine, facts } from '../../../fixtures/client-machine.ts';

interface Setting {
  client: ClientKind;
  /** What the node's first bytes took, and those of another node. */
  own?: number[];
  others?: number[];
  missCount?: number;
  hasBegun?: boolean;
}

/** A request that left at 0 and heard nothing since. */
const silentAfter = ({ client, own = [], others = [], missCount = 0, hasBegun = false }: Setting): number => {
  const { state, open } = createMachine({ client, chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-1'] })] });
  const [request] = open();
  state.chunks.get(0)!.missCount = missCount;
  const node = state.nodes.get('node-1')!;
  node.estimate = { ...node.estimate, firstBytesMs: own };
  state.nodes.set('other', { ...node, nodeId: 'other', estimate: { ...node.estimate, firstBytesMs: others } });
  if (hasBegun) request!.firstByteAtMs = 0;
  return createSilentAt(state)(request!);
};

describe('a node may be silent', () => {
  test.each<[string, Setting, number]>([
    ['the longest time while nothing is known', { client: 'smart' }, 2_000],
    ['no less while too little is known', { client: 'smart', own: [100, 100] }, 2_000],
    ['three times its usual first byte', { client: 'smart', own: [300, 300, 300] }, 900],
    ['four times, once it has begun', { client: 'smart', own: [300, 300, 300], hasBegun: true }, 1_200],
    ['never less than 0.7 s', { client: 'smart', own: [50, 50, 50] }, 700],
    ['never more than 2 s', { client: 'smart', own: [900, 900, 900] }, 2_000],
    ['as long as all nodes’ say, while it has too few of its own', { client: 'smart', own: [400], others: [100, 100] }, 1_200],
    ['by its own, however quick the others are', { client: 'smart', own: [500, 500, 500], others: [10, 10, 10, 10] }, 1_500],
    ['twice as long after a round in which nobody gave the chunk', { client: 'smart', own: [300, 300, 300], missCount: 1 }, 1_800],
    ['four times at most, after many', { client: 'smart', own: [300, 300, 300], missCount: 9 }, 3_600],
    ['for the oracle as for the smart client', { client: 'oracle', own: [300, 300, 300] }, 900],
    ['10 s for the naive client', { client: 'naive', own: [300, 300, 300] }, 10_000],
    ['2 s for one that retries', { client: 'naive-retry', own: [300, 300, 300], hasBegun: true }, 2_000],
    ['2 s for one that draws', { client: 'random-two' }, 2_000],
  ])('%s', (_, setting, expectedMs) => expect(silentAfter(setting)).toBe(expectedMs));

  test.each<[ClientKind, number]>([['smart', 3_500], ['naive', 10_000]])('%s: until %i ms, when the node gave bytes of another request at 1500 ms', (client, expectedMs) => {
    const { state, open } = createMachine({ client });
    noteBytes(state.nodes.get(open()[0]!.nodeId)!, 1_000, 1_500);
    expect(createSilentAt(state)(open()[0]!)).toBe(expectedMs);
  });

  test('but not for ever, even while its node answers others', () => {
    const { state, open } = createMachine();
    const [request] = open();
    for (let atMs = 500; atMs < 10_000; atMs += 500) noteBytes(state.nodes.get(request!.nodeId)!, 1_000, atMs);
    expect(createSilentAt(state)(request!)).toBe(6_000);
  });
});
