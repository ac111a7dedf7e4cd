import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createFetchTransport } from '../../../../runtime/client/fetch-transport.ts';
import { startPlaySession } from '../../../../runtime/client/session/play-session.ts';
import { browserClock } from '../../../../runtime/client/transport.ts';
import { CLIENT_KINDS } from '../../../../runtime/contract/client-kind.ts';
import { startChunkServer } from '../../../fixtures/chunk-server.ts';
import { bytesOfSequence, makeManifest } from '../../../fixtures/manifest.ts';
import { scriptedTransport } from '../../../fixtures/scripted-transport.ts';
import { createSimulatedNetwork, type SimulatedNode } from '../../../fixtures/simulated-network.ts';
import { playVirtually, simulatedVideo } from '../../../fixtures/virtual-session.ts';

const nodeIds = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'];
const networkOf = (node: Partial<SimulatedNode> = {}) => createSimulatedNetwork(Object.fromEntries(nodeIds.map((nodeId) => [nodeId, node])));

describe('a session', () => {
  test.each(CLIENT_KINDS)('%s: plays a healthy network from start to end and tells how it was', async (kind) => {
    const network = networkOf();
    const manifest = simulatedVideo({ nodeIds });
    const truth = nodeIds.map((nodeId) => ({ nodeId, roundTripMs: 20, bitsPerSecond: 50_000_000, lossShare: 0, isReachable: true }));
    const result = await playVirtually(network, { kind, manifest, seed: 4, truth });
    const totalBytes = manifest.chunks.reduce((sum, chunk) => sum + chunk.size_bytes, 0);
    expect(result).toMatchObject({
      client: kind, videoId: manifest.video_id, seed: 4, endedBy: 'end', stalls: [], stalledMs: 0, rebufferRatio: 0, playedMs: expect.closeTo(60_000, -1),
      deliveredBytes: totalBytes, failedRequestCount: 0, failOverCount: 0, faults: [],
    });
    expect(result.tookMs).toBeCloseTo(result.startupMs! + 60_000, -2);
    expect(result.nodes.reduce((sum, node) => sum + node.sizeBytes, 0)).toBe(totalBytes);
    expect(result.deliveredBytes + result.wastedBytes).toBe(network.deliveredBytes());
    expect(result.chunks.map((chunk) => chunk.sources.reduce((sum, source) => sum + source.sizeBytes, 0))).toEqual(result.chunks.map((chunk) => chunk.sizeBytes));
    expect(result.throughputBitsPerSecond).toBeGreaterThan(40_000_000);
    expect(network.openCount()).toBe(0);
  });

  test('tells of its buffer: sampled four times a second from the start on, and when it was full and all was fetched', async () => {
    const { buffer, startupMs, playedMs, chunks } = await playVirtually(networkOf(), { kind: 'smart', manifest: simulatedVideo({ nodeIds }), seed: 4 });
    expect(buffer.samples.length).toBeCloseTo(playedMs / 250, -1);
    expect(buffer.samples[0]!.atMs).toBeGreaterThanOrEqual(startupMs!);
    expect(buffer.targetAtMs).toBeGreaterThan(startupMs!);
    expect(buffer.fetchedAtMs).toBe(Math.max(...chunks.map((chunk) => chunk.atMs)));
    expect(buffer.meanSec!).toBeGreaterThan(20);
    // The last fifteen seconds of a minute have no more to buffer.
    expect(buffer.lowShare).toBeCloseTo(0.25, 1);
    expect(Math.max(...buffer.samples.map((sample) => sample.sec))).toBeLessThanOrEqual(40);
  });

  test('on a network too slow for the video stalls, and goes on each time with ten seconds', async () => {
    const result = await playVirtually(networkOf({ bitsPerSecond: 1_000_000 }), { kind: 'smart', manifest: simulatedVideo({ nodeIds, segmentCount: 3 }), seed: 4 });
    expect(result.endedBy).toBe('end');
    expect(result.stalls.length).toBeGreaterThan(0);
    expect(result.stalls.map((stall) => stall.positionSec)).toEqual(result.stalls.map((stall) => expect.closeTo(Math.round(stall.positionSec / 10) * 10, 1)));
    expect(result.stalledMs).toBeCloseTo(result.stalls.reduce((sum, stall) => sum + stall.tookMs, 0));
    expect(result.rebufferRatio).toBeCloseTo(result.stalledMs / (result.stalledMs + result.playedMs));
    // Durations are rounded, so an end that is 20 ms away counts as reached.
    expect(30_000 - result.playedMs).toBeGreaterThanOrEqual(0);
    expect(30_000 - result.playedMs).toBeLessThanOrEqual(20);
  });

  test('ends at its limit, or when it is stopped, with what there is', async () => {
    const limited = await playVirtually(networkOf(), { kind: 'naive', manifest: simulatedVideo({ nodeIds }), seed: 4, limitMs: 15_000 });
    expect(limited).toMatchObject({ endedBy: 'limit', tookMs: 15_000 });
    const network = networkOf({ does: 'silent' });
    const stopped = await playVirtually(network, { kind: 'smart', manifest: simulatedVideo({ nodeIds }), seed: 4, prepare: (session) => void network.clock.after(3_000, () => session.stop()) });
    expect(stopped).toMatchObject({ endedBy: 'stop', startupMs: null, playedMs: 0, rebufferRatio: 0, chunks: [], buffer: { p5Sec: null, meanSec: null, lowShare: null } });
    expect(network.openCount()).toBe(0);
  });

  test('can begin in the middle, and fetches nothing before that', async () => {
    const network = networkOf();
    const result = await playVirtually(network, { kind: 'smart', manifest: simulatedVideo({ nodeIds }), seed: 4, startSec: 40 });
    expect(result).toMatchObject({ endedBy: 'end', playedMs: expect.closeTo(20_000, -1) });
    expect(Math.min(...network.asked.map((ask) => ask.sequence))).toBe(16);
    expect(result.buffer.fetchedAtMs).not.toBeNull();
  });

  test('tells how long what a dead node owed took to come from elsewhere', async () => {
    const network = networkOf({ bitsPerSecond: 12_000_000, roundTripMs: 70 });
    const result = await playVirtually(network, {
      kind: 'smart', manifest: simulatedVideo({ nodeIds }), seed: 4,
      prepare: (session) => void network.clock.after(300, () => {
        session.markFault('node-2');
        network.nodes.get('node-2')!.does = 'silent';
      }),
    });
    expect(result.faults).toMatchObject([{ nodeId: 'node-2', atMs: 300 }]);
    expect(result.faults[0]!.openCount).toBeGreaterThan(0);
    expect(result.faults[0]!.recoveredMs).toBeGreaterThan(0);
    expect(result.faults[0]!.recoveredMs).toBeLessThan(2_500);
    expect(result.stalls).toEqual([]);
  });

  test('plays the same way twice with the same seed, and another way with another', async () => {
    const play = (seed: number) => playVirtually(networkOf({ bitsPerSecond: 12_000_000 }), { kind: 'smart', manifest: simulatedVideo({ nodeIds }), seed });
    const [first, again, other] = [await play(11), await play(11), await play(12)];
    expect(again).toEqual(first);
    expect(other.chunks.map((chunk) => chunk.sources)).not.toEqual(first.chunks.map((chunk) => chunk.sources));
  });

  test('with the truth, the oracle keeps off a slow node from the first request on', async () => {
    const network = createSimulatedNetwork(Object.fromEntries(nodeIds.map((nodeId) => [nodeId, nodeId === 'node-2' ? { bitsPerSecond: 1_600_000, roundTripMs: 300 } : { bitsPerSecond: 12_000_000, roundTripMs: 70 }])));
    const truth = [...network.nodes].map(([nodeId, { roundTripMs, bitsPerSecond }]) => ({ nodeId, roundTripMs, bitsPerSecond, lossShare: 0, isReachable: true }));
    const result = await playVirtually(network, { kind: 'oracle', manifest: simulatedVideo({ nodeIds, segmentCount: 2 }), seed: 4, truth });
    expect(network.asked.filter((ask) => ask.nodeId === 'node-2')).toEqual([]);
    expect(result.startupMs).not.toBeNull();
  });
});

test('a chunk that no node gives is asked for again with a new manifest', async () => {
  const contentOf = (sequence: number): Uint8Array => bytesOfSequence(sequence, 1_000);
  const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const [old, fresh] = ['node-1', 'node-2'].map((nodeId) => makeManifest({ segments: [[1_000]], sha256Of, nodeUrls: { [nodeId]: 'http://127.0.0.1:1' } }));
  const transport = scriptedTransport(contentOf);
  const session = startPlaySession({ kind: 'smart', manifest: old!, refresh: () => Promise.resolve(fresh!), transport, clock: browserClock, seed: 1 });
  transport.requests[0]!.onFailure('answered 404');
  await expect.poll(() => transport.requests.length).toBe(2);
  expect(transport.requests[1]!.nodeId).toBe('node-2');
  transport.requests[1]!.serve();
  await expect.poll(() => session.now().phase).toBe('playing');
  session.stop();
  expect(await session.result).toMatchObject({ endedBy: 'stop', failOverCount: 0, failedRequestCount: 1 });
});

test('over real sockets and the real clock it plays, checks every hash and ends', async () => {
  const server = await startChunkServer({ nodeIds: ['node-1', 'node-2', 'node-3'], chunkCount: 3, chunkBytes: 700_000 });
  try {
    const manifest = { ...server.manifest, chunks: server.manifest.chunks.map((chunk, sequence) => ({ ...chunk, start_sec: sequence * 0.1, duration_sec: 0.1 })) };
    const session = startPlaySession({ kind: 'smart', manifest, transport: createFetchTransport, clock: browserClock, seed: 1 });
    const result = await session.result;
    expect(result).toMatchObject({ endedBy: 'end', deliveredBytes: 2_100_000, failedRequestCount: 0, stalls: [] });
    expect(result.chunks).toHaveLength(3);
  } finally {
    await server.close();
  }
});
