import { describe, expect, test } from 'vitest';
import type { ClientKind } from '../../../../runtime/contract/client-kind.ts';
import { chooseNode } from '../../../../runtime/core/client/choose.ts';
import { noteAsked, noteBytes, noteEnd, noteFirstByte } from '../../../../runtime/core/client/nodes.ts';
import { createPredict, timeMsOf } from '../../../../runtime/core/client/predict.ts';
import { createMachine, facts, HOLDERS, KIB } from '../../../fixtures/client-machine.ts';

const MIB = 1024 * KIB;

interface Known {
  /** A mebibyte flowed in so many milliseconds, after so long a first byte. */
  firstByteMs?: number;
  mebibyteMs?: number;
  atMs?: number;
  inFlightCount?: number;
  failed?: number;
}

/** Nodes of which something is known, and a chunk of a mebibyte that they hold. `bufferSec` is complete ahead. */
const choosing = (known: Record<string, Known>, { client = 'smart' as ClientKind, bufferSec = 0, sequence = 90, nowMs = 1_000, seed = 1 } = {}) => {
  const machine = createMachine({ client, seed, chunks: [] });
  const { state } = machine;
  const buffered = Array.from({ length: bufferSec / 10 }, (_, index) => facts(index));
  machine.feed({ kind: 'chunks', chunks: [...buffered, facts(sequence, { ...(bufferSec === 0 ? { startSec: 0, endSec: 10 } : { startSec: 900, endSec: 910 }), holders: Object.keys(known).length > 0 ? Object.keys(known) : HOLDERS })] });
  for (const { sequence: done } of buffered) state.chunks.get(done)!.status = 'complete';
  state.requests.clear();
  for (const node of state.nodes.values()) Object.assign(node.estimate, { inFlightCount: 0, inFlightBytes: 0 });
  for (const [nodeId, { firstByteMs = 20, mebibyteMs, atMs = nowMs - 100, inFlightCount = 0, failed = 0 }] of Object.entries(known)) {
    const node = state.nodes.get(nodeId)!;
    if (mebibyteMs !== undefined) {
      noteAsked(node, MIB, atMs - mebibyteMs - firstByteMs);
      noteFirstByte(node, firstByteMs, atMs - mebibyteMs);
      noteBytes(node, MIB, atMs);
      noteEnd(node, 'succeeded', 0, true, atMs);
    }
    for (let request = 0; request < inFlightCount; request++) noteAsked(node, MIB, atMs);
    for (let failure = 0; failure < failed; failure++) {
      noteAsked(node, MIB, atMs);
      noteEnd(node, 'failed', MIB, false, atMs);
    }
  }
  const chunk = state.chunks.get(sequence)!;
  return { state, chunk, choose: (sizeBytes = MIB) => chooseNode(state, chunk, sizeBytes, nowMs) };
};

describe('the smart client asks', () => {
  test.each([
    ['the node with the higher rate', { a: { mebibyteMs: 100 }, b: { mebibyteMs: 400 } }, 'a'],
    ['the node with the shorter wait, of two as quick', { a: { mebibyteMs: 100, firstByteMs: 300 }, b: { mebibyteMs: 100, firstByteMs: 20 } }, 'b'],
    ['the idle node, of two as good', { a: { mebibyteMs: 100, inFlightCount: 1 }, b: { mebibyteMs: 100 } }, 'b'],
    ['the busy node, when it will still be quicker', { a: { mebibyteMs: 100, inFlightCount: 1 }, b: { mebibyteMs: 300 } }, 'a'],
    ['the reliable node', { a: { mebibyteMs: 100, failed: 4 }, b: { mebibyteMs: 120 } }, 'b'],
  ] as const)('%s', (_, known, expected) => expect(choosing(known).choose()?.nodeId).toBe(expected));

  test('nobody while two requests are under way at every node, since a place will soon be free', () => {
    expect(choosing({ a: { mebibyteMs: 100, inFlightCount: 2 }, b: { mebibyteMs: 100, inFlightCount: 2 } }).choose()).toBeNull();
  });
  test('the one with least under way all the same, when whole chunks are fetched into a good buffer', () => {
    expect(choosing({ a: { mebibyteMs: 100, inFlightCount: 3 }, b: { mebibyteMs: 100, inFlightCount: 2 } }, { bufferSec: 20 }).choose()?.nodeId).toBe('b');
  });
  test('nobody when waiting for a busy node is quicker than the free one', () => {
    expect(choosing({ quick: { mebibyteMs: 100, inFlightCount: 2 }, slow: { mebibyteMs: 4_000 } }).choose()).toBeNull();
  });

  test('the idle node for what is needed later, however much quicker a busy one is', () => {
    const known = { a: { mebibyteMs: 100, inFlightCount: 1 }, b: { mebibyteMs: 150 } };
    expect(choosing(known, { bufferSec: 10 }).choose()?.nodeId).toBe('b');
  });

  test('any of those within a tenth of the best, by the seed, and of these first the one that gave least', () => {
    const chosen = (known: Record<string, Known>) => new Set(Array.from({ length: 40 }, (_, seed) => choosing(known, { seed }).choose()!.nodeId));
    expect(chosen({ a: { mebibyteMs: 100 }, b: { mebibyteMs: 105 }, c: { mebibyteMs: 150 } })).toEqual(new Set(['a', 'b']));
    const uneven = choosing({ a: { mebibyteMs: 100 }, b: { mebibyteMs: 105 } });
    uneven.state.nodes.get('a')!.deliveredBytes += 1;
    expect(uneven.choose()!.nodeId).toBe('b');
  });

  test('in a node that nothing is known of, one like the others', () => {
    const { state } = choosing({ known: { mebibyteMs: 100, firstByteMs: 50 }, other: { mebibyteMs: 100, firstByteMs: 50 }, unknown: {} });
    const predict = createPredict(state, 1_000);
    expect(timeMsOf(state.nodes.get('unknown')!, MIB, predict)).toBeCloseTo(150, 0);
  });

  test('says why in words', () => {
    expect(choosing({ a: { mebibyteMs: 100 }, b: { mebibyteMs: 400 } }).choose()?.reason).toBe('quickest of 2, 120 ms expected');
    expect(choosing({ a: { mebibyteMs: 2_000 } }).choose()?.reason).toBe('the only holder to ask, 2.0 s expected');
  });
});

describe('a node that was slow long ago', () => {
  const known = { slow: { mebibyteMs: 4_000, atMs: 4_100 }, quick: { mebibyteMs: 100, atMs: 63_900 }, other: { mebibyteMs: 100, atMs: 63_900 } };
  test('is still reckoned as slow while the buffer is low', () => {
    const { state } = choosing(known, { nowMs: 64_000, bufferSec: 10 });
    expect(timeMsOf(state.nodes.get('slow')!, MIB, createPredict(state, 64_000))).toBeGreaterThan(4_000);
  });
  test('is hoped to be like the others with a buffer above 20 s', () => {
    const { state } = choosing(known, { nowMs: 64_000, bufferSec: 30 });
    expect(timeMsOf(state.nodes.get('slow')!, MIB, createPredict(state, 64_000))).toBeLessThan(200);
  });
  test('is then tried with 64 KiB of useful bytes, one node at a time', () => {
    const explored = choosing(known, { nowMs: 64_000, bufferSec: 30 });
    expect(explored.choose()).toMatchObject({ nodeId: 'slow', code: 'explored', bytesMax: 64 * KIB });
    expect(choosing(known, { nowMs: 64_000, bufferSec: 20 }).choose()).toMatchObject({ code: 'quickest' });
    explored.state.requests.set(1, { isExploring: true, sequence: 5 } as never);
    expect(explored.choose()).toMatchObject({ code: 'quickest' });
  });
});

describe('the clients without measurements', () => {
  const slowFirst = { 'node-1': { mebibyteMs: 9_000 }, 'node-2': { mebibyteMs: 100 }, 'node-3': { mebibyteMs: 100 } };
  test.each(['naive', 'naive-retry'] as const)('%s: the holders in turn, however slow, and the next one after a failure', (client) => {
    expect([90, 91, 92, 93].map((sequence) => choosing(slowFirst, { client, sequence }).choose()!.nodeId)).toEqual(['node-1', 'node-2', 'node-3', 'node-1']);
    const failed = choosing(slowFirst, { client });
    failed.chunk.failed.add('node-1');
    expect(failed.choose()).toMatchObject({ nodeId: 'node-2', code: 'in-turn', bytesMax: Infinity });
  });
  test('random-two: of two drawn the one with fewer requests under way', () => {
    const busy = { a: { inFlightCount: 5 }, b: { inFlightCount: 1 }, c: { inFlightCount: 0 } };
    const counts: Record<string, number> = {};
    for (let seed = 0; seed < 300; seed++) {
      const { nodeId } = choosing(busy, { client: 'random-two', seed }).choose()!;
      counts[nodeId] = (counts[nodeId] ?? 0) + 1;
    }
    expect(counts.a).toBeUndefined();
    // c wins two of the three pairs, b one.
    expect(counts.c! / counts.b!).toBeGreaterThan(1.4);
    expect(counts.c! / counts.b!).toBeLessThan(2.8);
  });
});

describe('the oracle', () => {
  test('goes by the truth, whatever it measured', () => {
    const { state, choose } = choosing({ a: { mebibyteMs: 100 }, b: { mebibyteMs: 400 } }, { client: 'oracle' });
    const link = { roundTripMs: 20, bitsPerSecond: 50_000_000, lossShare: 0, isReachable: true };
    state.nodes.get('a')!.truth = { ...link, nodeId: 'a', bitsPerSecond: 1_600_000 };
    state.nodes.get('b')!.truth = { ...link, nodeId: 'b' };
    expect(choose()!.nodeId).toBe('b');
    state.nodes.get('b')!.truth = { ...link, nodeId: 'b', isReachable: false };
    state.nodes.get('a')!.truth = { ...link, nodeId: 'a', bitsPerSecond: 40_000_000 };
    expect(choose()!.nodeId).toBe('a');
  });
  test('knows what loss does to a connection', () => {
    const { state } = choosing({ a: {}, b: {} }, { client: 'oracle' });
    const timeMs = (lossShare: number): number => {
      state.nodes.get('a')!.truth = { nodeId: 'a', roundTripMs: 30, bitsPerSecond: 40_000_000, lossShare, isReachable: true };
      return timeMsOf(state.nodes.get('a')!, MIB, createPredict(state, 0));
    };
    expect(timeMs(0)).toBeCloseTo(33 + (8 * MIB) / 40_000, 0);
    // Mathis: 1448 · 8 bits / 30 ms · √1.5 / √0.15
    expect(timeMs(0.15)).toBeCloseTo(33 + (8 * MIB) / ((1448 * 8 * Math.sqrt(1.5)) / 30 / Math.sqrt(0.15)), 0);
  });
});
