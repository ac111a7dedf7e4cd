import { expect, test } from 'vitest';
import { createFaultWatch } from '../../../../runtime/client/session/faults.ts';
import { createMachine, facts, KIB } from '../../../fixtures/client-machine.ts';

const watching = () => {
  const machine = createMachine({ chunks: [facts(0)] });
  const [request] = machine.open();
  const watch = createFaultWatch();
  watch.mark(request!.nodeId, machine.state, 1_000);
  const other = machine.open()[1]!.nodeId;
  return { watch, nodeId: request!.nodeId, other };
};

test('a fault is over when the first byte that the node owed comes from elsewhere', () => {
  const { watch, nodeId, other } = watching();
  watch.handleBytes(other, 0, 256 * KIB, 300 * KIB, 1_200);
  expect(watch.faults()).toEqual([{ nodeId, atMs: 1_000, openCount: 1, isSettled: false, recoveredMs: null, otherNodeMs: 200 }]);
  watch.handleBytes(other, 0, 0, 10, 1_700);
  expect(watch.faults()[0]).toMatchObject({ isSettled: true, recoveredMs: 700 });
});

test('what still came from the node itself is not owed any more', () => {
  const { watch, nodeId, other } = watching();
  watch.handleBytes(nodeId, 0, 0, 100, 1_100);
  watch.handleBytes(other, 0, 50, 100, 1_500);
  expect(watch.faults()[0]!.recoveredMs).toBeNull();
  watch.handleBytes(other, 0, 100, 200, 1_900);
  expect(watch.faults()[0]!.recoveredMs).toBe(900);
});

test('what was on its way elsewhere already is settled when the chunk is there', () => {
  const { watch } = watching();
  watch.handleComplete(0);
  expect(watch.faults()).toMatchObject([{ isSettled: true, recoveredMs: null }]);
});

test('a node that owed nothing has nothing to recover', () => {
  const machine = createMachine({ chunks: [facts(0)] });
  const watch = createFaultWatch();
  watch.mark('node-9', machine.state, 0);
  watch.handleBytes('node-1', 0, 0, 10, 5);
  expect(watch.faults()).toEqual([{ nodeId: 'node-9', atMs: 0, openCount: 0, isSettled: true, recoveredMs: null, otherNodeMs: 5 }]);
});

test('bytes that were under way and came after all leave nothing to recover', () => {
  const { watch, nodeId, other } = watching();
  watch.handleBytes(nodeId, 0, 0, 256 * KIB, 1_300);
  watch.handleBytes(other, 0, 256 * KIB, 300 * KIB, 1_400);
  expect(watch.faults()[0]).toMatchObject({ isSettled: true, recoveredMs: null, otherNodeMs: 400 });
});

test('what had come from elsewhere before the fault is settled with its chunk', () => {
  const { watch } = watching();
  watch.handleComplete(1);
  expect(watch.faults()[0]).toMatchObject({ isSettled: false });
  watch.handleComplete(0);
  expect(watch.faults()[0]).toMatchObject({ isSettled: true, recoveredMs: null });
});
