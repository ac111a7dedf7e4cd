import { afterEach, describe, expect, it } from 'vitest';
import type { Grant } from '../../../../runtime/contract/paxos.ts';
import type { Manifest } from '../../../../runtime/contract/wire/metadata.ts';
import { q1Of, q2Of } from '../../../../runtime/core/chunkpaxos/quorum.ts';
import { startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

let cluster: MetadataCluster | undefined;
afterEach(() => cluster?.close());

const holders = async (videoId: string): Promise<number[]> =>
  (await cluster!.call<Manifest>('GET', `/manifest/${videoId}`)).body.chunks.map((chunk) => chunk.replicas.length);
const shapeOf = ({ stores, k, m }: Grant): [number, number, number] => [stores.length, k, m];

describe('the number of copies', () => {
  it.each([
    { replicaCount: 1, nodeCount: 5, stores: 1, q1: 1, q2: 1 },
    { replicaCount: 3, nodeCount: 5, stores: 3, q1: 2, q2: 2 },
    { replicaCount: 5, nodeCount: 5, stores: 5, q1: 4, q2: 2 },
    { replicaCount: 5, nodeCount: 2, stores: 2, q1: 1, q2: 2 },
  ])('$replicaCount on $nodeCount nodes gives a chunk $stores stores, Q1 $q1 and Q2 $q2', async ({ replicaCount, nodeCount, stores, q1, q2 }) => {
    cluster = await startMetadataCluster({ nodeCount, settings: { replicaCount } });
    const videoId = await cluster.createVideo();
    const [grant] = await cluster.grantsFor(videoId, [0]);
    expect(shapeOf(grant!)).toEqual([stores, 1, stores - 1]);
    expect([q1Of(grant!), q2Of(grant!)]).toEqual([q1, q2]);
    const uploaded = await cluster.uploadVideo('Film', ['a', 'b']);
    expect(await holders(uploaded)).toEqual([stores, stores]);
    expect((await cluster.call('GET', '/health')).body).toMatchObject({ replica_count: replicaCount, status: nodeCount >= replicaCount ? 'healthy' : 'degraded' });
  });

  it('stays as it was for videos that exist, through a launch with another number, a rebuild and a move', async () => {
    cluster = await startMetadataCluster({ nodeCount: 5, settings: { replicaCount: 2, moveAfterMs: 1 } });
    const { nodes } = cluster;
    const videoId = await cluster.uploadVideo('Two copies', ['a']);
    await cluster.restart({ replicaCount: 5, rebuildId: 'r1', expectedNodeIds: nodes.map(({ nodeId }) => nodeId) });
    for (const node of nodes) await cluster.register(node);
    await expect.poll(async () => (await cluster!.call('GET', '/rebuild')).body.state).toBe('done');
    expect((await cluster.call('GET', `/video/${videoId}`)).body).toMatchObject({ replica_count: 2 });
    const holder = (await cluster.call<Manifest>('GET', `/manifest/${videoId}`)).body.chunks[0]!.urls[0]!.node_id;
    await nodes.find(({ nodeId }) => nodeId === holder)!.stop();
    await cluster.service.markNodeDown(holder, 'test');
    await expect
      .poll(async () => {
        await cluster!.service.sweepNow();
        return (await cluster!.call<Manifest>('GET', `/manifest/${videoId}`)).body.chunks[0]!.generation;
      })
      .toBeGreaterThan(0);
    expect(await holders(videoId)).toEqual([2]);
    expect(await holders(await cluster.uploadVideo('New', ['n']))).toEqual([4]);
  });
});
