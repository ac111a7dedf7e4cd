import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkIdOf } from '../../../../runtime/contract/ids.ts';
import type { Certificate, Grant } from '../../../../runtime/contract/paxos.ts';
import type { CommitResponse, FragmentsResponse, GenerationResponse, Manifest } from '../../../../runtime/contract/wire/metadata.ts';
import { randomHex, sha256Hex } from '../../../../runtime/platform/crypto.ts';
import { bytesOf, placedValue, startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

let cluster: MetadataCluster;
let videoId: string;
let grant: Grant;
let certificate: Certificate;
beforeEach(async () => {
  cluster = await startMetadataCluster({ nodeCount: 3 });
  videoId = await cluster.createVideo();
  [grant] = (await cluster.grantsFor(videoId, [0])) as [Grant];
  certificate = (await cluster.place(grant, bytesOf('the bytes'))).certificate!;
});
afterEach(() => cluster.close());

const chunkId = (): string => chunkIdOf(videoId, 0);
const nextGrant = async (request: object): Promise<{ status: number; grant: Grant; code: unknown }> => {
  const { status, body } = await cluster.call<GenerationResponse & { code: unknown }>('POST', `/chunk/${chunkId()}/generation`, { owner_id: 'uploader-2', ...request });
  return { status, grant: body.grant, code: body.code };
};

describe('a certificate', () => {
  it('is answered after its row is durable: the service killed at once still knows it', async () => {
    expect((await cluster.commit(videoId, 0, certificate)).status).toBe(200);
    await cluster.restart();
    const { body } = await cluster.call<{ chunks: { checksum: string }[] }>('GET', `/manifest/${videoId}`);
    expect(body.chunks[0]!.checksum).toBe(`sha256:${sha256Hex('the bytes')}`);
  });

  it('may be committed twice, and the second answer is as good as the first', async () => {
    const first = await cluster.commit(videoId, 0, certificate);
    const second = await cluster.commit(videoId, 0, certificate);
    expect(second).toEqual(first);
    expect((second.body as unknown as CommitResponse).committed_nodes).toHaveLength(3);
  });

  it.each([
    ['a vote with a wrong MAC', () => ({ ...certificate, acks: certificate.acks.map((ack, index) => (index === 0 ? { ...ack, mac: randomHex(32) } : ack)) })],
    ['the vote of a store outside the grant', () => ({ ...certificate, acks: [certificate.acks[0]!, { store_uuid: randomHex(16), mac: certificate.acks[1]!.mac }] })],
    ['one vote counted twice', () => ({ ...certificate, acks: [certificate.acks[0]!, certificate.acks[0]!] })],
    ['fewer votes than a quorum', () => ({ ...certificate, acks: certificate.acks.slice(0, 1) })],
    ['votes for another value', () => ({ ...certificate, value: placedValue(bytesOf('other')) })],
    ['votes of another ballot', () => ({ ...certificate, ballot: { round: 3, proposer_id: 'uploader-1' } })],
    ['a grant that was changed', () => ({ ...certificate, grant: { ...grant, stores: grant.stores.slice(0, 2), m: 1 } })],
  ])('with %s is refused with 403 and leaves no row', async (_, forge) => {
    const { status, body } = await cluster.commit(videoId, 0, forge() as Certificate);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect((await cluster.call<{ chunks: unknown[] }>('GET', `/manifest/${videoId}`)).body.chunks).toEqual([]);
  });

  it.each([
    ['checksum', { checksum: sha256Hex('something else') }],
    ['size_bytes', { size_bytes: 1 }],
    ['video_id', { video_id: 'vid-another' }],
    ['sequence_num', { sequence_num: 9 }],
    ['redundancy_mode', { redundancy_mode: 'erasure_coding' }],
  ])('that disagrees with the body about %s is 400 and names it', async (field, change) => {
    const { status, body } = await cluster.call('POST', `/chunk/${chunkId()}/commit`, { ...cluster.commitBody(videoId, 0, certificate), ...change });
    expect(status).toBe(400);
    expect(body.detail).toContain(`"${field}"`);
  });

  it('for another chunk is 400', async () => {
    const { status } = await cluster.call('POST', `/chunk/${chunkIdOf(videoId, 1)}/commit`, cluster.commitBody(videoId, 1, certificate));
    expect(status).toBe(400);
  });

  it('for a deleted video is 409', async () => {
    await cluster.call('DELETE', `/video/${videoId}`);
    expect((await cluster.commit(videoId, 0, certificate)).status).toBe(409);
  });
});

describe('a generation', () => {
  it('opened for a move is not shown to someone with other bytes: he is shown the one that was decided', async () => {
    const { grant: second } = await nextGrant({ generation: 0 });
    expect((await cluster.commit(videoId, 0, (await cluster.place(second, bytesOf('the bytes'))).certificate!)).status).toBe(200);
    expect((await nextGrant({ generation: 1, sha256: sha256Hex('the bytes') })).grant.generation).toBe(2);
    expect((await nextGrant({ generation: 0, sha256: sha256Hex('other') })).grant).toEqual(second);
  });

  it('once closed takes no commit, although its value was chosen', async () => {
    const next = await nextGrant({ generation: 0 });
    expect(next.grant.generation).toBe(1);
    const { status, body } = await cluster.commit(videoId, 0, certificate);
    expect([status, body.code]).toEqual([409, 'generation_closed']);
    const other = await cluster.place(next.grant, bytesOf('other bytes'));
    expect((await cluster.commit(videoId, 0, other.certificate!)).status).toBe(200);
  });

  it('is given to everyone who is behind, once', async () => {
    const asked = await Promise.all(Array.from({ length: 10 }, () => nextGrant({ generation: 0 })));
    expect(new Set(asked.map((each) => JSON.stringify(each.grant))).size).toBe(1);
  });

  it('after a commit is issued only for the same bytes', async () => {
    await cluster.commit(videoId, 0, certificate);
    expect(await nextGrant({ generation: 0 })).toMatchObject({ status: 409, code: 'conflict' });
    expect(await nextGrant({ generation: 0, sha256: sha256Hex('other') })).toMatchObject({ status: 409 });
    const { grant: next } = await nextGrant({ generation: 0, sha256: sha256Hex('the bytes') });
    expect(next.generation).toBe(1);
    // Other bytes that were chosen there all the same cannot replace the row.
    const other = await cluster.place(next, bytesOf('other'));
    const { status, body } = await cluster.commit(videoId, 0, other.certificate!);
    expect([status, body.code]).toEqual([409, 'conflict']);
  });

  it('moves the row when the same bytes are committed there', async () => {
    await cluster.commit(videoId, 0, certificate);
    const { grant: next } = await nextGrant({ generation: 0, sha256: sha256Hex('the bytes') });
    const moved = await cluster.place(next, bytesOf('the bytes'));
    expect((await cluster.commit(videoId, 0, moved.certificate!)).status).toBe(200);
    await cluster.service.sweepNow();
    const { body } = await cluster.call<{ chunks: { generation: number }[] }>('GET', `/manifest/${videoId}`);
    expect(body.chunks[0]!.generation).toBe(1);
    for (const node of cluster.nodes) expect(node.stateOf(chunkId(), 0)?.closed).toBe(true);
  });

  it('that was never granted cannot be followed', async () => {
    expect((await nextGrant({ generation: 7 })).status).toBe(400);
    expect((await cluster.call('POST', '/chunk/vid-x-chunk-000/generation', { generation: 0, owner_id: 'u' })).status).toBe(404);
  });

  it('goes to nodes that the asker can reach, if there are others', async () => {
    await cluster.register(await cluster.addNode());
    const { grant: next } = await nextGrant({ generation: 0, unreachable_node_ids: ['node-1'] });
    expect(next.stores.map((store) => store.node_id)).not.toContain('node-1');
  });
});

describe('two uploaders of one chunk', () => {
  it('end with one value, and both are told the truth', async () => {
    const [same] = (await cluster.grantsFor(videoId, [1], 'uploader-1')) as [Grant];
    await cluster.grantsFor(videoId, [1], 'uploader-2');
    const [first, second] = await Promise.all([cluster.place(same, bytesOf('one')), cluster.place(same, bytesOf('two'), { proposerId: 'uploader-2' })]);
    expect(second.value).toEqual(first.value);
    const decided = first.certificate ?? second.certificate!;
    expect((await cluster.commit(videoId, 1, decided)).status).toBe(200);
  });
});

describe('a classic commit', () => {
  const put = async (id: string, text: string, count = 3): Promise<string[]> => {
    const urls = cluster.nodes.slice(0, count).map((node) => node.url);
    for (const url of urls) await cluster.client.request(`${url}/chunk/${id}`, { method: 'PUT', body: text });
    return urls;
  };
  const classic = (sequence: number, text: string, urls: string[], changes: object = {}): Promise<{ status: number; body: Record<string, unknown> }> =>
    cluster.call('POST', `/chunk/${chunkIdOf(videoId, sequence)}/commit`, {
      node_urls: urls,
      checksum: `sha256:${sha256Hex(text)}`,
      size_bytes: text.length,
      video_id: videoId,
      sequence_num: sequence,
      redundancy_mode: 'replication',
      fragments_metadata: null,
      ...changes,
    });

  it('with a size that the nodes do not hold is 400, leaves no vote, and can be made right', async () => {
    const urls = await put(chunkIdOf(videoId, 5), 'classic');
    const { status, body } = await classic(5, 'classic', urls, { size_bytes: 99 });
    expect([status, body.details]).toEqual([400, { field: 'size_bytes' }]);
    expect(body.detail).toContain('99 bytes; node-1 holds 7');
    expect(cluster.nodes.map((node) => node.stateOf(chunkIdOf(videoId, 5)))).toEqual([undefined, undefined, undefined]);
    expect((await classic(5, 'classic', urls)).status).toBe(200);
    expect((await classic(5, 'classic', urls, { size_bytes: 99 })).status).toBe(409);
  });

  it.each([
    ['sequence_num', () => ({ sequence_num: 6 })],
    ['video_id', () => ({ video_id: 'vid-another' })],
  ])('whose id names another %s is 400, and the place stays free', async (field, change) => {
    const urls = await put(chunkIdOf(videoId, 5), 'classic');
    const { status, body } = await classic(5, 'classic', urls, change());
    expect([status, body.details]).toEqual([400, { field }]);
    expect((await classic(5, 'classic', urls)).status).toBe(200);
  });

  it('cannot write a manifest version', async () => {
    const id = `${videoId}-manifest-0`;
    await put(id, 'forged', 1);
    const body = { node_urls: [cluster.nodes[0]!.url], checksum: sha256Hex('forged'), size_bytes: 6, video_id: videoId, sequence_num: 0 };
    expect((await cluster.call('POST', `/chunk/${id}/commit`, body)).status).toBe(400);
  });

  it('runs the classic path over the named nodes, which already hold the bytes', async () => {
    const urls = await put(chunkIdOf(videoId, 5), 'classic');
    const { status, body } = await classic(5, 'classic', urls);
    expect([status, body.success]).toEqual([200, true]);
    await cluster.service.sweepNow();
    for (const node of cluster.nodes) {
      expect(node.stateOf(chunkIdOf(videoId, 5))?.accepted?.ballot.round).toBe(1);
      expect(node.stateOf(chunkIdOf(videoId, 5))?.chosen).toMatchObject({ sha256: sha256Hex('classic') });
    }
  });

  it('is 200 again for the same bytes and 409 for others', async () => {
    const urls = await put(chunkIdOf(videoId, 5), 'classic');
    await classic(5, 'classic', urls);
    expect((await classic(5, 'classic', urls)).status).toBe(200);
    expect((await classic(5, 'different', urls)).status).toBe(409);
  });

  it.each([
    ['a foreign node', ['http://127.0.0.1:9']],
    ['no node', []],
  ])('that names %s is 400', async (_, urls) => {
    expect((await classic(5, 'classic', urls)).status).toBe(400);
    expect(cluster.nodes.flatMap((node) => node.calls).some((call) => call.includes('chunk-005'))).toBe(false);
  });

  it('that names one node twice is 400', async () => {
    const [url] = await put(chunkIdOf(videoId, 5), 'classic', 1);
    expect((await classic(5, 'classic', [url!, url!])).status).toBe(400);
  });

  it('that names nodes without the bytes is refused, and says so', async () => {
    const { status, body } = await classic(6, 'never put', cluster.nodes.map((node) => node.url));
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toContain('0 of the 3 named nodes hold the bytes');
    await put(chunkIdOf(videoId, 6), 'never put', 3);
    expect((await classic(6, 'never put', cluster.nodes.map((node) => node.url))).status).toBe(200);
  });

  it('fills the named nodes that lack the bytes from one that has them', async () => {
    await put(chunkIdOf(videoId, 6), 'once', 1);
    expect((await classic(6, 'once', cluster.nodes.map((node) => node.url))).status).toBe(200);
    await expect.poll(() => cluster.nodes.every((node) => node.read(chunkIdOf(videoId, 6)) !== undefined)).toBe(true);
  });

  it('of fragments runs over the five nodes that hold them, in their order', async () => {
    for (let count = 0; count < 2; count += 1) await cluster.register(await cluster.addNode());
    const id = chunkIdOf(videoId, 7);
    const fragments = cluster.nodes.map((node, index) => ({ fragment_index: index, node_url: node.url, size_bytes: 2, checksum: sha256Hex(`f${index}`) }));
    for (const [index, node] of cluster.nodes.entries()) await cluster.client.request(`${node.url}/chunk/${id}-frag-${index}`, { method: 'PUT', body: `f${index}` });
    const request = { node_urls: cluster.nodes.map((node) => node.url), checksum: sha256Hex('whole'), size_bytes: 5, video_id: videoId, sequence_num: 7, redundancy_mode: 'erasure_coding' };
    expect((await cluster.call('POST', `/chunk/${id}/commit`, { ...request, fragments_metadata: fragments.slice(1) })).status).toBe(400);
    expect((await cluster.call('POST', `/chunk/${id}/commit`, { ...request, fragments_metadata: fragments.toReversed() })).body).toMatchObject({ success: true });
    const listed = (await cluster.call<FragmentsResponse>('GET', `/chunk/${id}/fragments`)).body.fragments;
    expect(listed.map((fragment) => [fragment.fragment_index, fragment.node_url])).toEqual(cluster.nodes.map((node, index) => [index, node.url]).filter(([index]) => listed.some((each) => each.fragment_index === index)));
    expect(listed.length).toBeGreaterThanOrEqual(4);
    const { body } = await cluster.call<Manifest>('GET', `/manifest/${videoId}`);
    for (const fragment of body.chunks[0]!.fragments) expect(await (await fetch(fragment.url)).text()).toBe(`f${fragment.fragment_index}`);
  });

  it('may name a single node', async () => {
    const urls = await put(chunkIdOf(videoId, 5), 'classic', 1);
    const { status, body } = await classic(5, 'classic', urls);
    expect([status, body.committed_nodes]).toEqual([200, urls]);
  });

  it('may bring a chunk id of its own, but not for a place in the video that is taken', async () => {
    const own = (id: string, sequence: number): Promise<{ status: number }> =>
      cluster.call('POST', `/chunk/${id}/commit`, { node_urls: [cluster.nodes[0]!.url], checksum: sha256Hex('own'), size_bytes: 3, video_id: videoId, sequence_num: sequence });
    // A first try at a wrong place, before the bytes were there, does not bind the id to it.
    expect((await own('my.chunk-a', 9)).status).toBe(409);
    for (const id of ['my.chunk-a', 'my.chunk-b']) await put(id, 'own', 1);
    expect((await own('my.chunk-a', 3)).status).toBe(200);
    expect((await own('my.chunk-a', 3)).status).toBe(200);
    expect((await own('my.chunk-a', 5)).status).toBe(409);
    expect((await own('my.chunk-b', 3)).status).toBe(409);
    expect((await own('my.chunk-b', 4)).status).toBe(200);
    const { body } = await cluster.call<Manifest>('GET', `/manifest/${videoId}`);
    expect(body.chunks.map((chunk) => [chunk.chunk_id, chunk.sequence_num])).toEqual([['my.chunk-a', 3], ['my.chunk-b', 4]]);
  });

  it('shares out the time of the video evenly, since it does not say how long a chunk plays', async () => {
    for (const sequence of [0, 1]) await classic(sequence, `chunk ${sequence}`, await put(chunkIdOf(videoId, sequence), `chunk ${sequence}`));
    const { body } = await cluster.call<{ chunks: { start_sec: number; duration_sec: number }[] }>('GET', `/manifest/${videoId}`);
    expect(body.chunks.map((chunk) => [chunk.start_sec, chunk.duration_sec])).toEqual([[0, 10], [10, 10]]);
  });

  it('of an unknown video is 404', async () => {
    const urls = cluster.nodes.map((node) => node.url);
    const body = { node_urls: urls, checksum: sha256Hex('x'), size_bytes: 1, video_id: 'vid-unknown', sequence_num: 0, redundancy_mode: 'replication', fragments_metadata: null };
    expect((await cluster.call('POST', '/chunk/vid-unknown-chunk-000/commit', body)).status).toBe(404);
  });
});
