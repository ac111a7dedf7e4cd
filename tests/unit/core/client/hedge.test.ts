import { describe, expect, test } from 'vitest';
import { addToEwma, createEwma } from '../../../../runtime/core/scheduling/ewma.ts';
import { createMachine, facts, KIB, type Machine } from '../../../fixtures/client-machine.ts';

/** A client whose three nodes are known, with 30 s buffered and one chunk to come. */
const steady = ({ hedgeBytes = 4096 * KIB, holders = ['node-1', 'node-2', 'node-3'] } = {}) => {
  const chunks = Array.from({ length: 6 }, (_, sequence) => facts(sequence, { sizeBytes: 512 * KIB, ...(sequence >= 3 && { holders }) }));
  const machine = createMachine({ chunks });
  machine.serveAll(20, 40);
  machine.state.hedgeBytes = hedgeBytes;
  machine.take('request');
  machine.feed({ kind: 'playhead', positionSec: 1, rate: 1 });
  const [request] = machine.take('request');
  return { machine, request: request! };
};
/** Every later chunk has two holders, so that its tail goes to one node as a whole. */
const TWO = ['node-1', 'node-2'];
const hedges = (machine: Machine) => machine.open().filter((open) => open.hedgeOf !== null);

describe('with a good buffer', () => {
  test('a request that is later than the p95 is doubled: only the tail, at the next best node', () => {
    const { machine, request } = steady({ holders: TWO });
    machine.wait(20);
    machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 100 * KIB });
    while (hedges(machine).length === 0) machine.pass(10);
    const [hedge] = hedges(machine);
    expect(machine.nowMs() - machine.state.requests.get(request.requestId)!.askedAtMs).toBeGreaterThan(100);
    expect(hedge).toMatchObject({ sequence: request.sequence, fromByte: 100 * KIB, toByte: 512 * KIB });
    expect(hedge!.nodeId).not.toBe(request.nodeId);
  });

  test('the tail is cut up among spare nodes that are as quick, and set aside once', () => {
    const { machine, request } = steady();
    machine.wait(20);
    machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 100 * KIB });
    const beforeBytes = machine.state.hedgeBytes;
    while (hedges(machine).length === 0) machine.pass(10);
    const parts = hedges(machine).sort((a, b) => a.fromByte - b.fromByte);
    expect(parts.map(({ fromByte, toByte }) => [fromByte, toByte])).toEqual([[100 * KIB, 306 * KIB], [306 * KIB, 512 * KIB]]);
    expect(new Set([request.nodeId, ...parts.map(({ nodeId }) => nodeId)]).size).toBe(3);
    expect(machine.state.hedgeBytes).toBe(beforeBytes - 412 * KIB);
    for (const part of parts) machine.serve(part, 20, 40);
    expect(machine.take('abort')).toEqual([{ kind: 'abort', requestId: request.requestId }]);
    expect(machine.state.totals).toMatchObject({ hedgeCount: 2, hedgeWinCount: 2, wastedBytes: 0 });
  });

  test('but not into crumbs, nor for a node that is far slower', () => {
    const small = steady();
    small.machine.wait(20);
    small.machine.feed({ kind: 'bytes', requestId: small.request.requestId, sizeBytes: 400 * KIB });
    while (hedges(small.machine).length === 0) small.machine.pass(10);
    expect(hedges(small.machine)).toHaveLength(1);

    const { machine, request } = steady();
    const slow = machine.state.nodes.get(['node-1', 'node-2', 'node-3'].find((nodeId) => nodeId !== request.nodeId)!)!;
    const bitsPerSecond = addToEwma(createEwma(1), 1_000_000, 10);
    slow.estimate = { ...slow.estimate, fast: bitsPerSecond, slow: bitsPerSecond };
    while (hedges(machine).length === 0) machine.pass(10);
    expect(hedges(machine).map(({ nodeId }) => nodeId)).not.toContain(slow.nodeId);
  });

  test('a request in time is left alone', () => {
    const { machine, request } = steady();
    machine.serve(request, 20, 80);
    expect(machine.state.totals.hedgeCount).toBe(0);
  });

  test('nothing is doubled without a budget for the tail', () => {
    const { machine } = steady({ hedgeBytes: 100 * KIB });
    machine.pass(400);
    expect(hedges(machine)).toEqual([]);
  });

  test('without a budget a request that is far too late is moved, which wastes nothing', () => {
    const { machine, request } = steady({ hedgeBytes: 0 });
    machine.wait(20);
    machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 2 * KIB });
    for (let step = 0; step < 30; step++) {
      machine.pass(100);
      if (!machine.open().some((open) => open.requestId === request.requestId)) break;
      machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: KIB });
    }
    const moved = machine.open().find((open) => open.sequence === request.sequence)!;
    expect(moved.nodeId).not.toBe(request.nodeId);
    expect(moved.fromByte).toBeGreaterThan(2 * KIB);
    expect(machine.state.totals).toMatchObject({ hedgeCount: 0, wastedBytes: 0 });
    machine.serveAll();
    const outcome = machine.take('complete').find((complete) => complete.outcome.sequence === request.sequence)!.outcome;
    expect(outcome.attempts[0]).toMatchObject({ nodeId: request.nodeId, error: expect.stringMatching(/^was too slow: \d+ bytes in/) });
  });

  test('nobody is asked twice when no other node has it', () => {
    const { machine } = steady({ holders: ['node-1'] });
    machine.pass(1_500);
    expect(hedges(machine)).toEqual([]);
  });
});

describe('the first to bring the tail wins', () => {
  const hedged = () => {
    const { machine, request } = steady({ holders: TWO });
    machine.wait(20);
    machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 100 * KIB });
    while (hedges(machine).length === 0) machine.pass(10);
    return { machine, request, hedge: hedges(machine)[0]! };
  };
  const outcomeOf = (machine: Machine, sequence: number) => {
    for (const verify of machine.take('verify')) machine.feed({ kind: 'verified', sequence: verify.sequence, isRight: true });
    return machine.take('complete').find((complete) => complete.outcome.sequence === sequence)!.outcome;
  };

  test('the hedge: the first request is ended, and what it gave is kept', () => {
    const { machine, request, hedge } = hedged();
    machine.serve(hedge, 20, 40);
    expect(machine.take('abort')).toContainEqual({ kind: 'abort', requestId: request.requestId });
    const outcome = outcomeOf(machine, request.sequence);
    expect(outcome).toMatchObject({ hedged: true, failedOver: false, nodeId: hedge.nodeId, attempts: [{ error: null }, { error: null }] });
    expect(outcome.why).toContain(`asked of ${hedge.nodeId} too; ${hedge.nodeId} was quicker`);
    expect(machine.state.totals).toMatchObject({ hedgeCount: 1, hedgeWinCount: 1, wastedBytes: 0, failedRequestCount: 0 });
  });

  test('the first request: the hedge is ended, and costs what it brought', () => {
    const { machine, request, hedge } = hedged();
    machine.feed({ kind: 'bytes', requestId: hedge.requestId, sizeBytes: 50 * KIB });
    machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: 412 * KIB });
    expect(machine.take('abort')).toContainEqual({ kind: 'abort', requestId: hedge.requestId });
    expect(machine.state.totals).toMatchObject({ hedgeCount: 1, hedgeWinCount: 0, wastedBytes: 50 * KIB });
    expect(outcomeOf(machine, request.sequence).nodeId).toBe(request.nodeId);
  });

  test('what was set aside and not wasted goes back into the budget', () => {
    const { machine, hedge } = hedged();
    const beforeBytes = machine.state.hedgeBytes;
    machine.serve(hedge, 20, 40);
    expect(machine.state.hedgeBytes).toBeGreaterThanOrEqual(beforeBytes + 412 * KIB);
  });

  test('a first request that had given nothing at all counts as a failure', () => {
    const { machine, request } = steady({ holders: TWO });
    while (hedges(machine).length === 0) machine.pass(10);
    machine.pass(400);
    const [hedge] = hedges(machine);
    machine.serve(hedge!, 1, 8);
    expect(machine.state.nodes.get(request.nodeId)!.failureCount).toBe(1);
    expect(outcomeOf(machine, request.sequence)).toMatchObject({ failedOver: true, attempts: [{ nodeId: request.nodeId, error: expect.stringContaining('was silent for') }, {}] });
  });
});

describe('when everything is slow', () => {
  test('nothing is doubled: a second node is no remedy', () => {
    const machine = createMachine({ chunks: [facts(0), facts(1)] });
    machine.serveAll(20, 40);
    machine.feed({ kind: 'chunks', chunks: [0, 1].map((part) => facts(2 + part, { startSec: 20, endSec: 30, holders: [`node-${part + 1}`, 'node-3'] })) });
    machine.state.hedgeBytes = 4096 * KIB;
    for (const request of machine.open()) machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: KIB });
    const before = machine.state.totals.hedgeCount;
    const nodes = new Set(machine.open().map((request) => request.nodeId));
    expect(nodes.size).toBeGreaterThan(1);
    for (let step = 0; step < 15; step++) {
      machine.pass(100);
      for (const request of machine.open()) machine.feed({ kind: 'bytes', requestId: request.requestId, sizeBytes: KIB });
    }
    expect(machine.state.totals.hedgeCount).toBe(before);
  });
});

describe('with an empty buffer', () => {
  test('a slow range is doubled at once by a node that has nothing left to do, whatever the budget', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 512 * KIB, holders: ['node-1', 'node-2'] })] });
    const [slow, quick] = machine.open();
    machine.state.hedgeBytes = 0;
    machine.serve(quick!, 20, 40);
    machine.pass(60);
    machine.feed({ kind: 'bytes', requestId: slow!.requestId, sizeBytes: 20 * KIB });
    machine.pass(200);
    const [hedge] = hedges(machine);
    expect(hedge).toMatchObject({ nodeId: quick!.nodeId, toByte: slow!.toByte });
    expect(hedge!.fromByte).toBe(slow!.fromByte + 20 * KIB);
  });

  test('but not for a gain too small to see', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 512 * KIB, holders: ['node-1', 'node-2'] })] });
    const [first, second] = machine.open();
    machine.serve(first!, 20, 40);
    machine.feed({ kind: 'bytes', requestId: second!.requestId, sizeBytes: 250 * KIB });
    machine.pass(30);
    expect(machine.state.totals.hedgeCount).toBe(0);
  });
});

test('clients without measurements never double anything', () => {
  for (const client of ['naive', 'naive-retry', 'random-two'] as const) {
    const machine = createMachine({ client });
    machine.pass(1_900);
    expect(machine.open()).toHaveLength(1);
  }
});
