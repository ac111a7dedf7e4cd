import { describe, expect, test } from 'vitest';
import { createMachine, facts, HOLDERS, KIB, type Machine } from '../../../fixtures/client-machine.ts';

const ranges = (machine: Machine) => machine.take('request').map(({ nodeId, fromByte, toByte }) => ({ nodeId, from: fromByte / KIB, to: toByte / KIB }));
const bytes = (machine: Machine, requestId: number, sizeBytes: number) => machine.feed({ kind: 'bytes', requestId, sizeBytes });

describe('the start', () => {
  test('splits the first chunk into ranges of 256 KiB over all holders, one at each while nobody knows their speed', () => {
    const machine = createMachine();
    const asked = ranges(machine);
    expect(asked.map(({ from, to }) => [from, to])).toEqual([[0, 256], [256, 512], [512, 768]]);
    expect(new Set(asked.map(({ nodeId }) => nodeId))).toEqual(new Set(HOLDERS));
  });

  test('gives a node its next range as soon as its speed is known, so that its link is never idle', () => {
    const machine = createMachine();
    const [first] = machine.open();
    machine.wait(20);
    bytes(machine, first!.requestId, 16 * KIB);
    machine.wait(5);
    bytes(machine, first!.requestId, 16 * KIB);
    machine.take('request');
    machine.pass(1);
    machine.serve({ ...machine.open()[1]!, fromByte: 256 * KIB, toByte: 512 * KIB });
    expect(machine.open().filter((request) => request.nodeId === first!.nodeId).length).toBeLessThanOrEqual(2);
    expect(machine.open().some((request) => request.fromByte === 768 * KIB)).toBe(true);
  });

  test('a chunk that is checked and right is complete, and tells who gave what of it and why', () => {
    const machine = createMachine();
    machine.serveAll(1, 8);
    const [complete] = machine.take('complete');
    expect(complete!.outcome).toMatchObject({ sequence: 0, hedged: false, failedOver: false, code: 'split' });
    expect(complete!.outcome.sources.reduce((sum, source) => sum + source.sizeBytes, 0)).toBe(1024 * KIB);
    expect(complete!.outcome.attempts.at(-1)).toMatchObject({ nodeId: complete!.outcome.nodeId, error: null });
    expect(complete!.outcome.why).toMatch(/from node-\d \d+ %, node-\d/);
    expect(machine.state.totals).toMatchObject({ deliveredBytes: 1024 * KIB, wastedBytes: 0, failedRequestCount: 0 });
  });

  test('with a good buffer a chunk is asked for whole', () => {
    const machine = createMachine({ chunks: Array.from({ length: 5 }, (_, sequence) => facts(sequence)) });
    machine.serveAll();
    machine.take('request');
    machine.feed({ kind: 'playhead', positionSec: 0, rate: 1 });
    machine.pass(10);
    expect(ranges(machine)).toMatchObject([{ from: 0, to: 1024 }]);
    expect(machine.open()).toMatchObject([{ sequence: 3 }]);
  });

  test('what is needed later waits for nodes that have answered and have nothing else to do', () => {
    const machine = createMachine({ chunks: [facts(0), facts(1, { holders: ['node-1', 'node-4', 'node-5'] })] });
    expect(new Set(machine.open().map((request) => request.sequence))).toEqual(new Set([0]));
    machine.feed({ kind: 'ping', nodeId: 'node-4', tookMs: 20 });
    const later = machine.open().filter((request) => request.sequence === 1);
    expect(later).toMatchObject([{ nodeId: 'node-4', fromByte: 0, toByte: 1024 * KIB }]);
  });

  test('a small chunk is shared out among all holders too, but not in crumbs', () => {
    expect(ranges(createMachine({ chunks: [facts(0, { sizeBytes: 480 * KIB })] })).map(({ from, to }) => [from, to])).toEqual([[0, 160], [160, 320], [320, 480]]);
    expect(ranges(createMachine({ chunks: [facts(0, { sizeBytes: 140 * KIB })] })).map(({ from, to }) => [from, to])).toEqual([[0, 140]]);
  });

  test('at most four chunks are under way', () => {
    const machine = createMachine({ chunks: Array.from({ length: 9 }, (_, sequence) => facts(sequence, { sizeBytes: 100 * KIB, startSec: 0, endSec: 10, holders: [`node-${sequence}`] })) });
    expect(new Set(machine.open().map((request) => request.sequence)).size).toBe(4);
  });
});

describe('when a node fails', () => {
  test('what is missing is asked for elsewhere, from the byte where it broke off', () => {
    const machine = createMachine();
    const [request] = machine.open();
    machine.take('request');
    bytes(machine, request!.requestId, 100 * KIB);
    machine.feed({ kind: 'failed', requestId: request!.requestId, reason: 'broke off' });
    machine.serve(machine.open()[0]!);
    const resumed = machine.take('request').find((effect) => effect.fromByte === 100 * KIB);
    expect(resumed).toMatchObject({ toByte: 256 * KIB });
    expect(resumed!.nodeId).not.toBe(request!.nodeId);
    machine.serveAll();
    const { outcome } = machine.take('complete')[0]!;
    expect(outcome).toMatchObject({ failedOver: true, why: expect.stringContaining(`failed over from ${request!.nodeId}`) });
    expect(outcome.attempts[0]).toMatchObject({ nodeId: request!.nodeId, error: 'broke off' });
    expect(outcome.nodeId).not.toBe(request!.nodeId);
    expect(outcome.sources).toContainEqual({ nodeId: request!.nodeId, sizeBytes: 100 * KIB });
    expect(machine.state.totals).toMatchObject({ wastedBytes: 0, failOverCount: 1 });
  });

  test('silence before the first byte ends the request after 2 s as long as nothing is known of the node', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 100 * KIB, holders: ['node-1'] })] });
    machine.pass(1_999);
    expect(machine.take('abort')).toEqual([]);
    machine.pass(2);
    expect(machine.take('abort')).toHaveLength(1);
    expect(machine.take('miss')[0]!.attempts).toEqual([{ nodeId: 'node-1', tookMs: 2_000, error: 'was silent for 2 s' }]);
  });

  test('silence midway is told with what came before', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 100 * KIB, holders: ['node-1'] })] });
    bytes(machine, machine.open()[0]!.requestId, 1_000);
    machine.pass(2_001);
    expect(machine.take('miss')[0]!.attempts[0]!.error).toBe('stopped after 1000 bytes and was silent for 2 s');
  });

  test('an answer that ends early or brings too little is a failure', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-1'] })] });
    bytes(machine, machine.open()[0]!.requestId, 400);
    machine.feed({ kind: 'done', requestId: machine.open()[0]!.requestId });
    expect(machine.take('miss')[0]!.attempts[0]!.error).toBe('sent 400 of 1000 bytes');
  });

  test('a round in which every holder failed is told, and the next begins later and later while the chunk is needed', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-1', 'node-2'] })] });
    const startedMs: number[] = [];
    for (let round = 0; round < 5; round++) {
      startedMs.push(machine.nowMs());
      while (machine.open().length > 0) machine.feed({ kind: 'failed', requestId: machine.open()[0]!.requestId, reason: 'answered 500' });
      expect(machine.take('miss')).toMatchObject([{ sequence: 0, attempts: [{ error: 'answered 500' }, { error: 'answered 500' }] }]);
      while (machine.open().length === 0) machine.pass(50);
    }
    const waitsMs = startedMs.slice(1).map((atMs, index) => atMs - startedMs[index]!);
    expect(waitsMs).toEqual([250, 500, 1_000, 2_000]);
  });

  test('two failures in a row open its breaker, and it is asked no more while others are trusted', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-2'] })] });
    for (let failures = 0; failures < 2; failures++) {
      machine.feed({ kind: 'failed', requestId: machine.open()[0]!.requestId, reason: 'answered 500' });
      expect(machine.state.nodes.get('node-2')!.breaker.openUntilMs === null).toBe(failures === 0);
      machine.pass(250);
    }
    machine.feed({ kind: 'chunks', chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-2', 'node-1'] })] });
    machine.pass(500);
    expect(machine.open()).toMatchObject([{ nodeId: 'node-1' }]);
  });

  test('when all breakers are open, the one closest to being trusted again is asked', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000 })] });
    for (let failures = 0; failures < 12; failures++) {
      const [request] = machine.open();
      if (request) {
        machine.wait(10);
        machine.feed({ kind: 'failed', requestId: request.requestId, reason: 'answered 500' });
      } else machine.pass(50);
    }
    while (machine.open().length === 0) machine.pass(10);
    const [request] = machine.open();
    const untilMs = (nodeId: string): number => machine.state.nodes.get(nodeId)!.breaker.openUntilMs ?? -1;
    expect(untilMs(request!.nodeId)).toBeGreaterThan(machine.nowMs());
    expect(untilMs(request!.nodeId)).toBe(Math.min(...HOLDERS.map(untilMs)));
  });

  test('a node whose time is up is tried with 64 useful KiB, if they are not needed at once', () => {
    const machine = createMachine({ chunks: [] });
    const chunks = Array.from({ length: 3 }, (_, sequence) => facts(sequence));
    machine.feed({ kind: 'chunks', chunks: [facts(9, { startSec: 900, endSec: 910 })] });
    const { breaker } = machine.state.nodes.get('node-1')!;
    Object.assign(breaker, { openedAtMs: 0, openMs: 2_000, openUntilMs: 100 });
    machine.feed({ kind: 'chunks', chunks });
    expect(machine.open().some((request) => request.nodeId === 'node-1')).toBe(false);
    machine.pass(101);
    machine.serveAll(1, 8);
    const asked = machine.take('request').filter((request) => request.nodeId === 'node-1');
    expect(asked[0]).toMatchObject({ fromByte: expect.any(Number), sequence: 1 });
    expect(asked[0]!.toByte - asked[0]!.fromByte).toBe(64 * KIB);
    expect(breaker.openUntilMs).toBeNull();
  });
});

describe('wrong bytes', () => {
  const small = [facts(0, { sizeBytes: 1_000 })];

  test('of one node: its breaker opens, and another one is asked for all of it', () => {
    const machine = createMachine({ chunks: small });
    const [request] = machine.open();
    machine.serve(request!);
    machine.feed({ kind: 'verified', sequence: 0, isRight: false });
    expect(machine.take('restart')).toEqual([{ kind: 'restart', sequence: 0, sources: [] }]);
    expect(machine.state.nodes.get(request!.nodeId)!.breaker.openUntilMs).not.toBeNull();
    expect(machine.open()).toMatchObject([{ fromByte: 0, toByte: 1_000 }]);
    expect(machine.open()[0]!.nodeId).not.toBe(request!.nodeId);
    machine.serveAll();
    expect(machine.take('complete')[0]!.outcome).toMatchObject({ code: 'refetched', failedOver: true, attempts: [{ nodeId: request!.nodeId, error: expect.stringContaining('wrong bytes') }, { error: null }] });
    expect(machine.state.totals.wastedBytes).toBe(1_000);
  });

  test('of several: all of it is fetched from one node, and who lied is known by comparison', () => {
    const machine = createMachine();
    for (let [request] = machine.open(); request; [request] = machine.open()) machine.serve(request);
    machine.take('request');
    machine.take('verify');
    machine.feed({ kind: 'verified', sequence: 0, isRight: false });
    const [restart] = machine.take('restart');
    expect(new Set(restart!.sources.map((source) => source.nodeId)).size).toBeGreaterThan(1);
    expect([...machine.state.nodes.values()].every((node) => node.breaker.openUntilMs === null)).toBe(true);
    expect(machine.take('request')).toMatchObject([{ fromByte: 0, toByte: 1024 * KIB }]);
    machine.serve(machine.open()[0]!);
    machine.feed({ kind: 'verified', sequence: 0, isRight: true, liars: ['node-3'] });
    expect([...machine.state.nodes.values()].filter((node) => node.breaker.openUntilMs !== null).map((node) => node.nodeId)).toEqual(['node-3']);
    expect(machine.take('complete')[0]!.outcome.attempts.filter((attempt) => attempt.error !== null)).toMatchObject([{ nodeId: 'node-3' }]);
  });

  test('of every holder: a miss, and all are asked again later', () => {
    const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-1', 'node-2'] })] });
    for (let holder = 0; holder < 2; holder++) {
      machine.serve(machine.open()[0]!);
      machine.feed({ kind: 'verified', sequence: 0, isRight: false });
    }
    expect(machine.take('miss')).toMatchObject([{ attempts: [{}, {}] }]);
    machine.pass(250);
    expect(machine.open()).toHaveLength(1);
  });
});

describe('what nobody needs any more', () => {
  test('is ended and forgotten when the last one who wanted it leaves', () => {
    const machine = createMachine({ schedule: 'wanted' });
    machine.feed({ kind: 'want', sequence: 0 });
    bytes(machine, machine.open()[0]!.requestId, 5_000);
    machine.feed({ kind: 'unwant', sequence: 0 });
    expect(machine.open()).toEqual([]);
    expect(machine.take('forget')).toEqual([{ kind: 'forget', sequence: 0 }]);
    expect(machine.take('abort')).toHaveLength(3);
    expect(machine.state.totals).toMatchObject({ deliveredBytes: 0, wastedBytes: 5_000 });
  });

  test('is ended after a seek, unless it lies within reach of where it plays now', () => {
    const machine = createMachine({ chunks: Array.from({ length: 20 }, (_, sequence) => facts(sequence)) });
    machine.take('request');
    machine.feed({ kind: 'playhead', positionSec: 150, rate: 0, isSeek: true });
    expect(new Set(machine.open().map((request) => request.sequence))).toEqual(new Set([15]));
    machine.feed({ kind: 'playhead', positionSec: 145, rate: 0, isSeek: true });
    expect(machine.open().some((request) => request.sequence === 15)).toBe(true);
  });

  test('a complete chunk that is no longer kept is fetched again when it is wanted', () => {
    const machine = createMachine({ schedule: 'wanted' });
    machine.feed({ kind: 'want', sequence: 0 });
    machine.serveAll();
    machine.feed({ kind: 'taken', sequence: 0 });
    machine.take('request');
    machine.feed({ kind: 'lost', sequence: 0 });
    expect(machine.take('request')).toEqual([]);
    machine.feed({ kind: 'want', sequence: 0 });
    expect(machine.take('request').length).toBeGreaterThan(0);
  });
});

test('inputs about requests and chunks that are gone change nothing', () => {
  const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000 })] });
  const [request] = machine.open();
  machine.serve(request!);
  const before = structuredClone({ ...machine.state.totals });
  for (const kind of ['first-byte', 'done'] as const) machine.feed({ kind, requestId: request!.requestId });
  machine.feed({ kind: 'bytes', requestId: 99, sizeBytes: 10 });
  machine.feed({ kind: 'failed', requestId: 99, reason: 'late' });
  machine.feed({ kind: 'verified', sequence: 7, isRight: true });
  machine.feed({ kind: 'want', sequence: 7 });
  expect(machine.state.totals).toEqual(before);
});

test('a new manifest brings new holders, and what is here of a chunk stays', () => {
  const machine = createMachine({ chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-1'] })] });
  bytes(machine, machine.open()[0]!.requestId, 300);
  machine.feed({ kind: 'failed', requestId: machine.open()[0]!.requestId, reason: 'broke off' });
  expect(machine.take('miss')).toHaveLength(1);
  machine.feed({ kind: 'chunks', chunks: [facts(0, { sizeBytes: 1_000, holders: ['node-1', 'node-9'] })] });
  machine.feed({ kind: 'retry', sequence: 0 });
  expect(machine.open()).toMatchObject([{ fromByte: 300, toByte: 1_000 }]);
});

test('the same inputs at the same times make the same effects', () => {
  const run = (): unknown[] => {
    const machine = createMachine({ seed: 7, chunks: Array.from({ length: 3 }, (_, sequence) => facts(sequence)) });
    const told: unknown[] = [];
    for (let step = 0; step < 10; step++) {
      told.push(...machine.take('request'), ...machine.pass(40));
      const [request] = machine.open();
      if (request) machine.serve(request, 5, 16);
    }
    return told;
  };
  expect(run()).toEqual(run());
});
