import { describe, expect, test } from 'vitest';
import { bufferedUntilSec, bufferSecOf, deadlineMsOf, dueChunks, isInReach, nextDueMs } from '../../../../runtime/core/client/buffer.ts';
import { createMachine, facts, KIB } from '../../../fixtures/client-machine.ts';

const MIB = 1024 * KIB;
/** Ten segments of ten seconds, two chunks each. */
const twenty = (sizeBytes = MIB) => Array.from({ length: 20 }, (_, sequence) => facts(sequence, { sizeBytes, startSec: Math.floor(sequence / 2) * 10, endSec: Math.floor(sequence / 2) * 10 + 10 }));
const machineWith = (complete: readonly number[], sizeBytes?: number) => {
  const machine = createMachine({ chunks: twenty(sizeBytes) });
  for (const sequence of complete) Object.assign(machine.state.chunks.get(sequence)!, { status: 'complete', isTaken: true });
  return machine;
};
const sequences = (machine: ReturnType<typeof machineWith>) => dueChunks(machine.state, machine.nowMs()).map((chunk) => chunk.facts.sequence);

describe('the buffer', () => {
  test.each([
    ['nothing', [], 0, 0],
    ['half a segment is nothing', [0], 0, 0],
    ['a segment', [0, 1], 0, 10],
    ['from within a segment', [0, 1], 4, 10],
    ['up to the first hole', [0, 1, 2, 3, 5, 6, 7], 0, 20],
    ['what lies behind does not count', [0, 1], 12, 12],
    ['to the end', Array.from({ length: 20 }, (_, index) => index), 95, 100],
  ])('%s', (_, complete, fromSec, untilSec) => expect(bufferedUntilSec(machineWith(complete).state, fromSec)).toBe(untilSec));

  test('shrinks while the picture moves', () => {
    const machine = machineWith([0, 1, 2, 3]);
    machine.feed({ kind: 'playhead', positionSec: 2, rate: 2 });
    machine.wait(3_000);
    expect(bufferSecOf(machine.state, machine.nowMs())).toBe(12);
  });

  test('of a download is empty until its first chunk is there, and full from then on', () => {
    const machine = createMachine({ schedule: 'wanted' });
    expect(bufferSecOf(machine.state, 0)).toBe(0);
    machine.state.chunks.get(0)!.status = 'complete';
    expect(bufferSecOf(machine.state, 0)).toBe(30);
  });
});

test('a chunk is needed when its segment begins, sooner when it plays faster, at once when the picture stands before it', () => {
  const machine = machineWith([]);
  const deadline = (sequence: number): number => deadlineMsOf(machine.state, machine.state.chunks.get(sequence)!, machine.nowMs());
  expect([deadline(0), deadline(1), deadline(4)]).toEqual([0, 0, 20_000]);
  machine.feed({ kind: 'playhead', positionSec: 5, rate: 2 });
  expect([deadline(1), deadline(4)]).toEqual([0, 7_500]);
});

describe('what is fetched', () => {
  test('lies within 30 s of the playhead, the earliest first, and what is wanted anywhere besides', () => {
    const machine = machineWith([0, 1]);
    expect(sequences(machine)).toEqual([2, 3, 4, 5]);
    machine.feed({ kind: 'playhead', positionSec: 10.5, rate: 1 });
    expect(sequences(machine)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    machine.feed({ kind: 'want', sequence: 0 });
    machine.state.chunks.get(0)!.status = 'missing';
    machine.feed({ kind: 'want', sequence: 19 });
    expect(sequences(machine).slice(0, 2)).toEqual([0, 2]);
    expect(isInReach(machine.state, machine.state.chunks.get(19)!, 0)).toBe(true);
    expect(isInReach(machine.state, machine.state.chunks.get(18)!, 0)).toBe(false);
  });

  test('comes within reach as the picture moves', () => {
    const machine = machineWith([]);
    expect(nextDueMs(machine.state, 0)).toBeNull();
    machine.feed({ kind: 'playhead', positionSec: 4, rate: 2 });
    expect(nextDueMs(machine.state, 0)).toBe(3_000);
  });

  test('holds no more memory than it may while nobody takes it, but never waits with the next one', () => {
    const machine = machineWith([], 8 * MIB);
    expect(sequences(machine)).toEqual([0, 1, 2, 3]);
    for (const sequence of [0, 1, 2, 3]) machine.state.chunks.get(sequence)!.status = 'complete';
    expect(sequences(machine)).toEqual([4]);
    for (const sequence of [0, 1]) machine.state.chunks.get(sequence)!.isTaken = true;
    expect(sequences(machine)).toEqual([4, 5]);
  });

  test('is only what is wanted in a download', () => {
    const machine = createMachine({ schedule: 'wanted', chunks: twenty() });
    expect(machine.take('request')).toEqual([]);
    machine.feed({ kind: 'want', sequence: 3 });
    expect(new Set(machine.take('request').map((request) => request.sequence))).toEqual(new Set([3]));
  });
});
