import { expect, test } from 'vitest';
import { names, without } from '../../../../renderer/network/change-fields.ts';

test('a figure is taken out of a change without a trace', () => {
  const change = { toNode: { latencyMs: 5, bitsPerSecond: 1e6 }, toClient: { latencyMs: 5 }, partition: 'both' } as const;
  expect([names(change, 'latency'), names(change, 'up'), names(change, 'down'), names(change, 'loss')]).toEqual([true, true, false, false]);
  expect(without(change, 'latency')).toEqual({ toNode: { bitsPerSecond: 1e6 }, partition: 'both' });
  expect(without(without(change, 'latency'), 'up')).toEqual({ partition: 'both' });
});
