import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../runtime/platform/crypto.ts';
import { CHUNK_BYTES_MAX } from '../../../runtime/contract/units.ts';
import { AcceptorListing, ChunkListing, NodeHealth, PingHeaders } from '../../../runtime/contract/wire/storage-node.ts';
import { FAST, forceHeader, makeGrant, placed, proposer, randomBytesOf, SECRET, signed, startTestNode, type TestNode } from '../../fixtures/storage-node.ts';

let test: TestNode;
beforeAll(async () => {
  test = await startTestNode();
});
afterAll(() => test.close());

const bytes = randomBytesOf(200_000);
const etag = `"${sha256Hex(bytes)}"`;
let counter = 0;
const newId = (): string => `wire-${counter++}`;
const stored = async (content: Uint8Array | string = bytes): Promise<string> => {
  const id = newId();
  expect((await test.put(id, content)).status).toBe(201);
  return id;
};

/** Bytes on a socket, and what came back until the peer closed it. */
const talk = (text: string, options: { half?: boolean } = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(test.node.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      answer += piece;
      if (answer.includes('\r\n\r\n') && !options.half) socket.destroy();
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
    if (options.half) socket.end(text);
    else socket.write(text);
  });
const authorised = `Host: localhost\r\nAuthorization: Bearer ${SECRET}\r\n`;

describe('PUT /chunk/{id}', () => {
  it('answers 201 for new bytes and 200 for the same again, with Location, ETag and X-Chunk-Size', async () => {
    const id = newId();
    for (const status of [201, 200]) {
      const answer = await test.put(id, bytes);
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({ location: `/chunk/${id}`, etag, 'x-chunk-size': '200000' });
    }
  });

  it('answers 409 for other bytes and keeps the first', async () => {
    const id = await stored();
    const answer = await test.put(id, 'other');
    expect(answer.status).toBe(409);
    expect(answer.json().code).toBe('conflict');
    expect((await test.request(`/chunk/${id}`)).body.equals(bytes)).toBe(true);
  });

  it('answers 400 for an empty body', async () => {
    const answer = await test.request(`/chunk/${newId()}`, { method: 'PUT', headers: { 'Content-Length': '0' } });
    expect(answer.status).toBe(400);
    expect(answer.json().code).toBe('empty_body');
  });

  it.each([
    '..', 'a..b', 'a%2Fb', '%2e%2e', '%2E%2E%2Fetc%2Fpasswd', '..%5c..%5cx', 'a%00b', 'a%20b', 'a%0d%0ab', '%c3%a4', 'a+b', 'a:b', 'a%252e', '%', 'x'.repeat(201), '%zz',
  ])('answers 400 for the id %s', async (id) => {
    for (const method of ['PUT', 'GET', 'HEAD', 'DELETE']) {
      expect((await test.request(`/chunk/${id}`, { method, ...(method === 'PUT' && { body: 'x' }) })).status).toBe(400);
    }
  });

  it('never takes an encoded or dotted path for another route', async () => {
    expect((await test.request('/chunk/a/../../health')).status).toBe(404);
    expect((await test.request('/chunk%2Fa')).status).toBe(404);
    expect((await test.request('/chunk/')).status).toBe(400);
  });

  it('takes ids of 1 and of 200 characters, and an id that is percent-encoded for no need', async () => {
    expect((await test.put('-', 'a')).status).toBe(201);
    expect((await test.put('y'.repeat(200), 'a')).status).toBe(201);
    expect((await test.put('%77ire-encoded', 'a')).headers.location).toBe('/chunk/wire-encoded');
  });

  it('answers 411 without a length, and 413 before reading a body beyond the limit', async () => {
    const chunked = await talk(`PUT /chunk/${newId()} HTTP/1.1\r\n${authorised}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`);
    expect(chunked).toMatch(/^HTTP\/1\.1 411/);
    const large = await talk(`PUT /chunk/${newId()} HTTP/1.1\r\n${authorised}Content-Length: ${CHUNK_BYTES_MAX + 1}\r\n\r\nx`);
    expect(large).toMatch(/^HTTP\/1\.1 413/);
  });

  it('stores nothing of a body that ends early', async () => {
    const id = newId();
    const answer = await talk(`PUT /chunk/${id} HTTP/1.1\r\n${authorised}Content-Length: 10\r\n\r\nabc`, { half: true });
    expect(answer === '' || answer.startsWith('HTTP/1.1 400')).toBe(true);
    expect((await test.request(`/chunk/${id}`)).status).toBe(404);
  });

  it('takes an X-Chunk-Checksum with the prefix sha256:, and names the header when it is none', async () => {
    const bytes = randomBytesOf(100);
    expect((await test.put('prefixed', bytes, { 'X-Chunk-Checksum': `sha256:${sha256Hex(bytes)}` })).status).toBe(201);
    const wrong = await test.put('no-checksum', bytes, { 'X-Chunk-Checksum': 'zz' });
    expect([wrong.status, wrong.json().details]).toEqual([400, { field: 'X-Chunk-Checksum' }]);
    expect(wrong.json().detail).toContain('X-Chunk-Checksum');
    expect((await test.request('/chunk/no-checksum')).status).toBe(404);
  });

  it('checks X-Chunk-Checksum against the whole body before anything is stored', async () => {
    const id = newId();
    const wrong = await test.put(id, bytes, { 'X-Chunk-Checksum': sha256Hex('x') });
    expect(wrong.status).toBe(422);
    expect((await test.request(`/chunk/${id}`, { method: 'HEAD' })).status).toBe(404);
    expect((await test.put(id, bytes, { 'X-Chunk-Checksum': sha256Hex(bytes).toUpperCase() })).status).toBe(201);
  });

  it('lets exactly one of racing bodies win, and tells the others 409', async () => {
    const id = newId();
    const bodies = Array.from({ length: 12 }, () => randomBytesOf(50_000));
    const answers = await Promise.all(bodies.map((body) => test.put(id, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 11 }, () => 409)]);
    const winner = bodies[answers.findIndex(({ status }) => status === 201)]!;
    expect((await test.request(`/chunk/${id}`)).body.equals(winner)).toBe(true);
  });

  it('lets racing PUTs of the same bytes all succeed, one of them as new', async () => {
    const id = newId();
    const answers = await Promise.all(Array.from({ length: 8 }, () => test.put(id, bytes)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
  });
});

describe('GET and HEAD /chunk/{id}', () => {
  it('serve the bytes with their headers, HEAD without the body', async () => {
    const id = await stored();
    for (const method of ['GET', 'HEAD']) {
      const answer = await test.request(`/chunk/${id}`, { method });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({ 'content-length': '200000', etag, 'x-chunk-size': '200000', 'accept-ranges': 'bytes' });
      expect(answer.headers['x-superblock-id']).toMatch(/^\d+$/);
      expect(answer.headers['x-ballot-number']).toBeUndefined();
      expect(answer.body.equals(method === 'GET' ? bytes : Buffer.alloc(0))).toBe(true);
    }
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=100-65635', 100, 65_636],
    ['bytes=199999-', 199_999, 200_000],
    ['bytes=150000-900000', 150_000, 200_000],
    ['bytes=-70000', 130_000, 200_000],
    ['bytes=-999999', 0, 200_000],
  ])('answer 206 to %s', async (range, start, end) => {
    const id = await stored();
    for (const method of ['GET', 'HEAD']) {
      const answer = await test.request(`/chunk/${id}`, { method, headers: { Range: range } });
      expect(answer.status).toBe(206);
      expect(answer.headers).toMatchObject({ 'content-range': `bytes ${start}-${end - 1}/200000`, 'content-length': String(end - start), 'x-chunk-size': '200000' });
      if (method === 'GET') expect(answer.body.equals(bytes.subarray(start, end))).toBe(true);
    }
  });

  it('answer 416 with the size to a range past the end, and 200 to several ranges or nonsense', async () => {
    const id = await stored();
    for (const range of ['bytes=200000-', 'bytes=-0']) {
      const answer = await test.request(`/chunk/${id}`, { headers: { Range: range } });
      expect(answer.status).toBe(416);
      expect(answer.headers['content-range']).toBe('bytes */200000');
    }
    for (const range of ['bytes=0-1,5-6', 'bytes=5-1', 'lines=0-1']) expect((await test.request(`/chunk/${id}`, { headers: { Range: range } })).status).toBe(200);
  });

  it('answer 304 to a known ETag, and let If-Range decide whether a range stands', async () => {
    const id = await stored();
    const unchanged = await test.request(`/chunk/${id}`, { headers: { 'If-None-Match': `"x", ${etag}` } });
    expect(unchanged.status).toBe(304);
    expect(unchanged.headers.etag).toBe(etag);
    expect(unchanged.body).toHaveLength(0);
    expect((await test.request(`/chunk/${id}`, { headers: { 'If-None-Match': '"x"' } })).status).toBe(200);
    expect((await test.request(`/chunk/${id}`, { headers: { Range: 'bytes=0-1', 'If-Range': etag } })).status).toBe(206);
    expect((await test.request(`/chunk/${id}`, { headers: { Range: 'bytes=0-1', 'If-Range': '"x"' } })).status).toBe(200);
  });

  it('answer 404 to an unknown chunk and 400 to a generation that is no number', async () => {
    expect((await test.request('/chunk/nobody')).status).toBe(404);
    expect((await test.request('/chunk/nobody?gen=0')).status).toBe(404);
    expect((await test.request('/chunk/nobody?gen=x')).status).toBe(400);
    expect((await test.request('/chunk/nobody?gen=-1')).status).toBe(400);
  });
});

describe('DELETE /chunk/{id}', () => {
  it('answers 204, then 404', async () => {
    const id = await stored();
    expect((await test.request(`/chunk/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await test.request(`/chunk/${id}`)).status).toBe(404);
    expect((await test.request(`/chunk/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await test.put(id, 'anything new')).status).toBe(201);
  });

  it('is refused while a vote or a placement names the bytes, unless the metadata service forces it', async () => {
    const { store } = test.node;
    const grant = makeGrant(store.uuid, { chunk_id: newId() });
    const { accept, learn } = proposer(test);
    expect((await accept(grant, FAST, placed(bytes), bytes)).status).toBe(200);
    const path = `/chunk/${grant.chunk_id}`;
    expect((await test.request(path, { method: 'DELETE' })).json().code).toBe('chunk_in_use');
    expect((await learn(grant, placed(bytes))).status).toBe(200);
    expect((await test.request(path, { method: 'DELETE' })).status).toBe(409);

    const nowSeconds = Math.floor(Date.now() / 1000);
    const forced = (headers: Record<string, string>) => test.request(path, { method: 'DELETE', headers });
    expect((await forced({ 'X-Vstack-Force': 'yes' })).status).toBe(403);
    expect((await forced(forceHeader(store.uuid, 'another', nowSeconds + 60))).status).toBe(403);
    expect((await forced(forceHeader('9'.repeat(32), grant.chunk_id, nowSeconds + 60))).status).toBe(403);
    expect((await forced(forceHeader(store.uuid, grant.chunk_id, nowSeconds - 1))).status).toBe(403);
    expect((await forced(forceHeader(store.uuid, grant.chunk_id, nowSeconds + 86_400))).status).toBe(403);
    expect((await test.request(path)).status).toBe(200);
    expect((await forced(forceHeader(store.uuid, grant.chunk_id, nowSeconds + 60))).status).toBe(204);
    expect((await test.request(path)).status).toBe(404);
    // The vote outlives the bytes as long as its grant is valid, and a deleted chunk takes none back.
    expect((await proposer(test).status(grant)).json()).toMatchObject({ chosen: { kind: 'PLACED' }, held: [], closed: true });
    expect((await proposer(test).stage(grant, bytes)).status).toBe(409);
  });
});

describe('ping and health', () => {
  it('tell who the node is and how full', async () => {
    const ping = await test.request('/ping', { method: 'HEAD' });
    expect(ping.status).toBe(200);
    expect(PingHeaders.parse(ping.headers)['x-node-id']).toBe('node-1');
    expect(ping.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-length': '0' });
    const health = await test.request('/health');
    expect(health.status).toBe(200);
    expect(NodeHealth.parse(health.json())).toMatchObject({ status: 'healthy', node_id: 'node-1', writable: true, store_uuid: test.node.store.uuid });
  });

  it('expose metrics with the prefix', async () => {
    const text = (await test.request('/metrics')).body.toString();
    for (const name of ['vstack_store_chunks', 'vstack_chunk_bytes_total{direction="in"}', 'vstack_store_syncs_total', 'vstack_store_commits_total']) expect(text).toContain(name);
  });
});

describe('listings', () => {
  it('page through everything in order', async () => {
    const ids = ['page-a', 'page-b', 'page-c', 'page-d', 'page-e'];
    for (const id of ids) await test.put(id, id);
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const page = ChunkListing.parse((await test.request(`/chunks?prefix=page-&limit=2&after=${encodeURIComponent(after)}`)).json());
      seen.push(...page.chunks.map(({ chunk_id }) => chunk_id));
      expect(page.chunks.length).toBeLessThanOrEqual(2);
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual(ids);
    expect((await test.request('/chunks?limit=0')).status).toBe(400);
  });

  it('show every acceptor state', async () => {
    const grants = ['list-a', 'list-b'].map((chunk_id) => makeGrant(test.node.store.uuid, { chunk_id }));
    for (const grant of grants) await proposer(test).accept(grant, FAST, placed(bytes), bytes);
    const first = AcceptorListing.parse((await test.request('/paxos?prefix=list-&limit=1')).json());
    expect(first.states.map(({ instance }) => instance)).toEqual(['list-a.g0']);
    const second = AcceptorListing.parse((await test.request(`/paxos?prefix=list-&limit=1&after=${first.next}`)).json());
    expect(second).toMatchObject({ next: null, store_uuid: test.node.store.uuid });
    expect(second.states[0]).toMatchObject({ instance: 'list-b.g0', accepted: { ballot: FAST } });
  });
});

describe('who may call', () => {
  it('needs the secret for everything but signed reads', async () => {
    const id = await stored();
    for (const [method, path] of [['GET', `/chunk/${id}`], ['HEAD', `/chunk/${id}`], ['PUT', `/chunk/${newId()}`], ['DELETE', `/chunk/${id}`], ['HEAD', '/ping'], ['GET', '/health'], ['GET', '/paxos'], ['GET', '/chunks'], ['POST', '/paxos/a.g0/prepare'], ['GET', '/metrics']] as const) {
      const answer = await test.request(path, { method, isAnonymous: true, ...(method === 'PUT' && { body: 'x' }) });
      expect(answer.status, `${method} ${path}`).toBe(401);
    }
    for (const method of ['GET', 'HEAD']) expect((await test.request(signed(`/chunk/${id}`), { method, isAnonymous: true })).status).toBe(200);
    expect((await test.request(signed('/ping'), { method: 'HEAD', isAnonymous: true })).status).toBe(200);
    expect((await test.request(signed(`/chunk/${id}`, -1), { isAnonymous: true })).status).toBe(401);
    expect((await test.request(signed(`/chunk/${id}`), { method: 'DELETE', isAnonymous: true })).status).toBe(401);
    expect((await test.request(signed('/health'), { isAnonymous: true })).status).toBe(401);
  });

  it('opens signed reads to any origin, exposes what a player reads, and nothing else', async () => {
    const id = await stored();
    const Origin = 'http://player.example';
    const answer = await test.request(signed(`/chunk/${id}`), { isAnonymous: true, headers: { Origin, Range: 'bytes=0-9' } });
    expect(answer.status).toBe(206);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'ETag, Content-Range, X-Chunk-Size, X-Superblock-ID',
      'timing-allow-origin': '*',
    });
    expect((await test.request(`/chunk/${id}`, { headers: { Origin } })).status).toBe(403);
    expect((await test.request('/health', { headers: { Origin } })).status).toBe(403);
    expect((await test.request(`/chunk/${id}`, { headers: { Host: 'evil.example' } })).status).toBe(403);
    const preflight = await test.request(`/chunk/${id}`, { method: 'OPTIONS', isAnonymous: true, headers: { Origin, 'Access-Control-Request-Method': 'GET' } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toBe('GET, HEAD');
    expect((await test.request('/health', { method: 'OPTIONS', isAnonymous: true, headers: { Origin } })).status).toBe(403);
  });
});
