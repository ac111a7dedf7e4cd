import { expect, test } from 'vitest';
import { measurementsOf } from '../../../../runtime/core/client/state.ts';
import { createMachine, facts } from '../../../fixtures/client-machine.ts';

const ofNode1 = (machine: ReturnType<typeof createMachine>) => measurementsOf(machine.state, machine.nowMs()).find(({ nodeId }) => nodeId === 'node-1')!;

test('a node’s latency is that of its pings, and unknown while it does not answer', () => {
  const machine = createMachine({ client: 'naive', chunks: [facts(0)] });
  expect(ofNode1(machine)).toMatchObject({ latencyMs: null, isAnswering: null });
  machine.feed({ kind: 'ping', nodeId: 'node-1', tookMs: 40 });
  expect(ofNode1(machine)).toMatchObject({ latencyMs: expect.closeTo(40), isAnswering: true });
  machine.feed({ kind: 'ping', nodeId: 'node-1', tookMs: null });
  expect(ofNode1(machine)).toMatchObject({ latencyMs: null, isAnswering: false });
  machine.feed({ kind: 'ping', nodeId: 'node-1', tookMs: 40 });
  expect(ofNode1(machine)).toMatchObject({ latencyMs: expect.closeTo(40), isAnswering: true });
});
