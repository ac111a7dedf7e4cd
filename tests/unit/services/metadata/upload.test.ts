import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkIdOf } from '../../../../runtime/contract/ids.ts';
import { Manifest, type CommitResponse, type HoldersResponse } from '../../../../runtime/contract/wire/metadata.ts';
import { sha256Hex } from '../../../../runtime/platform/crypto.ts';
import { bytesOf, startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

let cluster: MetadataCluster;
beforeEach(async () => {
  cluster = await startMetadataCluster({ nodeCount: 3 });
});
afterEach(() => cluster.close());

describe('an upload', () => {
  it('ends as an active video whose manifest lists every verified holder with signed URLs that work', async () => {
    const videoId = await cluster.uploadVideo('Two chunks', ['first', 'second']);
    const { status, body } = await cluster.call('GET', `/manifest/${videoId}`);
    expect(status).toBe(200);
    const manifest = Manifest.parse(body);
    expect(manifest).toMatchObject({ video_id: videoId, title: 'Two chunks', total_chunks: 2, status: 'active', complete: true, version: 0, chunk_duration_sec: 10 });
    expect(manifest.chunks.map((chunk) => [chunk.sequence_num, chunk.checksum, chunk.size_bytes, chunk.start_sec])).toEqual([
      [0, `sha256:${sha256Hex('first')}`, 5, 0],
      [1, `sha256:${sha256Hex('second')}`, 6, 10],
    ]);
    expect([...manifest.chunks[0]!.replicas].sort()).toEqual(cluster.nodes.map((node) => node.url).sort());
    for (const { url, ping_url: pingUrl } of manifest.chunks[1]!.urls) {
      expect(await (await fetch(url)).text()).toBe('second');
      expect((await fetch(pingUrl, { method: 'HEAD' })).status).toBe(200);
    }
  });

  it('has every store told what was chosen, after the row', async () => {
    const videoId = await cluster.uploadVideo('One chunk', ['bytes']);
    await cluster.service.sweepNow();
    for (const node of cluster.nodes) expect(node.stateOf(chunkIdOf(videoId, 0))?.chosen).toMatchObject({ kind: 'PLACED', sha256: sha256Hex('bytes') });
  });

  it('is not listed before it is finalised', async () => {
    const videoId = await cluster.createVideo();
    expect((await cluster.call('GET', '/videos')).body).toEqual([]);
    expect((await cluster.call('GET', '/videos?status=uploading')).body).toMatchObject([{ video_id: videoId }]);
  });

  it('shows in its manifest, chunk by chunk, what is stored while it is under way', async () => {
    const videoId = await cluster.createVideo();
    const grants = await cluster.grantsFor(videoId, [0, 1]);
    const seen = [];
    for (const [sequence, grant] of grants.entries()) {
      await cluster.commit(videoId, sequence, (await cluster.place(grant, bytesOf(`chunk ${sequence}`))).certificate!);
      const { status, chunks } = Manifest.parse((await cluster.call('GET', `/manifest/${videoId}`)).body);
      seen.push([status, chunks.map((chunk) => chunk.sequence_num), chunks.at(-1)!.urls.map((url) => url.node_id).sort()]);
    }
    const holders = ['node-1', 'node-2', 'node-3'];
    expect(seen).toEqual([['uploading', [0], holders], ['uploading', [0, 1], holders]]);
  });

  it('cannot be finalised while chunks are missing, and the answer names them', async () => {
    const videoId = await cluster.createVideo();
    const [grant] = await cluster.grantsFor(videoId, [1]);
    await cluster.commit(videoId, 1, (await cluster.place(grant!, bytesOf('b'))).certificate!);
    const { status, body } = await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active', total_chunks: 2 });
    expect(status).toBe(409);
    expect(body.detail).toContain('chunks 0 of 2');
  });

  it('is complete once the late votes of the remaining stores are reported', async () => {
    const videoId = await cluster.createVideo();
    const [grant] = await cluster.grantsFor(videoId, [0]);
    const { certificate } = await cluster.place(grant!, bytesOf('bytes'));
    const acks = certificate!.acks;
    const committed = await cluster.commit(videoId, 0, { ...certificate!, acks: acks.slice(0, 2) });
    expect(committed.body as unknown as CommitResponse).toMatchObject({ success: true, complete: false });
    const late = { ...certificate!, acks: acks.slice(2) };
    const { status, body } = await cluster.call<HoldersResponse>('POST', `/chunk/${chunkIdOf(videoId, 0)}/holders`, { certificate: late });
    expect(status).toBe(200);
    expect(body.complete).toBe(true);
    expect([...body.holders].sort()).toEqual(['node-1', 'node-2', 'node-3']);
  });
});

describe('grants', () => {
  it('are one per instance however many ask at once, and only the first asker owns it', async () => {
    const videoId = await cluster.createVideo();
    const asked = await Promise.all(Array.from({ length: 20 }, (_, index) => cluster.grantsFor(videoId, [0, 1, 2], `uploader-${index}`)));
    for (const sequence of [0, 1, 2]) expect(new Set(asked.map((grants) => JSON.stringify(grants[sequence]))).size).toBe(1);
    expect(new Set(asked[0]!.map((grant) => grant.grant_seq)).size).toBe(3);
  });

  it('are answered only when durable: a service killed right after the answer gives the same ones', async () => {
    const videoId = await cluster.createVideo();
    const before = await cluster.grantsFor(videoId, [0, 1]);
    await cluster.restart();
    expect(await cluster.grantsFor(videoId, [0, 1], 'somebody-else')).toEqual(before);
  });

  it('are refused for an unknown video, a finished video, and without nodes', async () => {
    expect((await cluster.call('POST', '/grants', { video_id: 'vid-unknown', sequences: [0], owner_id: 'u' })).status).toBe(404);
    const videoId = await cluster.uploadVideo('Done', ['x']);
    expect((await cluster.call('POST', '/grants', { video_id: videoId, sequences: [1], owner_id: 'u' })).status).toBe(409);
    const other = await cluster.createVideo();
    for (const node of cluster.nodes) await cluster.service.markNodeDown(node.nodeId, 'test');
    const { status, body } = await cluster.call('POST', '/grants', { video_id: other, sequences: [0], owner_id: 'u' });
    expect([status, body.code]).toEqual([503, 'not_enough_nodes']);
  });

  it('for erasure coding need five nodes', async () => {
    const videoId = await cluster.createVideo();
    const request = { video_id: videoId, sequences: [0], owner_id: 'u', redundancy_mode: 'erasure_coding' };
    expect((await cluster.call('POST', '/grants', request)).body.code).toBe('not_enough_nodes');
    await cluster.register(await cluster.addNode());
    await cluster.register(await cluster.addNode());
    const { body } = await cluster.call<{ grants: { k: number; m: number; stores: unknown[] }[] }>('POST', '/grants', request);
    expect(body.grants[0]).toMatchObject({ k: 3, m: 2 });
    expect(body.grants[0]!.stores).toHaveLength(5);
  });
});
