import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ackMacText, grantMacText, valueText, type Value } from '../../../runtime/contract/paxos.ts';
import { hmacHex, sha256Hex } from '../../../runtime/platform/crypto.ts';
import { FAST, instanceOf, learnBody, makeGrant, placed, proposer, randomBytesOf, startTestNode, storeKey, wholePiece, type TestNode } from '../../fixtures/storage-node.ts';

let test: TestNode;
beforeEach(async () => {
  test = await startTestNode();
});
afterEach(() => test.close());

const bytes = randomBytesOf(150_000);
const value = placed(bytes);
const other = randomBytesOf(1000);
const grantHere = (overrides = {}) => makeGrant(test.node.store.uuid, overrides);
const chunkPath = '/chunk/vid-1-chunk-000';

describe('the fast path', () => {
  it('accepts bytes and vote at once, with a MAC that the metadata service can check', async () => {
    const grant = grantHere();
    const answer = await proposer(test).accept(grant, FAST, value, bytes);
    expect(answer.status).toBe(200);
    const storeUuid = test.node.store.uuid;
    const text = ackMacText({ grant, grantHash: sha256Hex(grantMacText(grant)), valueHash: sha256Hex(valueText(value)), storeUuid, ballot: FAST });
    expect(answer.json()).toEqual({ type: 'ACK', store_uuid: storeUuid, ballot: FAST, value, mac: hmacHex(storeKey(storeUuid), text) });
  });

  it('takes one sync for bytes and vote together', async () => {
    const syncsOf = async () => Number(/vstack_store_syncs_total (\d+)/.exec((await test.request('/metrics')).body.toString())![1]);
    const commitsOf = async () => Number(/vstack_store_commits_total (\d+)/.exec((await test.request('/metrics')).body.toString())?.[1] ?? 0);
    await test.put('warm-up', 'x');
    await test.node.store.seal();
    const [syncs, commits] = [await syncsOf(), await commitsOf()];
    await proposer(test).accept(grantHere(), FAST, value, bytes);
    expect(await commitsOf()).toBe(commits + 1);
    // The seal of the idle log may follow as a second one.
    expect(await syncsOf()).toBeLessThanOrEqual(syncs + 2);
  });

  it('serves what it accepted, with the ballot on HEAD and GET, and by generation', async () => {
    await proposer(test).accept(grantHere(), FAST, value, bytes);
    const head = await test.request(chunkPath, { method: 'HEAD' });
    expect(head.headers).toMatchObject({ 'x-ballot-number': '0.owner', etag: `"${sha256Hex(bytes)}"`, 'content-length': '150000' });
    expect((await test.request(`${chunkPath}?gen=0`)).body.equals(bytes)).toBe(true);
    expect((await test.request(`${chunkPath}?gen=1`)).status).toBe(404);
  });

  it('repeats its vote, and refuses a second value at the same ballot as equivocation', async () => {
    const { accept } = proposer(test);
    const first = await accept(grantHere(), FAST, value, bytes);
    expect((await accept(grantHere(), FAST, value, bytes)).json()).toEqual(first.json());
    expect((await accept(grantHere(), FAST, value)).json()).toEqual(first.json());
    const second = await accept(grantHere(), FAST, placed(other), other);
    expect(second.status).toBe(409);
    expect(second.json()).toMatchObject({ code: 'equivocation', details: { type: 'NACK', reason: 'equivocation' } });
  });

  it('refuses bytes that do not match, a PLACED without bytes, and a round 0 that is not the owner\'s', async () => {
    const { accept } = proposer(test);
    expect((await accept(grantHere(), FAST, value, other, wholePiece(bytes))).status).toBe(422);
    expect((await accept(grantHere(), FAST, { ...value, size_bytes: 5 } as Value, bytes)).status).toBe(422);
    const bare = await accept(grantHere(), FAST, value);
    expect(bare.status).toBe(409);
    expect(bare.json().details).toMatchObject({ reason: 'missing_bytes' });
    expect((await accept(grantHere(), { round: 0, proposer_id: 'someone' }, value, bytes)).status).toBe(409);
    expect((await test.request(chunkPath)).status).toBe(404);
    expect((await test.request(`/paxos/${instanceOf(grantHere())}`)).status).toBe(404);
  });
});

describe('the classic path', () => {
  it('promises, refuses what is below the promise, and tells the vote it gave', async () => {
    const { prepare, accept } = proposer(test);
    const grant = grantHere();
    await accept(grant, FAST, value, bytes);
    const promise = await prepare(grant, { round: 2, proposer_id: 'b' });
    expect(promise.json()).toMatchObject({ type: 'PROMISE', ballot: { round: 2, proposer_id: 'b' }, accepted: { ballot: FAST, value }, held: [wholePiece(bytes)] });
    const low = await prepare(grant, { round: 1, proposer_id: 'z' });
    expect(low.status).toBe(409);
    expect(low.json()).toMatchObject({ code: 'nack', details: { reason: 'promised', promised: { round: 2, proposer_id: 'b' } } });
    expect((await accept(grant, { round: 1, proposer_id: 'z' }, value)).status).toBe(409);
    expect((await accept(grant, { round: 2, proposer_id: 'b' }, value)).json()).toMatchObject({ type: 'ACK' });
    expect((await test.request(chunkPath, { method: 'HEAD' })).headers['x-ballot-number']).toBe('2.b');
  });

  it('stages bytes without a vote, serves them, and votes for them later without being sent them again', async () => {
    const { stage, prepare, accept } = proposer(test);
    const grant = grantHere();
    expect((await stage(grant, bytes)).json()).toMatchObject({ type: 'STAGED', piece: wholePiece(bytes) });
    expect((await test.request(chunkPath)).body.equals(bytes)).toBe(true);
    await prepare(grant, { round: 1, proposer_id: 'b' });
    expect((await accept(grant, { round: 1, proposer_id: 'b' }, value)).status).toBe(200);
  });

  it('counts a plain PUT as staged: a classic client\'s chunk is voted for where it lies', async () => {
    const { prepare, accept, learn } = proposer(test);
    await test.put('vid-1-chunk-000', bytes);
    const grant = grantHere();
    expect((await prepare(grant, { round: 1, proposer_id: 'meta' })).json()).toMatchObject({ held: [wholePiece(bytes)] });
    expect((await accept(grant, { round: 1, proposer_id: 'meta' }, value)).status).toBe(200);
    expect((await learn(grant, value)).status).toBe(200);
    expect(test.node.store.health().chunkCount).toBe(1);
    expect((await test.request(chunkPath)).body.equals(bytes)).toBe(true);
    expect((await test.request(chunkPath, { method: 'DELETE' })).status).toBe(409);
  });

  it('shows the decided bytes and not what was put before, once they differ', async () => {
    await test.put('vid-1-chunk-000', other);
    const { accept, learn } = proposer(test);
    await accept(grantHere(), FAST, value, bytes);
    expect((await test.request(chunkPath)).body.equals(bytes)).toBe(true);
    await learn(grantHere(), value);
    expect((await test.request(chunkPath)).body.equals(bytes)).toBe(true);
    expect((await test.put('vid-1-chunk-000', other)).status).toBe(409);
    expect((await test.put('vid-1-chunk-000', bytes)).status).toBe(200);
  });

  it('shows nothing rather than what was put, where other bytes were decided that this store lacks', async () => {
    await test.put('vid-1-chunk-000', other);
    await proposer(test).learn(grantHere(), value);
    expect((await test.request(chunkPath)).status).toBe(404);
    expect((await test.put('vid-1-chunk-000', bytes)).status).toBe(201);
    expect((await test.request(chunkPath)).body.equals(bytes)).toBe(true);
  });
});

describe('what survives a restart', () => {
  it('is every promise and vote, so that a LEARN after it finds the bytes in place', async () => {
    const { accept, prepare, learn, status } = proposer(test);
    const grant = grantHere();
    await accept(grant, FAST, value, bytes);
    await prepare(grant, { round: 3, proposer_id: 'b' });
    const before = (await status(grant)).json();
    await test.restart();
    expect((await status(grant)).json()).toEqual(before);
    expect((await prepare(grant, { round: 2, proposer_id: 'c' })).status).toBe(409);
    expect((await learn(grant, value)).json()).toMatchObject({ type: 'LEARNED' });
    await test.restart();
    expect((await status(grant)).json()).toMatchObject({ chosen: value, promised: { round: 3, proposer_id: 'b' } });
    expect((await test.request(chunkPath)).body.equals(bytes)).toBe(true);
    expect((await prepare(grant, { round: 9, proposer_id: 'b' })).json()).toMatchObject({ type: 'CHOSEN', value });
  });
});

describe('generations', () => {
  it('serve the newest committed one, and a LEARN closes those before it', async () => {
    const { accept, learn, status, prepare } = proposer(test);
    const first = grantHere();
    const second = grantHere({ generation: 1, grant_seq: 11 });
    await accept(first, FAST, placed(other), other);
    await accept(second, FAST, value, bytes);
    expect((await test.request(`${chunkPath}?gen=0`)).body.equals(other)).toBe(true);
    expect((await learn(second, value, 0)).status).toBe(200);
    expect((await test.request(chunkPath)).body.equals(bytes)).toBe(true);
    expect((await status(first)).json()).toMatchObject({ closed: true });
    expect((await prepare(first, { round: 5, proposer_id: 'x' })).json().details).toMatchObject({ reason: 'closed' });
  });

  it('keep nothing visible of an aborted one', async () => {
    const { stage, learn } = proposer(test);
    await stage(grantHere(), bytes);
    await learn(grantHere(), { kind: 'ABORT' });
    expect((await test.request(chunkPath)).status).toBe(404);
  });
});

describe('fragments', () => {
  it('are stored under their instance and served by their id', async () => {
    const parts = [0, 1, 2, 3, 4].map((index) => Uint8Array.of(index, 1, 2, 3));
    const stores = ['a', 'b', 'c', 'd'].map((letter, index) => ({ node_id: `n${index}`, store_uuid: letter.repeat(32) }));
    const grant = grantHere({ stores: [stores[0]!, stores[1]!, { node_id: 'node-1', store_uuid: test.node.store.uuid }, stores[2]!, stores[3]!], k: 3, m: 2 });
    const coded: Value = { kind: 'PLACED', sha256: sha256Hex(bytes), size_bytes: bytes.length, fragment_sha256: parts.map((part) => sha256Hex(part)) };
    const piece = { index: 2, sha256: sha256Hex(parts[2]!) };
    expect((await proposer(test).accept(grant, FAST, coded, parts[2]!, piece)).status).toBe(200);
    const answer = await test.request(`${chunkPath}-frag-2`);
    expect(answer.body.equals(parts[2]!)).toBe(true);
    expect(answer.headers['x-ballot-number']).toBe('0.owner');
    expect((await test.request(`${chunkPath}-frag-1`)).status).toBe(404);
    expect((await test.request(chunkPath)).status).toBe(404);
  });
});

describe('who may decide', () => {
  it('is nobody without a grant by the metadata service, for this instance, still valid, naming this store', async () => {
    const { accept, prepare } = proposer(test);
    const forged = makeGrant(test.node.store.uuid, {}, '9'.repeat(64));
    expect((await accept(forged, FAST, value, bytes)).status).toBe(403);
    expect((await prepare({ ...grantHere(), owner_id: 'thief' }, { round: 1, proposer_id: 'thief' })).status).toBe(403);
    const expired = grantHere({ not_after: 1000 });
    expect((await accept(expired, FAST, value, bytes)).status).toBe(403);
    expect((await proposer(test).stage(expired, bytes)).status).toBe(403);
    const foreign = makeGrant('f'.repeat(32));
    const refused = await accept(foreign, FAST, value, bytes);
    expect(refused.status).toBe(409);
    expect(refused.json().details).toMatchObject({ reason: 'not_allowed' });
    const elsewhere = await test.request('/paxos/another.g0/prepare', { method: 'POST', body: JSON.stringify({ grant: grantHere(), ballot: { round: 1, proposer_id: 'b' } }) });
    expect(elsewhere.status).toBe(400);
    expect(test.node.store.health().recordCount).toBe(0);
  });

  it('is not a wiped store: its new identity is foreign to the old grants', async () => {
    const grant = grantHere();
    await proposer(test).accept(grant, FAST, value, bytes);
    const wiped = await startTestNode();
    try {
      expect(wiped.node.store.uuid).not.toBe(test.node.store.uuid);
      expect((await proposer(wiped).prepare(grant, { round: 1, proposer_id: 'b' })).status).toBe(409);
      expect((await proposer(wiped).accept(grant, FAST, value, bytes)).status).toBe(409);
    } finally {
      await wiped.close();
    }
  });

  it('teaches only what the metadata service wrote for this store', async () => {
    const grant = grantHere();
    const learn = (body: object) => test.request(`/paxos/${instanceOf(grant)}/learn`, { method: 'POST', body: JSON.stringify(body) });
    expect((await learn(learnBody(test.node.store.uuid, grant, value, -1, '9'.repeat(64)))).status).toBe(403);
    expect((await learn(learnBody('f'.repeat(32), grant, value))).status).toBe(403);
    expect((await learn({ ...learnBody(test.node.store.uuid, grant, value), value: { kind: 'ABORT' } })).status).toBe(403);
    expect((await learn({ ...learnBody(test.node.store.uuid, grant, value), closed_through: 7 })).status).toBe(403);
    // Also after the grant's expiry: a decision stays true.
    const expired = grantHere({ not_after: 1000 });
    expect((await learn(learnBody(test.node.store.uuid, expired, value))).status).toBe(200);
  });

  it('refuses frames that are no frames', async () => {
    const path = `/paxos/${instanceOf(grantHere())}/accept`;
    const put = (body: Uint8Array) => test.request(path, { method: 'PUT', body });
    expect((await put(Uint8Array.of(1, 2))).status).toBe(400);
    expect((await put(Uint8Array.of(0, 0, 0, 9, 1, 2))).status).toBe(400);
    expect((await put(Uint8Array.of(255, 255, 255, 255, 1, 2))).status).toBe(400);
    expect((await put(new TextEncoder().encode('\0\0\0\u0002{}'))).status).toBe(400);
    expect((await test.request('/paxos/no-instance/accept', { method: 'PUT', body: 'x' })).status).toBe(400);
    expect((await test.request('/paxos/a..b.g0', {})).status).toBe(400);
  });
});
