import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkIdOf, manifestIdOf } from '../../../../runtime/contract/ids.ts';
import type { EventsResponse, Manifest, RebuildStatus, VideoRow } from '../../../../runtime/contract/wire/metadata.ts';
import { bytesOf, startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

const NODE_IDS = ['node-1', 'node-2', 'node-3'];

let cluster: MetadataCluster;
beforeEach(async () => {
  cluster = await startMetadataCluster({ nodeCount: 3 });
});
afterEach(() => cluster.close());

const rebuildStatus = async (): Promise<RebuildStatus> => (await cluster.call<RebuildStatus>('GET', '/rebuild')).body;
const manifestOf = async (videoId: string): Promise<Manifest> => (await cluster.call<Manifest>('GET', `/manifest/${videoId}`)).body;
const listed = async (query = ''): Promise<VideoRow[]> => (await cluster.call<VideoRow[]>('GET', `/videos${query}`)).body;
const databasePath = (): string => join(cluster.root, 'metadata', 'metadata.db');

/** The service forgets everything and starts to ask. */
const loseDatabase = async (rebuildId = 'rebuild-1'): Promise<void> => {
  await cluster.stop();
  await rm(join(cluster.root, 'metadata'), { recursive: true });
  await cluster.start({ rebuildId, expectedNodeIds: NODE_IDS });
};
const answerAll = async (): Promise<void> => {
  for (const node of cluster.nodes) await cluster.register(node);
  await expect.poll(async () => (await rebuildStatus()).state, { timeout: 20_000 }).toBe('done');
};
/** What a video looks like apart from signatures and the times of rows. */
const essence = ({ chunks, ...manifest }: Manifest): unknown => ({
  ...manifest,
  chunks: chunks.map(({ urls: _urls, replicas, ...chunk }) => ({ ...chunk, replicas: [...replicas].sort() })),
});

describe('a rebuild', () => {
  it('restores videos, chunks and placements as they were', async () => {
    const videoId = await cluster.uploadVideo('Kept', ['first', 'second', 'third']);
    await cluster.call('PATCH', `/video/${videoId}`, { title: 'Renamed' });
    const before = await manifestOf(videoId);
    expect(before).toMatchObject({ title: 'Renamed', version: 1 });
    await loseDatabase();
    await answerAll();
    expect(essence(await manifestOf(videoId))).toEqual(essence(before));
    expect((await listed()).map((video) => video.title)).toEqual(['Renamed']);
  });

  it('lists the same rows in the same order, also when the first node to answer cannot show the manifests', async () => {
    const videoIds: string[] = [];
    for (const title of ['one', 'two', 'three']) {
      videoIds.push(await cluster.uploadVideo(title, [title, `${title} again`]));
      cluster.clock.shift(1000);
    }
    const before = await listed();
    expect(before.map((video) => video.title)).toEqual(['three', 'two', 'one']);
    for (const videoId of videoIds) cluster.nodes[0]!.rot(manifestIdOf(videoId, 0));
    await loseDatabase();
    await cluster.register(cluster.nodes[0]!);
    await expect.poll(async () => (await rebuildStatus()).nodes_answered).toEqual(['node-1']);
    await answerAll();
    expect(await listed()).toEqual(before);
  });

  it('keeps deleted videos deleted, also when a node slept through the deletion', async () => {
    const kept = await cluster.uploadVideo('Kept', ['k']);
    const gone = await cluster.uploadVideo('Gone', ['g']);
    const sleeper = cluster.nodes[2]!;
    await sleeper.stop();
    expect((await cluster.call('DELETE', `/video/${gone}`)).status).toBe(202);
    await cluster.service.sweepNow();
    await sleeper.start();
    expect(sleeper.read(chunkIdOf(gone, 0))).toBeDefined();
    await loseDatabase();
    await answerAll();
    expect((await listed()).map((video) => video.video_id)).toEqual([kept]);
    expect((await cluster.call('GET', `/manifest/${gone}`)).status).toBe(404);
    // What the sleeper still has is collected like any deleted video's chunks.
    await cluster.service.sweepNow();
    expect(sleeper.read(chunkIdOf(gone, 0))).toBeUndefined();
  });

  it('is read-only until every known node has answered, and reads what it knows meanwhile', async () => {
    const videoId = await cluster.uploadVideo('Early', ['a']);
    await loseDatabase();
    await cluster.register(cluster.nodes[0]!);
    await expect.poll(async () => (await rebuildStatus()).nodes_answered).toEqual(['node-1']);
    expect((await manifestOf(videoId)).chunks).toHaveLength(1);
    expect((await cluster.call('GET', '/health')).body).toMatchObject({ database_status: 'rebuilding', status: 'degraded' });
    const refused = await cluster.call('POST', '/video', { title: 'New' });
    expect([refused.status, refused.body.code]).toEqual([503, 'read_only']);
    expect(refused.body.detail).toContain('node-2, node-3');
    expect((await cluster.call('DELETE', `/video/${videoId}`)).status).toBe(503);
    await answerAll();
    expect((await cluster.call('POST', '/video', { title: 'New' })).status).toBe(200);
  });

  it('tells no store what is only provisional', async () => {
    const videoId = await cluster.createVideo();
    const [grant] = await cluster.grantsFor(videoId, [0]);
    await cluster.place(grant!, bytesOf('never committed'));
    await loseDatabase();
    await cluster.register(cluster.nodes[0]!);
    await expect.poll(async () => (await rebuildStatus()).nodes_answered).toEqual(['node-1']);
    expect((await cluster.call('POST', `/chunk/${chunkIdOf(videoId, 0)}/recover`, { generation: 0 })).status).toBe(503);
    await cluster.service.sweepNow();
    expect(cluster.nodes.flatMap((node) => node.calls).filter((call) => call.startsWith('learn'))).toEqual([]);
    await answerAll();
    expect((await cluster.call('POST', `/chunk/${chunkIdOf(videoId, 0)}/recover`, { generation: 0 })).status).toBe(200);
    await cluster.service.sweepNow();
    for (const node of cluster.nodes) expect(node.stateOf(chunkIdOf(videoId, 0))?.chosen).toMatchObject({ kind: 'PLACED' });
  });

  it('is recommended when a fresh database finds nodes that hold chunks', async () => {
    await cluster.uploadVideo('Forgotten', ['a']);
    await cluster.stop();
    await rm(join(cluster.root, 'metadata'), { recursive: true });
    await cluster.start();
    for (const node of cluster.nodes) await cluster.register(node);
    await cluster.beatAll();
    await cluster.service.sweepNow();
    await cluster.service.sweepNow();
    const { events } = (await cluster.call<EventsResponse>('GET', '/events')).body;
    expect(events.filter((event) => event.kind === 'database-empty')).toMatchObject([{ detail: expect.stringContaining('vstack metadata rebuild') as string }]);
  });

  it('goes on where it was when the service is killed in the middle', async () => {
    const videoId = await cluster.uploadVideo('Twice', ['a']);
    await loseDatabase();
    await cluster.register(cluster.nodes[0]!);
    await expect.poll(async () => (await rebuildStatus()).nodes_answered).toEqual(['node-1']);
    await cluster.restart({ rebuildId: 'rebuild-1', expectedNodeIds: NODE_IDS });
    expect((await rebuildStatus()).state).toBe('running');
    await answerAll();
    expect((await manifestOf(videoId)).chunks).toHaveLength(1);
    // And once it is done, a restart with the same id does not begin anew.
    await cluster.restart({ rebuildId: 'rebuild-1', expectedNodeIds: NODE_IDS });
    expect((await rebuildStatus()).state).toBe('done');
    expect((await cluster.call('POST', '/video', { title: 'New' })).status).toBe(200);
  });

  it('sets the old database aside byte for byte, damaged as it is, and knows its nodes if it can still be read', async () => {
    await cluster.uploadVideo('Aside', ['a']);
    await cluster.stop();
    const before = await readFile(databasePath());
    await cluster.start({ rebuildId: 'rebuild-2' });
    expect((await rebuildStatus()).nodes_missing).toEqual(NODE_IDS);
    await answerAll();
    const [aside] = (await readdir(cluster.root)).filter((name) => name.startsWith('metadata.before-rebuild-'));
    expect(await readFile(join(cluster.root, aside!, 'metadata.db'))).toEqual(before);
    await cluster.stop();
    await writeFile(databasePath(), 'no database at all');
    await cluster.start({ rebuildId: 'rebuild-3', expectedNodeIds: NODE_IDS });
    await answerAll();
    expect((await listed()).map((video) => video.title)).toEqual(['Aside']);
    expect((await readdir(cluster.root)).filter((name) => name.startsWith('metadata.before-rebuild-'))).toHaveLength(2);
  });

  it('takes the highest generation of a chunk that was moved', async () => {
    const videoId = await cluster.uploadVideo('Moved', ['a']);
    cluster.nodes[0]!.wipe();
    await cluster.register(cluster.nodes[0]!);
    await cluster.service.sweepNow();
    expect((await manifestOf(videoId)).chunks[0]!.generation).toBe(1);
    await loseDatabase();
    await answerAll();
    expect((await manifestOf(videoId)).chunks[0]).toMatchObject({ generation: 1 });
    expect((await manifestOf(videoId)).chunks[0]!.replicas).toHaveLength(3);
  });

  it('restores an upload under way, which goes on with grants of the new incarnation', async () => {
    const videoId = await cluster.createVideo();
    const [first, second] = await cluster.grantsFor(videoId, [0, 1]);
    await cluster.commit(videoId, 0, (await cluster.place(first!, bytesOf('zero'))).certificate!);
    const uncommitted = await cluster.place(second!, bytesOf('one'));
    await loseDatabase();
    await answerAll();
    expect(await listed()).toEqual([]);
    expect((await listed('?status=uploading')).map((video) => video.video_id)).toEqual([videoId]);
    // What was chosen but not yet committed is chosen all the same, and its late commit is answered.
    expect((await manifestOf(videoId)).chunks.map((chunk) => chunk.sequence_num)).toEqual([0, 1]);
    expect((await cluster.commit(videoId, 1, uncommitted.certificate!)).status).toBe(200);
    const [third] = await cluster.grantsFor(videoId, [2]);
    expect(third!.incarnation).not.toBe(first!.incarnation);
    expect((await cluster.commit(videoId, 2, (await cluster.place(third!, bytesOf('two'))).certificate!)).status).toBe(200);
    expect((await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active', total_chunks: 3 })).status).toBe(200);
  });

  it('goes without a node that will never come when a person says so', async () => {
    const videoId = await cluster.uploadVideo('Two of three', ['a']);
    await loseDatabase();
    await cluster.register(cluster.nodes[0]!);
    await cluster.register(cluster.nodes[1]!);
    await expect.poll(async () => (await rebuildStatus()).nodes_answered).toEqual(['node-1', 'node-2']);
    const { body } = await cluster.call<RebuildStatus>('POST', '/rebuild/finish');
    expect(body.state).toBe('done');
    expect((await manifestOf(videoId)).chunks[0]!.replicas).toHaveLength(2);
    expect((await cluster.call('POST', '/rebuild/finish')).status).toBe(409);
  });

  it('reads a node with more instances than one page holds', async () => {
    const videoId = await cluster.createVideo('Long');
    const sequences = Array.from({ length: 40 }, (_, index) => index);
    const grants = await cluster.grantsFor(videoId, sequences);
    await Promise.all(grants.map(async (grant, sequence) => cluster.commit(videoId, sequence, (await cluster.place(grant, bytesOf(`chunk ${sequence}`))).certificate!)));
    await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active' });
    for (const node of cluster.nodes) node.pageLimit = 7;
    await loseDatabase();
    await answerAll();
    expect((await manifestOf(videoId)).chunks).toHaveLength(40);
    expect(cluster.nodes[0]!.calls.filter((call) => call.startsWith('list')).length).toBeGreaterThan(5);
  });
});
