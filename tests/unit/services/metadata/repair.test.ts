import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { chunkIdOf } from '../../../../runtime/contract/ids.ts';
import type { Manifest } from '../../../../runtime/contract/wire/metadata.ts';
import { bytesOf, startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';
import type { FakeNode } from '../../../fixtures/fake-node.ts';

const MINUTE_MS = 60_000;

let cluster: MetadataCluster;
const gone = new Set<FakeNode>();
beforeEach(async () => {
  gone.clear();
  cluster = await startMetadataCluster({ nodeCount: 3, settings: { fillGraceMs: 1 } });
});
afterEach(() => cluster.close());

const manifestOf = async (videoId: string): Promise<Manifest> => (await cluster.call<Manifest>('GET', `/manifest/${videoId}`)).body;
const nodeOf = (url: string): FakeNode => cluster.nodes.find((node) => node.url === url)!;
const textOf = (node: FakeNode, chunkId: string): string | undefined => {
  const bytes = node.read(chunkId);
  return bytes && new TextDecoder().decode(bytes);
};
/** Time passes; who is up is heard of. */
const pass = async (byMs: number): Promise<void> => {
  cluster.clock.shift(byMs);
  for (const node of cluster.nodes) if (!gone.has(node)) await cluster.call('POST', `/nodes/${node.nodeId}/heartbeat`, { disk_usage_percent: 1, chunk_count: 1 });
};
const lose = async (node: FakeNode): Promise<void> => {
  gone.add(node);
  await node.stop();
  await cluster.service.markNodeDown(node.nodeId, 'test');
};

describe('repair', () => {
  it('fills a granted store that was away during the upload, once it is back', async () => {
    const away = cluster.nodes[2]!;
    await away.stop();
    const videoId = await cluster.uploadVideo('Degraded', ['a', 'b']);
    expect(await manifestOf(videoId)).toMatchObject({ complete: false });
    expect((await manifestOf(videoId)).chunks[0]!.replicas).toHaveLength(2);
    await away.start();
    await cluster.register(away);
    await pass(1000);
    await cluster.service.sweepNow();
    expect(await manifestOf(videoId)).toMatchObject({ complete: true });
    expect((await manifestOf(videoId)).chunks.map((chunk) => chunk.replicas.length)).toEqual([3, 3]);
    expect(textOf(away, chunkIdOf(videoId, 1))).toBe('b');
  });

  it('sends no bytes to a store that has them and was only slow to vote', async () => {
    const slow = cluster.nodes[2]!;
    const videoId = await cluster.createVideo();
    const [grant] = await cluster.grantsFor(videoId, [0]);
    slow.faults.set('accept', () => new VStackError('unavailable', 'slow'));
    const { certificate } = await cluster.place(grant!, bytesOf('x'));
    expect((await cluster.commit(videoId, 0, certificate!)).body.complete).toBe(false);
    // What waits to be told is lost with the process, so that repair alone can find out.
    await cluster.restart();
    slow.faults.delete('accept');
    await cluster.place(grant!, bytesOf('x'));
    await pass(1000);
    await cluster.service.sweepNow();
    expect((await cluster.call('POST', `/chunk/${grant!.chunk_id}/holders`, { certificate })).body.complete).toBe(true);
    expect(cluster.nodes.flatMap((node) => node.calls).filter((call) => call.startsWith('stage'))).toEqual([]);
  });

  it('says that an upload is degraded when it is finalised without all its copies', async () => {
    await cluster.nodes[2]!.stop();
    const videoId = await cluster.createVideo();
    const [grant] = await cluster.grantsFor(videoId, [0]);
    await cluster.commit(videoId, 0, (await cluster.place(grant!, bytesOf('x'))).certificate!);
    const { body } = await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active' });
    expect(body).toMatchObject({ status: 'active', complete: false });
  });

  it('moves the chunks of a replaced disk to the next generation, so that three holders are there again', async () => {
    const videoId = await cluster.uploadVideo('Disk lost', ['a']);
    const broken = cluster.nodes[0]!;
    broken.wipe();
    await cluster.register(broken);
    expect((await manifestOf(videoId)).chunks[0]!.replicas).not.toContain(broken.url);
    await pass(1000);
    await cluster.service.sweepNow();
    const [chunk] = (await manifestOf(videoId)).chunks;
    expect(chunk).toMatchObject({ generation: 1 });
    expect(chunk!.replicas).toHaveLength(3);
    for (const url of chunk!.replicas) expect(textOf(nodeOf(url), chunk!.chunk_id)).toBe('a');
  });

  it('moves the chunks of a node that is down for too long to another one, but waits for a short absence', async () => {
    const videoId = await cluster.uploadVideo('Node lost', ['a']);
    const spare = await cluster.addNode();
    await cluster.register(spare);
    await lose(cluster.nodes[1]!);
    await pass(MINUTE_MS);
    await cluster.service.sweepNow();
    expect((await manifestOf(videoId)).chunks[0]!.generation).toBe(0);
    for (let minute = 0; minute < 11; minute += 1) await pass(MINUTE_MS);
    await cluster.service.sweepNow();
    const [chunk] = (await manifestOf(videoId)).chunks;
    expect(chunk).toMatchObject({ generation: 1 });
    expect([...chunk!.replicas].sort()).toEqual([cluster.nodes[0]!, cluster.nodes[2]!, spare].map((node) => node.url).sort());
  });

  it('waits when there is no further node, and goes on when one comes', async () => {
    const videoId = await cluster.uploadVideo('Two left', ['a']);
    await lose(cluster.nodes[1]!);
    for (let minute = 0; minute < 11; minute += 1) await pass(MINUTE_MS);
    await cluster.service.sweepNow();
    expect((await manifestOf(videoId)).chunks[0]).toMatchObject({ generation: 0 });
    expect((await manifestOf(videoId)).complete).toBe(false);
    const spare = await cluster.addNode();
    await cluster.register(spare);
    await pass(1000);
    await cluster.service.sweepNow();
    expect((await manifestOf(videoId)).chunks[0]!.replicas).toContain(spare.url);
  });

  it('brings back bytes that a node reports as rotten, and lists the node only when it holds them again', async () => {
    const videoId = await cluster.uploadVideo('Rot', ['a']);
    const [rotten] = cluster.nodes;
    const chunkId = chunkIdOf(videoId, 0);
    rotten!.rot(chunkId);
    const report = { store_uuid: rotten!.storeUuid, chunk_ids: [chunkId] };
    expect((await cluster.call('POST', `/nodes/node-1/damage`, report)).body).toEqual({ node_id: 'node-1', repairs: 1 });
    expect((await manifestOf(videoId)).chunks[0]!.replicas).not.toContain(rotten!.url);
    await cluster.service.sweepNow();
    expect((await manifestOf(videoId)).chunks[0]!.replicas).toContain(rotten!.url);
  });
});
