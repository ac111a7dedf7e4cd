import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkIdOf, manifestIdOf } from '../../../../runtime/contract/ids.ts';
import { SECOND_MS } from '../../../../runtime/contract/units.ts';
import { VideoRow, VideoStatusResponse, type VideoStatusResponse as StatusBody } from '../../../../runtime/contract/wire/metadata.ts';
import { openDatabase } from '../../../../runtime/platform/sqlite.ts';
import { startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

const GRACE_MS = 60 * SECOND_MS;
let cluster: MetadataCluster;

beforeEach(async () => {
  cluster = await startMetadataCluster({ settings: { deleteGraceMs: GRACE_MS } });
});
afterEach(() => cluster.close());

const listed = async (): Promise<string[]> => ((await cluster.call('GET', '/videos')).body as unknown as VideoRow[]).map((row) => row.title);
const rowOf = async (videoId: string): Promise<VideoRow> => VideoRow.strict().parse((await cluster.call('GET', `/video/${videoId}`)).body);
const holdsChunk = (videoId: string): boolean[] => cluster.nodes.map((node) => node.read(chunkIdOf(videoId, 0)) !== undefined);
const remove = async (videoId: string): Promise<StatusBody> => VideoStatusResponse.strict().parse((await cluster.call('DELETE', `/video/${videoId}`)).body);
const restore = (videoId: string) => cluster.call('POST', `/video/${videoId}/restore`);
const loseDatabase = async (): Promise<void> => {
  await cluster.restart({ rebuildId: `r${Math.random().toString(36).slice(2)}`, expectedNodeIds: cluster.nodes.map(({ nodeId }) => nodeId) });
  for (const node of cluster.nodes) await cluster.register(node);
  await expect.poll(async () => (await cluster.call('GET', '/rebuild')).body.state).toBe('done');
};

describe('a deleted video', () => {
  it('leaves the list at once, keeps its chunks for a while and says for how long', async () => {
    const videoId = await cluster.uploadVideo('Film', ['abc']);
    const before = cluster.clock.wallMs();
    const { restorable_until: until, message } = await remove(videoId);
    expect(Date.parse(until!) - before).toBeGreaterThanOrEqual(GRACE_MS);
    expect(Date.parse(until!) - before).toBeLessThan(GRACE_MS + 10 * SECOND_MS);
    expect(message).toContain('can be restored');
    expect(await remove(videoId)).toMatchObject({ restorable_until: until });
    await cluster.service.sweepNow();
    expect(await listed()).toEqual([]);
    expect((await cluster.call('GET', `/manifest/${videoId}`)).status).toBe(404);
    expect(await rowOf(videoId)).toMatchObject({ status: 'deleted', restorable_until: until });
    expect(holdsChunk(videoId)).toEqual([true, true, true]);
  });

  it('comes back with all it had, and restoring it again changes nothing', async () => {
    const videoId = await cluster.uploadVideo('Film', ['abc', 'de']);
    await cluster.call('POST', `/video/${videoId}/view`);
    await remove(videoId);
    expect(VideoStatusResponse.strict().parse((await restore(videoId)).body)).toMatchObject({ status: 'active', video_id: videoId });
    expect((await restore(videoId)).status).toBe(200);
    cluster.clock.shift(2 * GRACE_MS);
    await cluster.service.sweepNow();
    expect(await rowOf(videoId)).toMatchObject({ status: 'active', title: 'Film', total_chunks: 2, view_count: 1, complete: true });
    expect((await cluster.call('GET', `/manifest/${videoId}`)).status).toBe(200);
    expect(holdsChunk(videoId)).toEqual([true, true, true]);
  });

  it('is gone for good when its time is over: its chunks are collected, and restoring says so', async () => {
    const videoId = await cluster.uploadVideo('Film', ['abc']);
    await remove(videoId);
    cluster.clock.shift(GRACE_MS + SECOND_MS);
    const late = await restore(videoId);
    expect([late.status, late.body.code]).toEqual([409, 'conflict']);
    expect(late.body.detail).toContain('Upload it again');
    await cluster.beatAll();
    await cluster.service.sweepNow();
    expect(holdsChunk(videoId)).toEqual([false, false, false]);
    expect((await restore(videoId)).status).toBe(409);
    expect(await rowOf(videoId)).not.toHaveProperty('restorable_until');
  });

  it('is not brought back by an uploader that repeats its last call', async () => {
    const videoId = await cluster.uploadVideo('Film', ['abc']);
    await remove(videoId);
    expect((await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active', total_chunks: 1 })).status).toBe(409);
    expect((await cluster.call('PATCH', `/video/${videoId}`, { title: 'Other' })).status).toBe(409);
    expect(await listed()).toEqual([]);
  });

  it('is restored after a restart of the service, or ended if its time ran out meanwhile', async () => {
    const kept = await cluster.uploadVideo('Kept', ['k']);
    const gone = await cluster.uploadVideo('Gone', ['g']);
    await remove(kept);
    await remove(gone);
    await cluster.restart();
    expect((await restore(kept)).status).toBe(200);
    await cluster.stop();
    cluster.clock.shift(GRACE_MS + SECOND_MS);
    await cluster.start();
    await cluster.beatAll();
    await cluster.service.sweepNow();
    expect(await listed()).toEqual(['Kept']);
    expect(holdsChunk(kept)).toEqual([true, true, true]);
    expect(holdsChunk(gone)).toEqual([false, false, false]);
  });

  it('stays deleted and restorable when the database is rebuilt, and a restored one stays restored', async () => {
    const deleted = await cluster.uploadVideo('Deleted', ['d']);
    const restored = await cluster.uploadVideo('Restored', ['r']);
    await remove(deleted);
    await remove(restored);
    await restore(restored);
    await cluster.service.sweepNow();
    await loseDatabase();
    expect(await listed()).toEqual(['Restored']);
    expect(await rowOf(deleted)).toMatchObject({ status: 'deleted', restorable_until: expect.any(String) as string });
    expect((await restore(deleted)).status).toBe(200);
    expect(new Set(await listed())).toEqual(new Set(['Deleted', 'Restored']));
    await remove(deleted);
    cluster.clock.shift(GRACE_MS + SECOND_MS);
    await cluster.beatAll();
    await cluster.service.sweepNow();
    await loseDatabase();
    expect(await listed()).toEqual(['Restored']);
    expect((await restore(deleted)).status).toBe(409);
  });

  it('is not ended while no quorum is in reach, but in a later round', async () => {
    const videoId = await cluster.uploadVideo('Film', ['abc']);
    await remove(videoId);
    cluster.clock.shift(GRACE_MS + SECOND_MS);
    for (const node of cluster.nodes) await cluster.service.markNodeDown(node.nodeId, 'test');
    await cluster.service.sweepNow();
    expect(holdsChunk(videoId)).toEqual([true, true, true]);
    for (const node of cluster.nodes) await cluster.register(node);
    await cluster.service.sweepNow();
    expect(holdsChunk(videoId)).toEqual([false, false, false]);
  });

  it('goes on being repaired while it can be restored', async () => {
    const videoId = await cluster.uploadVideo('Film', ['abc']);
    await cluster.service.sweepNow();
    await cluster.nodes[0]!.stop();
    await cluster.service.markNodeDown('node-1', 'test');
    await remove(videoId);
    await cluster.nodes[0]!.start();
    await cluster.register(cluster.nodes[0]!);
    cluster.clock.shift(20 * SECOND_MS);
    await cluster.beatAll();
    await cluster.service.sweepNow();
    await restore(videoId);
    expect(await rowOf(videoId)).toMatchObject({ status: 'active', complete: true });
  });

  it('that was still being uploaded is gone at once', async () => {
    const videoId = await cluster.createVideo('Half');
    expect(await remove(videoId)).not.toHaveProperty('restorable_until');
    expect((await restore(videoId)).status).toBe(409);
    expect((await restore('vid-unknown')).status).toBe(404);
  });
});

describe('a manifest version that nobody was told of', () => {
  it('is followed by one that says what the row says', async () => {
    const videoId = await cluster.uploadVideo('Film', ['abc']);
    await remove(videoId);
    await cluster.stop();
    // As if the service had died between the decision of the deletion and its row.
    const db = openDatabase(`${cluster.root}/metadata/metadata.db`);
    db.run(`UPDATE videos SET status = 'active', restorable_until_ms = NULL, manifest_version = 0`);
    db.close();
    await cluster.start();
    await cluster.service.sweepNow();
    await cluster.service.sweepNow();
    expect(cluster.nodes.map((node) => node.read(manifestIdOf(videoId, 2)) !== undefined)).toEqual([true, true, true]);
    await loseDatabase();
    expect(await listed()).toEqual(['Film']);
  });
});
