import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Grant } from '../../runtime/contract/paxos.ts';
import type { Manifest, VideoRow } from '../../runtime/contract/wire/metadata.ts';
import { seededRandom } from '../../runtime/platform/random.ts';
import { bytesOf, startMetadataCluster, type MetadataCluster } from '../fixtures/metadata-cluster.ts';
import { spawnMetadata } from '../fixtures/spawn-metadata.ts';

const ROUNDS = Number(process.env.VSTACK_METADATA_KILLS ?? 4);
const UPLOADS_AT_ONCE = 6;
const CHUNKS = 5;
const seed = Number(process.env.VSTACK_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** What the service has answered, and must therefore know for ever. */
interface Promised {
  grants: { videoId: string; sequence: number; grant: Grant }[];
  commits: { videoId: string; sequence: number; checksum: string }[];
  active: { videoId: string; title: string }[];
  deleted: string[];
}

let cluster: MetadataCluster;
beforeEach(async () => {
  cluster = await startMetadataCluster({ nodeCount: 4, settings: { deleteGraceMs: 60_000 }, launch: spawnMetadata });
});
afterEach(() => cluster.close());

/** One upload; whatever was answered is noted, and the first failure (the service is gone) ends it. */
const upload = async (title: string, promised: Promised, answered: () => void): Promise<void> => {
  const { video_id: videoId } = (await cluster.call<{ video_id: string }>('POST', '/video', { title })).body;
  const grants = await cluster.grantsFor(videoId, Array.from({ length: CHUNKS }, (_, index) => index));
  for (const [sequence, grant] of grants.entries()) promised.grants.push({ videoId, sequence, grant });
  answered();
  for (const [sequence, grant] of grants.entries()) {
    const { certificate } = await cluster.place(grant, bytesOf(`${title} ${sequence}`));
    const { status } = await cluster.commit(videoId, sequence, certificate!);
    expect(status).toBe(200);
    promised.commits.push({ videoId, sequence, checksum: `sha256:${(certificate!.value as { sha256: string }).sha256}` });
    answered();
  }
  expect((await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active' })).status).toBe(200);
  const entry = { videoId, title };
  promised.active.push(entry);
  answered();
  // A third is renamed, a third deleted.
  if (promised.active.length % 3 === 1) {
    expect((await cluster.call('PATCH', `/video/${videoId}`, { title: `${title} renamed` })).status).toBe(200);
    entry.title = `${title} renamed`;
  } else if (promised.active.length % 3 === 2) {
    promised.active.splice(promised.active.indexOf(entry), 1);
    const { status } = await cluster.call('DELETE', `/video/${videoId}`);
    if (status === 202) promised.deleted.push(videoId);
  }
  answered();
};

const expectKept = async (promised: Promised): Promise<void> => {
  const videos = new Map((await cluster.call<VideoRow[]>('GET', '/videos?status=all&limit=1000')).body.map((video) => [video.video_id, video]));
  for (const { videoId, title } of promised.active) {
    // A rename whose answer was lost may have happened or not.
    expect(videos.get(videoId)).toMatchObject({ status: 'active' });
    expect(videos.get(videoId)!.title.startsWith(title)).toBe(true);
  }
  for (const videoId of promised.deleted) expect(videos.get(videoId)).toMatchObject({ status: 'deleted' });
  const isGone = (videoId: string): boolean => videos.get(videoId)!.status === 'deleted';
  for (const { videoId, sequence, checksum } of promised.commits.filter((commit) => !isGone(commit.videoId))) {
    const { body } = await cluster.call<Manifest>('GET', `/manifest/${videoId}`);
    expect(body.chunks.find((chunk) => chunk.sequence_num === sequence)?.checksum).toBe(checksum);
  }
  for (const { videoId, sequence, grant } of promised.grants.filter((each) => videos.get(each.videoId)!.status === 'uploading')) {
    expect((await cluster.grantsFor(videoId, [sequence], 'somebody-else'))[0]).toEqual(grant);
  }
};

describe('the metadata service, killed without warning', () => {
  it(`knows after each of ${ROUNDS} kills what it had answered (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const promised: Promised = { grants: [], commits: [], active: [], deleted: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      // Killed right after an answer: the moment when a promise that is not durable would be lost.
      let untilKill = 1 + Math.floor(random() * UPLOADS_AT_ONCE * (CHUNKS + 2));
      const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
      const answered = (): void => {
        untilKill -= 1;
        if (untilKill === 0) void cluster.stop().then(kill);
      };
      const work = (index: number): Promise<void> =>
        upload(`r${round} u${index}`, promised, answered).catch((error: unknown) => {
          // Only the kill excuses a failure.
          if (untilKill > 0) throw error;
        });
      const uploads = Array.from({ length: UPLOADS_AT_ONCE }, (_, index) => work(index));
      await Promise.race([killed, Promise.all(uploads).then(() => cluster.stop())]);
      await Promise.all(uploads);
      await cluster.start();
      for (const node of cluster.nodes) await cluster.register(node);
      await expectKept(promised);
    }
    expect(promised.grants.length).toBeGreaterThan(0);
  });
});
