import { describe, expect, test } from 'vitest';
import { createNode, noteAsked, noteBytes, noteFirstByte } from '../../../../runtime/core/client/nodes.ts';
import { silencesOf, silentAtMs } from '../../../../runtime/core/client/silence.ts';
import { createMachine } from '../../../fixtures/client-machine.ts';

const nodeWithFirstBytes = (...firstBytesMs: number[]) => {
  const node = createNode('node-1');
  for (const tookMs of firstBytesMs) noteFirstByte(node, tookMs, 0);
  return node;
};

describe('a node may be silent', () => {
  test.each([
    ['smart', [], 0, 2_000, 2_000],
    ['smart', [100, 100], 0, 2_000, 2_000],
    ['smart', [100, 100, 100], 0, 700, 700],
    ['smart', [300, 300, 300], 0, 900, 1_200],
    ['smart', [900, 900, 900], 0, 2_000, 2_000],
    ['oracle', [300, 300, 300], 0, 900, 1_200],
    ['smart', [300, 300, 300], 1, 1_800, 2_400],
    ['smart', [300, 300, 300], 9, 3_600, 4_800],
    ['naive', [300, 300, 300], 0, 10_000, 10_000],
    ['naive-retry', [300, 300, 300], 0, 2_000, 2_000],
    ['random-two', [300, 300, 300], 0, 2_000, 2_000],
  ] as const)('%s, first bytes of %j, after %i rounds in vain: %i ms before the first byte, %i ms after it', (client, firstBytesMs, missCount, firstByteMsMax, stallMsMax) => {
    expect(silencesOf(client, nodeWithFirstBytes(...firstBytesMs), missCount)).toMatchObject({ firstByteMsMax, stallMsMax });
  });

  test('longer while it answers other requests, since a slow link serves one after the other, but not for ever', () => {
    const machine = createMachine();
    const [request] = machine.open();
    const node = machine.state.nodes.get(request!.nodeId)!;
    expect(silentAtMs(request!, node)).toBe(2_000);
    noteAsked(node, 1_000, 0);
    noteFirstByte(node, 1_500, 1_500);
    expect(silentAtMs(request!, node)).toBe(3_500);
    for (let atMs = 2_000; atMs < 10_000; atMs += 500) noteBytes(node, 1_000, atMs);
    expect(silentAtMs(request!, node)).toBe(6_000);
  });

  test('and a naive client is not patient with a node because it answers others', () => {
    const machine = createMachine({ client: 'naive' });
    const [request] = machine.open();
    const node = machine.state.nodes.get(request!.nodeId)!;
    noteBytes(node, 1_000, 5_000);
    expect(silentAtMs(request!, node)).toBe(10_000);
  });
});
