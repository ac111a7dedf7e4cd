/** The client against networks that do wrong, in virtual time: whole sessions, thousands of requests, no real clock. */
import { describe, expect, test } from 'vitest';
import { createCountedChunk } from '../../../../runtime/client/assembly.ts';
import { chunkFactsOf } from '../../../../runtime/client/chunk-facts.ts';
import { runClient } from '../../../../runtime/client/run-client.ts';
import type { ClientKind } from '../../../../runtime/contract/client-kind.ts';
import { HEDGE_BYTES_START, HEDGE_SHARE, HEDGE_SHARE_LOW } from '../../../../runtime/core/client/limits.ts';
import { missingBytes } from '../../../../runtime/core/client/state.ts';
import { createRandom, drawOne, drawShare } from '../../../../runtime/core/random.ts';
import { createSimulatedNetwork, type Misbehaviour, type SimulatedNode } from '../../../fixtures/simulated-network.ts';
import { playVirtually, simulatedVideo } from '../../../fixtures/virtual-session.ts';

const nodeIds = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'];
const networkOf = (odd: Partial<SimulatedNode>, others: Partial<SimulatedNode> = {}) => createSimulatedNetwork(Object.fromEntries(nodeIds.map((nodeId) => [nodeId, nodeId === 'node-3' ? { ...others, ...odd } : others])));
const misbehaviours: Misbehaviour[] = ['silent', 'refuse', 'error', 'trickle', 'stall', 'short', 'long', 'corrupt'];
const newSeed = (): number => {
  const seed = Math.floor(Math.random() * 2 ** 31) + 1;
  console.log(`seed ${seed}`);
  return seed;
};

describe('the smart client, with one node of five that does wrong', () => {
  test.each(misbehaviours)('%s: plays to the end without a stall, every chunk right', async (does) => {
    const result = await playVirtually(networkOf({ does }), { kind: 'smart', manifest: simulatedVideo({ nodeIds }), seed: 3 });
    expect(result).toMatchObject({ endedBy: 'end', stalls: [], playedMs: expect.closeTo(60_000, -2) });
    expect(result.chunks).toHaveLength(24);
    expect(new Set(result.chunks.map((chunk) => chunk.sequence)).size).toBe(24);
  });

  test('that lies, and a chunk came from several: it is found out, and asked no more while others can be', async () => {
    const network = networkOf({ does: 'corrupt' });
    const result = await playVirtually(network, { kind: 'smart', manifest: simulatedVideo({ nodeIds }), seed: 3 });
    const liars = new Set(result.chunks.flatMap((chunk) => chunk.failures).filter((failure) => failure.reason.includes('wrong bytes')).map((failure) => failure.nodeId));
    expect(liars).toEqual(new Set(['node-3']));
    const lastLieAtMs = Math.max(...result.chunks.filter((chunk) => chunk.failures.length > 0).map((chunk) => chunk.atMs));
    const askedLater = network.asked.filter(({ nodeId, atMs }) => nodeId === 'node-3' && atMs > 5_000 && atMs < 30_000);
    expect(lastLieAtMs).toBeLessThan(60_000);
    expect(askedLater).toEqual([]);
  });

  test('that is slow: gets next to nothing to do, and the others carry the load evenly', async () => {
    const result = await playVirtually(networkOf({ bitsPerSecond: 1_600_000, roundTripMs: 300 }, { bitsPerSecond: 12_000_000, roundTripMs: 70 }), { kind: 'smart', manifest: simulatedVideo({ nodeIds, segmentCount: 12 }), seed: 3 });
    const bytesOf = (nodeId: string): number => result.nodes.find((node) => node.nodeId === nodeId)!.sizeBytes;
    expect(result.stalls).toEqual([]);
    expect(bytesOf('node-3')).toBeLessThan(0.05 * result.deliveredBytes);
    expect(Math.max(...nodeIds.map(bytesOf))).toBeLessThan(0.45 * result.deliveredBytes);
  });
});

test('one honest holder is enough: every chunk completes, whatever the others do and however it changes', async () => {
  const seed = newSeed();
  const chance = createRandom(seed);
  for (let round = 0; round < 25; round++) {
    const network = createSimulatedNetwork(Object.fromEntries(nodeIds.map((nodeId) => [nodeId, { roundTripMs: 5 + drawShare(chance) * 300, bitsPerSecond: 4_000_000 + drawShare(chance) * 60_000_000 }])));
    const manifest = simulatedVideo({ nodeIds, segmentCount: 4, chunksPerSegment: 3, chunkBytes: 400_000 });
    const honest = drawOne(chance, nodeIds);
    for (const chunk of manifest.chunks) if (!chunk.urls.some((url) => url.node_id === honest)) chunk.urls[0] = { ...chunk.urls[0]!, node_id: honest };
    const upset = (): void => {
      for (const nodeId of nodeIds) if (nodeId !== honest) network.nodes.get(nodeId)!.does = drawOne(chance, ['none', ...misbehaviours] as const);
      network.clock.after(500 + drawShare(chance) * 4_000, upset);
    };
    upset();
    const result = await playVirtually(network, { kind: 'smart', manifest, seed: seed + round });
    expect(result.endedBy, `seed ${seed}, round ${round}`).toBe('end');
    expect(result.chunks).toHaveLength(12);
    expect(network.openCount()).toBe(0);
  }
});

test.each(['naive', 'naive-retry', 'random-two', 'oracle'] as ClientKind[])('%s plays to the end when one node refuses, and when one is silent', async (kind) => {
  for (const does of ['refuse', 'silent'] as const) {
    const result = await playVirtually(networkOf({ does }), { kind, manifest: simulatedVideo({ nodeIds }), seed: 5 });
    expect(result).toMatchObject({ endedBy: 'end', client: kind });
    expect(result.hedgeCount === 0 || kind === 'oracle').toBe(true);
  }
});

/** A download over a network whose every request is looked at as it leaves. */
const watchedDownload = async (network: ReturnType<typeof createSimulatedNetwork>, seed: number, chunkCount: number, onRequest: (isHedge: boolean, sizeBytes: number, isMissing: boolean) => void) => {
  const manifest = simulatedVideo({ nodeIds, segmentCount: chunkCount, chunksPerSegment: 1, chunkBytes: 700_000 });
  const complete: number[] = [];
  const client = runClient({
    client: 'smart', schedule: 'wanted', seed, clock: network.clock, chunkOf: (sequence) => manifest.chunks[sequence]!, openAssembly: createCountedChunk,
    onComplete: ({ sequence }) => {
      complete.push(sequence);
      client.feed({ kind: 'taken', sequence });
      if (sequence + 4 < chunkCount) client.feed({ kind: 'want', sequence: sequence + 4 });
    },
    onMiss: () => undefined,
    transport: {
      ...network.transport,
      request: (ask, handlers) => {
        const { state } = client;
        const own = [...state.requests.values()].find((request) => request.sequence === ask.sequence && request.nodeId === ask.nodeId && request.fromByte === ask.fromByte && request.gotBytes === 0)!;
        const missing = missingBytes(state, ask.sequence, ask.fromByte, ask.toByte);
        const isComing = [...state.requests.values()].some((other) => other.requestId < own.requestId && other.sequence === ask.sequence && other.fromByte + other.gotBytes < ask.toByte && other.toByte > ask.fromByte);
        onRequest(own.hedgeOf !== null, ask.toByte - ask.fromByte, missing.length === 1 && missing[0]!.from === ask.fromByte && missing[0]!.to === ask.toByte && !isComing);
        return network.transport.request(ask, handlers);
      },
    },
  });
  client.feed({ kind: 'chunks', chunks: chunkFactsOf(manifest) });
  for (let sequence = 0; sequence < Math.min(4, chunkCount); sequence++) client.feed({ kind: 'want', sequence });
  for (let step = 0; step < 6_000 && complete.length < chunkCount; step++) network.clock.advance(50);
  client.close();
  return { complete, totals: client.state.totals };
};

test('no byte is asked for that is here or coming, except by a hedge', async () => {
  const seed = newSeed();
  const chance = createRandom(seed);
  for (let round = 0; round < 20; round++) {
    const network = createSimulatedNetwork(Object.fromEntries(nodeIds.map((nodeId) => [nodeId, { roundTripMs: 5 + drawShare(chance) * 200, bitsPerSecond: 2_000_000 + drawShare(chance) * 40_000_000, does: drawOne(chance, ['none', 'none', 'none', 'short', 'stall', 'trickle', 'error'] as const) }])));
    network.nodes.get(drawOne(chance, nodeIds))!.does = 'none';
    await watchedDownload(network, seed + round, 12, (isHedge, _, isMissing) => expect(isHedge || isMissing, `seed ${seed}, round ${round}`).toBe(true));
  }
});

test('hedges waste no more than a twentieth of what was delivered, however the network wavers', async () => {
  const seed = newSeed();
  const chance = createRandom(seed);
  let hedgeCountTotal = 0;
  for (let round = 0; round < 12; round++) {
    const network = createSimulatedNetwork(Object.fromEntries(nodeIds.map((nodeId) => [nodeId, { roundTripMs: 20, bitsPerSecond: 20_000_000 }])));
    const waver = (): void => {
      for (const node of network.nodes.values()) node.bitsPerSecond = drawShare(chance) < 0.2 ? 500_000 : 20_000_000;
      network.clock.after(200 + drawShare(chance) * 600, waver);
    };
    waver();
    let firstBytes = 0;
    let hedgeCount = 0;
    const { complete, totals } = await watchedDownload(network, seed + round, 60, (isHedge, sizeBytes) => {
      if (isHedge) hedgeCount++;
      // Until the first chunk is there the buffer of a download counts as empty, and a hedge may cost what it likes.
      if (isHedge && firstBytes < 700_000) firstBytes += sizeBytes;
    });
    expect(complete.length, `seed ${seed}, round ${round}`).toBe(60);
    expect(totals.hedgeCount).toBe(hedgeCount);
    hedgeCountTotal += hedgeCount;
    expect(totals.wastedBytes, `seed ${seed}, round ${round}`).toBeLessThanOrEqual(0.05 * totals.deliveredBytes + firstBytes);
  }
  expect(hedgeCountTotal).toBeGreaterThan(50);
});

test('all nodes slow at once: no storm of hedges, and little is wasted', async () => {
  const network = networkOf({}, { bitsPerSecond: 20_000_000 });
  const manifest = simulatedVideo({ nodeIds, segmentCount: 10 });
  network.clock.after(12_000, () => {
    for (const node of network.nodes.values()) Object.assign(node, { bitsPerSecond: 3_000_000, roundTripMs: 400 });
  });
  const result = await playVirtually(network, { kind: 'smart', manifest, seed: 9 });
  expect(result).toMatchObject({ endedBy: 'end', stalls: [] });
  expect(result.hedgeCount).toBeLessThan(0.1 * result.requestCount);
  // The budget: 5 % of what came with a good buffer, 10 % of what came below that, and what it began with.
  const { steady, deliveredBytes, wastedBytes } = result;
  expect(wastedBytes).toBeLessThanOrEqual(HEDGE_SHARE * steady.deliveredBytes + HEDGE_SHARE_LOW * (deliveredBytes - steady.deliveredBytes) + HEDGE_BYTES_START);
});

test('a slow network is no dead one: with round trips of three seconds everything still arrives', async () => {
  const network = networkOf({}, { roundTripMs: 3_000, bitsPerSecond: 2_000_000 });
  const result = await playVirtually(network, { kind: 'smart', manifest: simulatedVideo({ nodeIds, segmentCount: 3, chunksPerSegment: 1, chunkBytes: 300_000 }), seed: 2 });
  expect(result.chunks).toHaveLength(3);
  expect(result.endedBy).toBe('end');
});
