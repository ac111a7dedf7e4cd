import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestIdOf } from '../../../../runtime/contract/ids.ts';
import { CountVideosResponse, ListVideosResponse, Manifest, VideoRow } from '../../../../runtime/contract/wire/metadata.ts';
import { openDatabase } from '../../../../runtime/platform/sqlite.ts';
import { migrate } from '../../../../runtime/services/metadata/store/schema.ts';
import { countVideosThatFit, listVideos, putVideo } from '../../../../runtime/services/metadata/store/videos.ts';
import { startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

let cluster: MetadataCluster;
beforeEach(async () => {
  cluster = await startMetadataCluster();
});
afterEach(() => cluster.close());

const titles = async (search: string): Promise<string[]> =>
  ListVideosResponse.parse((await cluster.call('GET', `/videos?search=${encodeURIComponent(search)}`)).body).map((row) => row.title).sort();
const count = async (query: string): Promise<number> => CountVideosResponse.parse((await cluster.call('GET', `/videos/count${query}`)).body).count;

describe('the list of videos', () => {
  it('is searched by part of the title, whatever the case and beyond ASCII, with no character of special meaning', async () => {
    for (const title of ['Holiday 100% fun', 'holiday_2', 'ÜBER den Wolken', "O'Brien", 'Other']) await cluster.uploadVideo(title, [title]);
    expect(await titles('HOLIDAY')).toEqual(['Holiday 100% fun', 'holiday_2']);
    expect(await titles('%')).toEqual(['Holiday 100% fun']);
    expect(await titles('_')).toEqual(['holiday_2']);
    expect(await titles('über')).toEqual(['ÜBER den Wolken']);
    expect(await titles('U\u0308BER')).toEqual(['ÜBER den Wolken']);
    expect(await titles("o'b")).toEqual(["O'Brien"]);
    expect(await titles('nothing')).toEqual([]);
    expect((await titles('  ')).length).toBe(5);
  });

  it('counts all that fit, whatever a page shows', async () => {
    for (const title of ['film a', 'film b', 'other']) await cluster.uploadVideo(title, [title]);
    await cluster.createVideo('film under way');
    expect(await count('')).toBe(3);
    expect(await count('?search=FILM')).toBe(2);
    expect(await count('?search=film&status=all')).toBe(3);
    expect((await cluster.call('GET', '/videos/count?status=strange')).status).toBe(400);
  });

  it('finds a renamed video by its new title only', async () => {
    const videoId = await cluster.uploadVideo('Before', ['a']);
    await cluster.call('PATCH', `/video/${videoId}`, { title: 'After' });
    expect(await titles('before')).toEqual([]);
    expect(await titles('after')).toEqual(['After']);
  });

  it('says how a video is stored and what it is', async () => {
    const media = { mime: 'video/mp4', codecs: 'avc1.64001f', init_size_bytes: 1, sha256: 'a'.repeat(64), size_bytes: 3, width: 320, height: 180 };
    const videoId = await cluster.uploadVideo('Plain', ['abc']);
    const withMedia = await cluster.createVideo('Rich');
    const [grant] = await cluster.grantsFor(withMedia, [0]);
    const { certificate } = await cluster.place(grant!, new TextEncoder().encode('xyz'));
    await cluster.commit(withMedia, 0, certificate!);
    await cluster.call('PATCH', `/video/${withMedia}/status`, { status: 'active', total_chunks: 1, media });
    const row = async (id: string): Promise<VideoRow> => VideoRow.strict().parse((await cluster.call('GET', `/video/${id}`)).body);
    expect(await row(withMedia)).toMatchObject({ redundancy: 'replication', replica_count: 3, width: 320, height: 180, codecs: 'avc1.64001f' });
    expect(await row(videoId)).not.toHaveProperty('codecs');
    expect(await row(await cluster.createVideo('Empty'))).not.toHaveProperty('redundancy');
    expect((await cluster.call('GET', '/video/vid-unknown')).status).toBe(404);
  });
});

describe('a video that is being uploaded', () => {
  it('shows in its manifest what is committed so far, and in no list of players', async () => {
    const videoId = await cluster.createVideo('Growing');
    const grants = await cluster.grantsFor(videoId, [0, 1]);
    const manifest = async (): Promise<Manifest> => Manifest.parse((await cluster.call('GET', `/manifest/${videoId}`)).body);
    expect(await manifest()).toMatchObject({ status: 'uploading', total_chunks: 0, chunks: [] });
    const { certificate } = await cluster.place(grants[0]!, new TextEncoder().encode('abc'));
    await cluster.commit(videoId, 0, certificate!);
    const now = await manifest();
    expect(now).toMatchObject({ status: 'uploading', total_chunks: 1 });
    expect(now.chunks[0]!.urls.map((url) => url.node_id).sort()).toEqual(['node-1', 'node-2', 'node-3']);
    expect((await cluster.call('GET', '/videos')).body).toEqual([]);
    expect(cluster.nodes[0]!.read(manifestIdOf(videoId, 0))).toBeUndefined();
  });
});

describe('a library of 10,000 videos', () => {
  it('is paged by an index, and searched and counted whole', () => {
    const db = openDatabase(':memory:');
    migrate(db);
    db.transaction(() => {
      for (let index = 0; index < 10_000; index += 1) {
        putVideo(db, {
          videoId: `vid-${index}`, title: `Film ${index}`, durationSec: 1, status: 'active', media: null, manifestVersion: 0, createdMs: index, activityMs: 0,
          replicaCount: 3, restorableUntilMs: null,
        });
      }
    });
    const plan = db.all<{ detail: string }>(`EXPLAIN QUERY PLAN SELECT * FROM videos WHERE status = 'active' ORDER BY created_ms DESC, video_id LIMIT 100`).map((row) => row.detail);
    expect(plan.join()).toContain('videos_by_age');
    expect(plan.join()).not.toContain('TEMP B-TREE');
    expect(listVideos(db, { status: 'active' }, 2, 9_998).map((video) => video.title)).toEqual(['Film 1', 'Film 0']);
    expect(countVideosThatFit(db, { status: 'active', search: 'film 99' })).toBe(111);
    db.close();
  });
});
