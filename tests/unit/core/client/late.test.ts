import { describe, expect, test } from 'vitest';
import { createLateness } from '../../../../runtime/core/client/late.ts';
import { markedOf, paceMsOf } from '../../../../runtime/core/client/pace.ts';
import type { RequestState } from '../../../../runtime/core/client/state.ts';
import { createMachine, facts, KIB } from '../../../fixtures/client-machine.ts';

/** One request of 1,000 KiB that left at 0 and was predicted to take so long; its node usually answers after so long. */
const asked = ({ predictedMs = 1_000, usualMs = 80 } = {}) => {
  const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000 * KIB, holders: ['node-1'] })] });
  const [request] = machine.open() as [RequestState];
  Object.assign(request, { predictedMs, toByte: 1_000 * KIB });
  const node = machine.state.nodes.get('node-1')!;
  node.estimate = { ...node.estimate, firstBytesMs: [usualMs, usualMs, usualMs] };
  return { machine, request, node, at: (nowMs: number) => createLateness(machine.state, nowMs) };
};

describe('a request of which nothing is heard', () => {
  test.each([[80, 160], [20, 100], [300, 600]])('whose node usually answers after %i ms is late after %i ms', (usualMs, lateMs) => {
    const { request, at } = asked({ usualMs });
    expect(at(0).lateAtMs(request)).toBe(lateMs);
    expect([at(lateMs).isLate(request), at(lateMs + 1).isLate(request)]).toEqual([false, true]);
  });

  test('is late by what was predicted, while nobody’s first bytes are known', () => {
    const { request, at, node } = asked({ predictedMs: 400 });
    node.estimate = { ...node.estimate, firstBytesMs: [] };
    expect(at(0).lateAtMs(request)).toBe(500);
  });

  test('once it has begun, is late as long after its last bytes, or those of another request to its node', () => {
    const { machine, request, node, at } = asked();
    machine.wait(50);
    machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 10 * KIB });
    expect(at(50).lateAtMs(request)).toBe(210);
    node.heardAtMs = 120;
    expect(at(120).lateAtMs(request)).toBe(280);
  });
});

describe('a request that flows', () => {
  test('is late after a quarter more than was predicted, as long as nothing is known of predictions', () => {
    const { machine, request, at } = asked();
    machine.wait(1_240);
    machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 990 * KIB });
    expect([at(1_250).isLate(request), at(1_251).isLate(request)]).toEqual([false, true]);
  });

  test('and before that, when it would be far too late at its pace: not that of its whole time, that of late', () => {
    const { machine, request, at } = asked();
    for (let atMs = 50; atMs <= 350; atMs += 50) {
      machine.wait(50);
      machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 80 * KIB });
    }
    expect(at(350).isLate(request)).toBe(false);
    for (let atMs = 400; atMs <= 800; atMs += 50) {
      machine.wait(50);
      machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: KIB });
    }
    expect(at(800).isLate(request)).toBe(true);
  });
});

describe('pace', () => {
  const request = (gotBytes: number, marks: RequestState['marks']) => ({ gotBytes, marks }) as RequestState;

  test('is unknown before the first byte, and while it has not flowed for long enough to tell', () => {
    expect(paceMsOf(request(0, null), 50, 1_000)).toBeNull();
    const marks = markedOf(request(100, null), 1_000);
    expect(paceMsOf(request(100, marks), 50, 1_049)).toBeNull();
    expect(paceMsOf(request(200, marks), 50, 1_050)).toBe(0.5);
  });

  test('counts the last quarter to half of a second, and silence since', () => {
    let flowing = request(0, null);
    for (let atMs = 0; atMs <= 1_000; atMs += 50) flowing = request(flowing.gotBytes + 100, markedOf(flowing, atMs));
    expect(flowing.marks!.map(({ atMs }) => atMs)).toEqual([750, 1_000]);
    expect(paceMsOf(flowing, 50, 1_000)).toBeCloseTo(0.4, 1);
    expect(paceMsOf(flowing, 50, 2_000)).toBeGreaterThan(1.5);
  });
});
