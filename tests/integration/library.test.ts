/** The library over real services, run from their sources: one host in this process, its children as in life. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { programLayout } from '../../runtime/cli/program-layout.ts';
import { createHost, type Host } from '../../runtime/host/host.ts';
import { openWebDoor } from '../../runtime/web/web-door.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 30_000 });

const layout = programLayout(new URL('../../runtime/cli/vstack.ts', import.meta.url).href);
let dir: string;
let host: Host;

const open = async (tuning?: Parameters<typeof createHost>[0]['tuning']): Promise<void> => {
  host = await createHost({
    dataDir: join(dir, 'data'), door: 'cli', entries: layout.entries, projectRoot: layout.projectRoot, samplePath: layout.samplePath, parseOutput: true, ...(tuning && { tuning }),
  });
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-library-'));
});
afterEach(async () => {
  await host.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});

const sha256Of = async (path: string): Promise<string> => createHash('sha256').update(await readFile(path)).digest('hex');
const uploadSample = async (title: string): Promise<string> => {
  const done = Promise.withResolvers<string>();
  const stop = host.client.on('uploads:changed', ({ uploads }) => {
    for (const upload of uploads) if (upload.title === title && upload.phase === 'completed') done.resolve(upload.videoId!);
  });
  const { phase, videoId } = await host.client.call('uploads:sample', { title });
  if (phase === 'completed') done.resolve(videoId!);
  return done.promise.finally(stop);
};
const copiesOf = async (videoId: string): Promise<number[]> => [...new Set((await host.client.call('videos:manifest', { videoId })).chunks.map((chunk) => chunk.urls.length))];
const titles = async (search?: string): Promise<string[]> =>
  (await host.client.call('videos:list', search === undefined ? {} : { search })).videos.map(({ title }) => title);

describe('a library', () => {
  it('gives videos back as they were stored, to a file and to a browser', async () => {
    await open();
    await host.client.call('cluster:launch', { nodeCount: 3 });
    const videoId = await uploadSample('Harbour / 1');
    const { media } = await host.client.call('videos:manifest', { videoId });

    const path = join(dir, 'harbour.mp4');
    const saving: number[] = [];
    host.client.on('videos:saving', ({ bytesDone }) => saving.push(bytesDone));
    expect(await host.client.call('videos:save', { videoId, path })).toEqual({ path, sizeBytes: media!.size_bytes, sha256: media!.sha256 });
    expect(await sha256Of(path)).toBe(media!.sha256);
    expect(saving.at(-1)).toBe(media!.size_bytes);
    await expect(host.client.call('videos:save', { videoId, path })).rejects.toMatchObject({ code: 'conflict' });

    const door = await openWebDoor({
      host: host.core, port: 0, rendererDir: dir, tokenFile: join(dir, 'web-token.json'), clusterSecret: host.clusterSecret, sessions: host.sessions, uploadTarget: host.uploadTarget,
    });
    try {
      const link = await host.client.call('videos:download-link', { videoId });
      const answer = await fetch(door.url + link.path);
      expect(answer.headers.get('content-disposition')).toContain('filename="Harbour 1.mp4"');
      expect(createHash('sha256').update(Buffer.from(await answer.arrayBuffer())).digest('hex')).toBe(media!.sha256);
      expect((await fetch(door.url + link.path)).status).toBe(404);
    } finally {
      await door.close();
    }
  });

  it('brings a deleted video back for a while, then lets go of its chunks and its picture', async () => {
    await open({ metadata: { deleteGraceMs: 2_000 } });
    await host.client.call('cluster:launch', { nodeCount: 3 });
    const videoId = await uploadSample('Film');
    await uploadSample('Other');
    await host.client.call('videos:set-thumbnail', { videoId, image: `data:image/webp;base64,${'A'.repeat(40)}` });
    await expect(host.client.call('videos:set-thumbnail', { videoId: 'vid-unknown', image: `data:image/webp;base64,${'A'.repeat(40)}` })).rejects.toMatchObject({ code: 'not_found' });
    expect(await titles('FIL')).toEqual(['Film']);
    expect(await host.client.call('videos:list', { limit: 1 })).toMatchObject({ totalCount: 2, videos: [{ title: 'Other', redundancy: 'replication', replica_count: 3, width: expect.any(Number) as number }] });

    const { restorableUntilMs } = await host.client.call('videos:delete', { videoId });
    expect(restorableUntilMs).toBeGreaterThan(Date.now());
    expect(await titles()).toEqual(['Other']);
    await host.client.call('videos:restore', { videoId });
    expect((await titles()).sort()).toEqual(['Film', 'Other']);
    expect((await host.client.call('videos:save', { videoId, path: join(dir, 'film.mp4') })).sizeBytes).toBeGreaterThan(0);

    await host.client.call('videos:delete', { videoId });
    const { metadata_url: url, nodes } = host.clusterFile();
    const headers = { Authorization: `Bearer ${host.clusterSecret}` };
    await vi.waitFor(async () => expect(await (await fetch(`${url}/video/${videoId}`, { headers })).json()).not.toHaveProperty('restorable_until'), { timeout: 30_000, interval: 200 });
    await expect(host.client.call('videos:restore', { videoId })).rejects.toMatchObject({ code: 'conflict' });
    await vi.waitFor(async () => {
      for (const node of nodes) expect((await fetch(`${node.url}/chunk/${videoId}-chunk-000`, { method: 'HEAD', headers })).status).toBe(404);
    }, { timeout: 20_000, interval: 200 });
    expect((await fetch(`${url}/manifest/${videoId}`, { headers })).status).toBe(404);
    await vi.waitFor(async () => expect(await readdir(join(dir, 'data', 'thumbnails'))).toEqual([]), { timeout: 20_000, interval: 200 });
  });

  it('keeps as many copies as the launch said when a video was stored, whatever later launches say', async () => {
    await open();
    const stored: { videoId: string; replicaCount: number }[] = [];
    for (const replicaCount of [5, 1, 3]) {
      expect(await host.client.call('cluster:launch', { nodeCount: 5, replicaCount })).toMatchObject({ replicaCount });
      // A launch is content with a quorum; five copies need all five nodes.
      await vi.waitFor(async () => expect((await host.client.call('cluster:status', {})).phase).toBe('ready'), { timeout: 60_000, interval: 200 });
      stored.push({ replicaCount, videoId: await uploadSample(`${replicaCount} copies`) });
      for (const video of stored) {
        expect(await copiesOf(video.videoId)).toEqual([video.replicaCount]);
        const { media } = await host.client.call('videos:manifest', { videoId: video.videoId });
        const path = join(dir, `${replicaCount}-${video.replicaCount}.mp4`);
        expect((await host.client.call('videos:save', { videoId: video.videoId, path })).sha256).toBe(media!.sha256);
      }
      await host.client.call('cluster:stop', {});
    }
  });
});
