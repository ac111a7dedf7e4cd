import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, newDataDir, removeDataDir, SAMPLE_PATH, startClusterProcess, type ClusterProcess } from '../fixtures/cluster-process.ts';

const UPLOADS_AT_ONCE = 20;

let dataDir: string;
let cluster: ClusterProcess | undefined;
beforeEach(() => {
  dataDir = newDataDir();
});
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  removeDataDir(dataDir);
});

const upload = async (title: string): Promise<string> => {
  const ended = await cluster!.uploadEnd(await cluster!.startUpload(SAMPLE_PATH, title));
  expect(ended).toMatchObject({ status: 'completed', error: null });
  return ended.videoId;
};

describe('a running cluster', () => {
  it('takes twenty uploads at once and holds every chunk of each on every replica it names', async () => {
    cluster = await startClusterProcess({ nodes: 4, dataDir });
    const ids = await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, (_, index) => upload(`video ${index}`)));
    expect(new Set(ids).size).toBe(UPLOADS_AT_ONCE);
    for (const id of ids) {
      expect((await cluster.manifest(id)).chunks.every((chunk) => chunk.replicas.length === 3)).toBe(true);
      expect(await cluster.verify(id, { everyReplica: true })).toEqual([]);
    }
    expect((await cluster.videos()).map((video) => video.video_id).sort()).toEqual([...ids].sort());
  }, 180_000);

  it('comes back from the loss of its metadata database, and what was deleted stays deleted', async () => {
    cluster = await startClusterProcess({ nodes: 3, dataDir });
    const kept = await upload('kept');
    const renamed = await upload('before');
    const gone = await upload('gone');
    const { metadata_url: url } = cluster.file();
    await cluster.http.request(`${url}/video/${renamed}`, { method: 'PATCH', json: { title: 'after' } });
    await cluster.http.request(`${url}/video/${gone}`, { method: 'DELETE' });
    const before = await cluster.manifest(kept);
    expect(await cluster.stop()).toBe(0);

    const metadataDir = join(dataDir, 'metadata');
    for (const name of readdirSync(metadataDir)) rmSync(join(metadataDir, name), { recursive: true });
    cluster = await startClusterProcess({ nodes: 3, dataDir });
    await cluster.rebuildMetadata();

    const videos = await eventually('both videos to be listed again', async () => {
      const list = await cluster!.videos();
      return list.length >= 2 ? list : undefined;
    });
    expect(videos.map(({ video_id, title }) => [video_id, title]).sort()).toEqual([[kept, 'kept'], [renamed, 'after']].sort());
    const after = await cluster.manifest(kept);
    expect(after.chunks.map(({ chunk_id, checksum, size_bytes }) => ({ chunk_id, checksum, size_bytes }))).toEqual(
      before.chunks.map(({ chunk_id, checksum, size_bytes }) => ({ chunk_id, checksum, size_bytes })),
    );
    expect(await cluster.verify(kept, { everyReplica: true })).toEqual([]);
    expect(await cluster.verify(renamed)).toEqual([]);
    await expect(cluster.manifest(gone)).rejects.toMatchObject({ code: 'not_found' });
    // The rebuilt service is a full one: it takes new videos.
    expect(await cluster.verify(await upload('new'))).toEqual([]);
    expect(existsSync(join(metadataDir, 'metadata.db'))).toBe(true);
  }, 180_000);
});
