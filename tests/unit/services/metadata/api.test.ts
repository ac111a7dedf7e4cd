import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkIdOf } from '../../../../runtime/contract/ids.ts';
import {
  AllNodesResponse, ConsensusResponse, CreateVideoResponse, EventsResponse, FragmentsResponse, HealthyNodesResponse, HeartbeatResponse, ListVideosResponse,
  MetadataHealth, MetadataStats, NodesSummaryResponse, PopularityResponse, RebuildStatus, RegisterNodeResponse, ServiceInfo, StorageOverheadResponse,
  VideoStatusResponse, ViewResponse,
} from '../../../../runtime/contract/wire/metadata.ts';
import { bytesOf, startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

const MINUTE_MS = 60_000;

let cluster: MetadataCluster;
beforeEach(async () => {
  cluster = await startMetadataCluster({ nodeCount: 3 });
});
afterEach(() => cluster.close());

/** A request as any program could make it. */
const raw = (path: string, { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: cluster.service.port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece)).on('end', () => resolve({ status: response.statusCode!, body: text }));
    });
    request.on('error', reject).end(body);
  });
const bearer = (): Record<string, string> => ({ authorization: `Bearer ${cluster.keys.clusterSecret}` });

describe('the info calls', () => {
  it('answer with their schemas', async () => {
    await cluster.uploadVideo('Film', ['abc', 'de']);
    const get = async (path: string): Promise<unknown> => (await cluster.call('GET', path)).body;
    expect(ServiceInfo.strict().parse(await get('/'))).toMatchObject({ version: '1.0.0' });
    expect(MetadataHealth.strict().parse(await get('/health'))).toEqual({ status: 'healthy', service: 'metadata', healthy_nodes: 3, total_nodes: 3, replica_count: 3, database_status: 'connected' });
    expect(MetadataStats.strict().parse(await get('/stats'))).toMatchObject({ total_videos: 1, total_chunks: 2, total_replicas: 6, healthy_nodes: 3 });
    expect(StorageOverheadResponse.parse(await get('/storage/overhead'))).toEqual({
      replication_chunks: 2, erasure_coded_chunks: 0, total_logical_bytes: 5, total_physical_bytes: 15, storage_savings_percent: 0,
    });
    expect(RebuildStatus.strict().parse(await get('/rebuild'))).toMatchObject({ state: 'none' });
    EventsResponse.parse(await get('/events'));
    const metrics = await raw('/metrics', { headers: bearer() });
    expect(metrics.body).toContain('vstack_metadata_nodes{status="healthy"} 3');
  });
});

describe('the video calls', () => {
  it('create, list, rename, count views and delete', async () => {
    const created = await cluster.call('POST', '/video', { title: '  My film ', duration_sec: 61.5 });
    const { video_id: videoId } = CreateVideoResponse.strict().parse(created.body);
    expect([created.status, videoId]).toEqual([200, expect.stringMatching(/^vid-[0-9a-f]{12}$/)]);
    const [grant] = await cluster.grantsFor(videoId, [0]);
    await cluster.commit(videoId, 0, (await cluster.place(grant!, bytesOf('bytes'))).certificate!);
    const active = await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active' });
    expect(VideoStatusResponse.strict().parse(active.body)).toMatchObject({ status: 'active', video_id: videoId, complete: true });
    expect(ListVideosResponse.parse((await cluster.call('GET', '/videos')).body)).toMatchObject([
      { video_id: videoId, title: 'My film', duration_sec: 61.5, total_chunks: 1, status: 'active', size_bytes: 5, complete: true, view_count: 0 },
    ]);
    expect((await cluster.call('PATCH', `/video/${videoId}`, { title: 'Renamed' })).status).toBe(200);
    expect(ViewResponse.strict().parse((await cluster.call('POST', `/video/${videoId}/view`)).body).status).toBe('recorded');
    await cluster.call('POST', `/video/${videoId}/view`);
    expect(PopularityResponse.strict().parse((await cluster.call('GET', `/video/${videoId}/popularity`)).body)).toEqual({ video_id: videoId, view_count: 2 });
    expect((await cluster.call('GET', '/videos')).body).toMatchObject([{ title: 'Renamed', view_count: 2 }]);
    expect((await cluster.call('DELETE', `/video/${videoId}`)).status).toBe(202);
    expect((await cluster.call('DELETE', `/video/${videoId}`)).status).toBe(202);
    expect((await cluster.call('GET', `/manifest/${videoId}`)).status).toBe(404);
    expect((await cluster.call('GET', '/videos')).body).toEqual([]);
    expect((await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'active' })).status).toBe(409);
  });

  it('page through the list, newest first', async () => {
    for (const title of ['one', 'two', 'three']) {
      await cluster.uploadVideo(title, [title]);
      cluster.clock.shift(1000);
    }
    const titles = async (query: string): Promise<string[]> => ((await cluster.call('GET', `/videos${query}`)).body as unknown as { title: string }[]).map((video) => video.title);
    expect(await titles('')).toEqual(['three', 'two', 'one']);
    expect(await titles('?limit=1&offset=1')).toEqual(['two']);
    expect((await cluster.call('GET', '/videos?limit=0')).status).toBe(400);
    expect((await cluster.call('GET', '/videos?limit=x')).status).toBe(400);
  });

  it('delete by status too, and take the chunks from the nodes by the word of the service', async () => {
    const videoId = await cluster.uploadVideo('Short-lived', ['a', 'b']);
    await cluster.service.sweepNow();
    const direct = await cluster.client.request(`${cluster.nodes[0]!.url}/chunk/${chunkIdOf(videoId, 0)}`, { method: 'DELETE', accept: () => true });
    expect(direct.status).toBe(409);
    expect((await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'deleted' })).status).toBe(200);
    await cluster.service.sweepNow();
    for (const node of cluster.nodes) for (const sequence of [0, 1]) expect(node.read(chunkIdOf(videoId, sequence))).toBeUndefined();
    expect((await cluster.call('GET', '/stats')).body).toMatchObject({ total_videos: 0, total_chunks: 0 });
  });

  it('keep a rename and a deletion although the service is killed right after the answer', async () => {
    const kept = await cluster.uploadVideo('Before', ['a']);
    const gone = await cluster.uploadVideo('Gone', ['b']);
    await cluster.call('PATCH', `/video/${kept}`, { title: 'After' });
    await cluster.call('DELETE', `/video/${gone}`);
    await cluster.restart();
    expect((await cluster.call('GET', '/videos')).body).toMatchObject([{ title: 'After' }]);
    await cluster.service.sweepNow();
    for (const node of cluster.nodes) expect(node.read(chunkIdOf(gone, 0))).toBeUndefined();
  });

  it('change nothing when the manifest finds no quorum', async () => {
    const videoId = await cluster.uploadVideo('Steady', ['a']);
    for (const node of cluster.nodes) await cluster.service.markNodeDown(node.nodeId, 'test');
    expect((await cluster.call('PATCH', `/video/${videoId}`, { title: 'Never' })).status).toBe(503);
    expect((await cluster.call('DELETE', `/video/${videoId}`)).status).toBe(503);
    expect((await cluster.call('GET', '/videos')).body).toMatchObject([{ title: 'Steady' }]);
  });

  it.each([
    ['POST', '/video', { title: '' }, 'title'],
    ['POST', '/video', { title: 'x', duration_sec: -1 }, 'duration_sec'],
    ['POST', '/video', {}, 'title'],
    ['PATCH', '/video/vid-1/status', { status: 'finished' }, 'status'],
    ['POST', '/grants', { video_id: 'v', sequences: [], owner_id: 'u' }, 'sequences'],
    ['POST', '/grants', { video_id: 'v', sequences: [-1], owner_id: 'u' }, 'sequences.0'],
    ['POST', '/grants', { video_id: '../x', sequences: [0], owner_id: 'u' }, 'video_id'],
    ['POST', '/chunk/c/commit', { node_urls: ['ftp://x'], checksum: 'a'.repeat(64), size_bytes: 1, video_id: 'v', sequence_num: 0 }, 'node_urls.0'],
    ['POST', '/chunk/c/commit', { node_urls: [], checksum: 'abc', size_bytes: 1, video_id: 'v', sequence_num: 0 }, 'checksum'],
    ['POST', '/chunk/c/generation', { generation: 1.5, owner_id: 'u' }, 'generation'],
    ['POST', '/nodes/node-1/heartbeat', { chunk_count: 1 }, 'disk_usage_percent'],
  ] as const)('%s %s with %o is 400 and names "%s"', async (method, path, body, field) => {
    const answer = await cluster.call(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'bad_request']);
    expect(answer.body.detail).toContain(`"${field}"`);
  });

  it.each(['/manifest/vid-nobody', '/video/vid-nobody/popularity', '/consensus/vid-x-chunk-000', '/chunk/vid-x-chunk-000/fragments', '/nothing/here'])('GET %s is 404', async (path) => {
    const { status, body } = await cluster.call('GET', path);
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it.each([
    ['/manifest/..%2f..%2fetc', 'video_id'],
    ['/chunk/..%2fx/fragments', 'chunk_id'],
    ['/consensus/a..b', 'chunk_id'],
    [`/consensus/${'x'.repeat(201)}`, 'chunk_id'],
  ])('GET %s is 400 and names "%s"', async (path, field) => {
    const { status, body } = await cluster.call('GET', path);
    expect([status, body.details]).toEqual([400, { field }]);
  });
});

describe('the node calls', () => {
  it('register, beat and tell who is healthy, degraded and down', async () => {
    const node = await cluster.addNode();
    const registered = await cluster.register(node);
    expect(RegisterNodeResponse.strict().parse(registered.body)).toMatchObject({ status: 'registered', node_id: 'node-4', node_url: node.url });
    const beat = await cluster.call('POST', '/nodes/node-4/heartbeat', { disk_usage_percent: 12.5, chunk_count: 7 });
    expect(HeartbeatResponse.strict().parse(beat.body).status).toBe('ok');
    const rows = AllNodesResponse.parse((await cluster.call('GET', '/nodes/all')).body).nodes;
    expect(rows.find((row) => row.node_id === 'node-4')).toMatchObject({ disk_usage_percent: 12.5, chunk_count: 7, status: 'healthy', version: '1', direct_url: node.url });
    await cluster.call('POST', '/nodes/node-4/heartbeat', { disk_usage_percent: 96, chunk_count: 7, condition: 'disk_full' });
    await cluster.service.markNodeDown('node-1', 'the supervisor says so');
    expect(NodesSummaryResponse.strict().parse((await cluster.call('GET', '/nodes/health-summary')).body)).toEqual({ healthy: 2, degraded: 1, down: 1 });
    expect(HealthyNodesResponse.parse((await cluster.call('GET', '/nodes/healthy')).body).map((row) => row.node_id)).toEqual(['node-2', 'node-3']);
    await cluster.beatAll();
    expect((await cluster.call('GET', '/nodes/health-summary')).body).toEqual({ healthy: 4, degraded: 0, down: 0 });
  });

  it('call a silent node late, then down, and give it no new chunks', async () => {
    cluster.clock.shift(20_000);
    await cluster.call('POST', '/nodes/node-1/heartbeat', { disk_usage_percent: 1, chunk_count: 0 });
    expect((await cluster.call('GET', '/nodes/health-summary')).body).toEqual({ healthy: 1, degraded: 2, down: 0 });
    const [grant] = await cluster.grantsFor(await cluster.createVideo(), [0]);
    expect(grant!.stores.map((store) => store.node_id)).toEqual(['node-1']);
    cluster.clock.shift(MINUTE_MS);
    expect((await cluster.call('GET', '/nodes/health-summary')).body).toEqual({ healthy: 0, degraded: 0, down: 3 });
  });

  it('know the nodes again after a restart, without waiting for them', async () => {
    await cluster.restart();
    expect((await cluster.call('GET', '/nodes/health-summary')).body).toEqual({ healthy: 3, degraded: 0, down: 0 });
  });

  it('refuse a beat of a stranger and of a node with another disk, so that it registers', async () => {
    const beat = { disk_usage_percent: 1, chunk_count: 0 };
    expect((await cluster.call('POST', '/nodes/stranger/heartbeat', beat)).status).toBe(404);
    expect((await cluster.call('POST', '/nodes/node-1/heartbeat', { ...beat, store_uuid: 'f'.repeat(32) })).status).toBe(404);
  });

  it('leave a node that is up as it is, unless its store proves itself', async () => {
    const [node] = cluster.nodes;
    const urlOf = async (): Promise<string | undefined> =>
      AllNodesResponse.parse((await cluster.call('GET', '/nodes/all')).body).nodes.find((row) => row.node_id === 'node-1')?.node_url;
    const named = { node_url: 'http://127.0.0.1:9', node_id: 'node-1', store_uuid: node!.storeUuid };
    const register = (query: Record<string, string>) => cluster.call('POST', `/nodes/register?${new URLSearchParams(query)}`);
    for (const query of [named, { ...named, mac: 'a'.repeat(64) }, { ...named, node_url: node!.url, direct_url: 'http://127.0.0.1:9' }]) {
      expect((await register(query)).status).toBe(409);
    }
    expect((await register({ node_url: node!.url, node_id: 'node-1' })).status).toBe(200);
    expect(await urlOf()).toBe(node!.url);
    // Once it is down, a client that knows no MACs may give it another address …
    await cluster.service.markNodeDown('node-1', 'test');
    expect((await register(named)).status).toBe(200);
    // … and the node itself, with proof, has its own back although somebody else seems to be up there.
    const beat = { disk_usage_percent: 1, chunk_count: 0, node_url: node!.url, direct_url: node!.url };
    expect((await cluster.call('POST', '/nodes/node-1/heartbeat', beat)).status).toBe(404);
    expect((await cluster.register(node!)).status).toBe(200);
    expect((await cluster.call('POST', '/nodes/node-1/heartbeat', beat)).status).toBe(200);
    expect(await urlOf()).toBe(node!.url);
  });

  it.each(['node_url', 'direct_url'])('refuse a %s on a host that is not ours', async (field) => {
    const query = { node_url: 'http://127.0.0.1:9', direct_url: 'http://localhost:9', node_id: 'node-9', [field]: 'http://169.254.169.254/latest' };
    const { status, body } = await cluster.call('POST', `/nodes/register?${new URLSearchParams(query)}`);
    expect([status, body.details]).toEqual([400, { field }]);
  });

  it('accept a host that is configured', async () => {
    await cluster.restart({ allowedHosts: ['storage-node-1'] });
    expect((await cluster.call('POST', '/nodes/register?node_url=http://storage-node-1:8081&node_id=classic')).status).toBe(200);
  });

  it('forget who registered once, was never heard of again and holds nothing', async () => {
    const ids = async (): Promise<string[]> => AllNodesResponse.parse((await cluster.call('GET', '/nodes/all')).body).nodes.map((row) => row.node_id).sort();
    await cluster.uploadVideo('On three nodes', ['a']);
    await cluster.call('POST', '/nodes/register?node_url=http://127.0.0.1:9&node_id=stranger');
    await cluster.call('POST', '/nodes/register?node_url=http://127.0.0.1:10&node_id=visitor');
    cluster.clock.shift(1000);
    await cluster.call('POST', '/nodes/visitor/heartbeat', { disk_usage_percent: 1, chunk_count: 0 });
    cluster.clock.shift(59 * MINUTE_MS);
    await cluster.service.sweepNow();
    expect(await ids()).toEqual(['node-1', 'node-2', 'node-3', 'stranger', 'visitor']);
    cluster.clock.shift(MINUTE_MS);
    await cluster.service.sweepNow();
    expect(await ids()).toEqual(['node-1', 'node-2', 'node-3', 'visitor']);
    await cluster.restart();
    expect(await ids()).toEqual(['node-1', 'node-2', 'node-3', 'visitor']);
  });

  it('refuse a copied store that would vote twice', async () => {
    const [first] = cluster.nodes;
    const query = new URLSearchParams({ node_url: 'http://127.0.0.1:9', node_id: 'copy', store_uuid: first!.storeUuid });
    expect((await cluster.call('POST', `/nodes/register?${query}`)).status).toBe(409);
    expect((await cluster.call('POST', '/nodes/register?node_url=nonsense&node_id=x')).status).toBe(400);
  });
});

describe('GET /consensus', () => {
  it('follows a chunk from its grant to its commit', async () => {
    const videoId = await cluster.createVideo();
    const [grant] = await cluster.grantsFor(videoId, [0]);
    const ask = async (): Promise<ConsensusResponse> => ConsensusResponse.parse((await cluster.call('GET', `/consensus/${chunkIdOf(videoId, 0)}`)).body);
    expect(await ask()).toMatchObject({ phase: 'PREPARE', promised_ballot: null, accepted_value: null, generation: 0 });
    const { certificate } = await cluster.place(grant!, bytesOf('bytes'));
    expect(await ask()).toMatchObject({ phase: 'ACK', promised_ballot: '0.uploader-1', accepted_ballot: '0.uploader-1' });
    await cluster.commit(videoId, 0, certificate!);
    await cluster.service.sweepNow();
    const after = await ask();
    expect(after.phase).toBe('COMMIT');
    expect(after.acceptors.map((acceptor) => [acceptor.reachable, acceptor.chosen])).toEqual([[true, true], [true, true], [true, true]]);
    expect(FragmentsResponse.parse((await cluster.call('GET', `/chunk/${chunkIdOf(videoId, 0)}/fragments`)).body).fragments).toEqual([]);
  });
});

describe('strangers', () => {
  it('without the secret get 401, with a wrong Host or a foreign Origin 403', async () => {
    expect((await raw('/videos')).status).toBe(401);
    expect((await raw('/videos', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await raw('/videos', { headers: { ...bearer(), host: 'evil.example' } })).status).toBe(403);
    expect((await raw('/videos', { headers: { ...bearer(), origin: 'http://evil.example' } })).status).toBe(403);
    expect((await raw('/videos', { headers: bearer() })).status).toBe(200);
  });

  it('find every route guarded', async () => {
    const paths = [['POST', '/video'], ['POST', '/grants'], ['POST', '/chunk/c/commit'], ['POST', '/nodes/register'], ['GET', '/manifest/v'], ['DELETE', '/video/v'], ['GET', '/metrics'], ['POST', '/rebuild/finish']];
    for (const [method, path] of paths) expect([path, (await raw(path!, { method: method! })).status]).toEqual([path, 401]);
  });

  it('get 405 for a known path with another method, and 400 for a body that is no JSON', async () => {
    expect((await raw('/video', { headers: bearer() })).status).toBe(405);
    expect((await raw('/video', { method: 'POST', headers: bearer(), body: '{' })).status).toBe(400);
    expect((await raw('/video', { method: 'POST', headers: bearer() })).status).toBe(400);
  });
});
