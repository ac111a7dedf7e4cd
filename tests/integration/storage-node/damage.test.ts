import { readdir, readFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIB } from '../../../runtime/contract/units.ts';
import { FAST, instanceOf, makeGrant, placed, proposer, randomBytesOf, startTestNode, type TestNode } from '../../fixtures/storage-node.ts';
import { createFakeMetadata } from '../../fixtures/fake-metadata.ts';

let test: TestNode;
afterEach(() => test.close());

const bytes = randomBytesOf(150_000);
const other = randomBytesOf(150_000);

/** Flips one bit of the disk where `needle` stands, `offset` bytes further on. */
const rotAt = async (needle: Uint8Array | string, offset = 0): Promise<void> => {
  for (const name of await readdir(test.dir)) {
    if (!name.endsWith('.superblock')) continue;
    const path = join(test.dir, name);
    const at = (await readFile(path)).lastIndexOf(Buffer.from(needle as Uint8Array));
    if (at < 0) continue;
    const file = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at + offset);
    byte[0]! ^= 1;
    await file.write(byte, 0, 1, at + offset);
    await file.close();
    return;
  }
  throw new Error('What should rot is not on the disk.');
};
const status = async (path: string, method = 'GET', headers: Record<string, string> = {}): Promise<number> => (await test.request(path, { method, headers })).status;

describe('rot', () => {
  beforeEach(async () => {
    test = await startTestNode();
  });

  it('is never served: GET answers 500, from then on HEAD too, and only the right bytes heal it', async () => {
    await test.put('a', bytes);
    await rotAt(bytes.subarray(0, 64), 100_000);
    expect(await status('/chunk/a', 'HEAD')).toBe(200); // Nobody has looked yet.
    const corrupt = await test.request('/chunk/a');
    expect(corrupt.status).toBe(500);
    expect(corrupt.json().code).toBe('corrupt');
    expect(await status('/chunk/a', 'HEAD')).toBe(500);
    expect(await status('/chunk/a', 'GET', { Range: 'bytes=0-9' })).toBe(500);
    expect((await test.request('/health')).json().damage_count).toBe(1);
    expect((await test.put('a', other)).status).toBe(409);
    expect((await test.put('a', bytes)).status).toBe(201);
    expect((await test.request('/chunk/a')).body.equals(bytes)).toBe(true);
    expect(await status('/chunk/a', 'HEAD')).toBe(200);
    expect((await test.request('/health')).json().damage_count).toBe(0);
  });

  it('outside the asked range does not matter, inside it does', async () => {
    await test.put('a', bytes);
    await rotAt(bytes.subarray(0, 64), 100_000);
    expect((await test.request('/chunk/a', { headers: { Range: 'bytes=0-9' } })).body.equals(bytes.subarray(0, 10))).toBe(true);
    expect(await status('/chunk/a', 'GET', { Range: 'bytes=99999-100001' })).toBe(500);
  });

  it('of voted bytes heals by STAGE, by ACCEPT or by PUT, and until then the store says that it holds none', async () => {
    const { accept, prepare, stage } = proposer(test);
    const grant = makeGrant(test.node.store.uuid);
    const value = placed(bytes);
    const path = `/chunk/${grant.chunk_id}`;
    await accept(grant, FAST, value, bytes);
    const heals = [() => stage(grant, bytes), () => accept(grant, FAST, value, bytes), () => test.put(grant.chunk_id, bytes)];
    for (const [index, heal] of heals.entries()) {
      await rotAt(bytes.subarray(0, 64), 70_000);
      expect(await status(path)).toBe(500);
      expect((await prepare(grant, { round: index + 1, proposer_id: 'b' })).json()).toMatchObject({ type: 'PROMISE', held: [], accepted: { ballot: FAST } });
      expect((await accept(grant, { round: index + 1, proposer_id: 'b' }, placed(other))).json().details).toMatchObject({ reason: 'missing_bytes' });
      expect([200, 201]).toContain((await heal()).status);
      expect((await test.request(path)).body.equals(bytes)).toBe(true);
    }
  });
});

describe('lost votes', () => {
  it('of one chunk make the store abstain there, until the metadata service was heard and teaches what was chosen', async () => {
    const metadata = await createFakeMetadata({ grantSeq: 20 });
    test = await startTestNode({ metadataUrl: metadata.url, heartbeatMsInterval: 50 });
    try {
      const { accept, prepare, learn } = proposer(test);
      const grant = makeGrant(test.node.store.uuid);
      const value = placed(bytes);
      await accept(grant, FAST, value, bytes);
      await metadata.registered();
      await rotAt('"states":[{"grant"');
      await test.restart();
      // The start-up scan or the first read notices; either way nothing is answered as if it were new.
      expect((await prepare(grant, { round: 1, proposer_id: 'b' })).json().details).toMatchObject({ reason: 'abstains' });
      expect((await accept(grant, FAST, value, bytes)).json().details).toMatchObject({ reason: 'abstains' });
      expect(await status(`/chunk/${grant.chunk_id}`)).toBe(500);
      expect(await status(`/paxos/${instanceOf(grant)}`)).toBe(500);
      await metadata.damaged(grant.chunk_id);
      expect((await learn(grant, value)).status).toBe(200);
      expect((await test.request(`/chunk/${grant.chunk_id}`)).body.equals(bytes)).toBe(true);
      // Another instance of the chunk under an old grant is still one whose vote may be forgotten; a new grant is not.
      const old = makeGrant(test.node.store.uuid, { generation: 1, grant_seq: 15 });
      expect((await prepare(old, { round: 1, proposer_id: 'b' })).json().details).toMatchObject({ reason: 'abstains' });
      const young = makeGrant(test.node.store.uuid, { generation: 2, grant_seq: 21 });
      expect((await prepare(young, { round: 1, proposer_id: 'b' })).json()).toMatchObject({ type: 'PROMISE' });
    } finally {
      await metadata.close();
    }
  });

  it('of unknown chunks make it abstain everywhere, then in all that was granted before, also after a restart', async () => {
    const metadata = await createFakeMetadata({ grantSeq: 30, isDown: true });
    test = await startTestNode({ metadataUrl: metadata.url, heartbeatMsInterval: 50 });
    try {
      const kept = makeGrant(test.node.store.uuid, { chunk_id: 'kept' });
      await proposer(test).accept(kept, FAST, placed(bytes), bytes);
      await proposer(test).learn(kept, placed(bytes));
      await test.put('doomed', other);
      await test.node.store.seal();
      await test.node.stop(0);
      for (const name of (await readdir(test.dir)).filter((each) => each.endsWith('.hint'))) await (await open(join(test.dir, name), 'w')).close();
      await rotAt('doomed');
      await test.restart();
      expect(test.node.store.quarantined().some(({ key }) => key === undefined)).toBe(true);

      const ask = async (grantSeq: number) => (await proposer(test).prepare(makeGrant(test.node.store.uuid, { chunk_id: `new-${grantSeq}`, grant_seq: grantSeq }), { round: 1, proposer_id: 'b' })).json();
      expect((await ask(31)).details).toMatchObject({ reason: 'abstains' });
      expect((await proposer(test).prepare(kept, { round: 1, proposer_id: 'b' })).json()).toMatchObject({ type: 'CHOSEN' });
      metadata.setDown(false);
      await metadata.registered();
      await metadata.heartbeats(1);
      expect((await ask(31))).toMatchObject({ type: 'PROMISE' });
      expect((await ask(30)).details).toMatchObject({ reason: 'abstains' });
      await test.restart();
      expect((await ask(29)).details).toMatchObject({ reason: 'abstains' });
    } finally {
      await metadata.close();
    }
  });
});

describe('a disk that takes no more', () => {
  it('answers 507 before it is full to the brim, still votes without bytes, and takes chunks again after a deletion', async () => {
    test = await startTestNode({ capacityBytes: 40 * MIB, superblockBytesMax: 4 * MIB });
    const { prepare } = proposer(test);
    const chunk = randomBytesOf(2 * MIB);
    let storedCount = 0;
    let refused = await test.put('first', chunk);
    for (; refused.status === 201; storedCount += 1) refused = await test.put(`full-${storedCount}`, chunk.with(0, storedCount).with(1, storedCount ^ chunk[1]!));
    expect(refused.status).toBe(507);
    expect(refused.json().code).toBe('disk_full');
    expect(storedCount).toBeGreaterThan(10);
    expect((await prepare(makeGrant(test.node.store.uuid), { round: 1, proposer_id: 'b' })).status).toBe(200);
    expect((await test.request('/chunk/first')).status).toBe(200);
    const health = (await test.request('/health')).json();
    expect(health.disk_usage).toBeGreaterThan(85);

    for (let index = 0; index < storedCount - 1; index += 1) expect(await status(`/chunk/full-${index}`, 'DELETE')).toBe(204);
    await test.node.calls.compact!(undefined);
    expect((await test.put('again', chunk)).status).toBe(201);
  });

  it('answers 503 to writes after a failed sync, goes on reading, says so, and asks to be restarted', async () => {
    const events: string[] = [];
    test = await startTestNode({}, { emit: (name) => void events.push(name) });
    await test.put('a', bytes);
    await test.node.store.seal();
    await test.node.calls['disk-faults']!({ faults: [{ operations: ['sync'], effect: { kind: 'error', code: 'EIO' } }] });
    expect((await test.put('b', other)).status).toBe(503);
    expect((await test.put('c', other)).json().code).toBe('read_only');
    expect((await proposer(test).prepare(makeGrant(test.node.store.uuid), { round: 1, proposer_id: 'b' })).status).toBe(503);
    expect((await test.request('/chunk/a')).body.equals(bytes)).toBe(true);
    const health = await test.request('/health');
    expect(health.status).toBe(503);
    expect(health.json()).toMatchObject({ status: 'critical', writable: false });
    expect(events).toContain('restart-wanted');
    await test.node.calls['disk-faults']!({ faults: [] });
    await test.restart();
    expect((await test.put('c', other)).status).toBe(201);
    expect((await test.request('/chunk/a')).body.equals(bytes)).toBe(true);
  });

  it('answers 507 when the disk itself has no room', async () => {
    test = await startTestNode();
    await test.node.calls['disk-faults']!({ faults: [{ operations: ['write'], pathPart: '.superblock', effect: { kind: 'error', code: 'ENOSPC' } }] });
    expect([503, 507]).toContain((await test.put('a', bytes)).status);
    expect(await status('/chunk/a')).toBe(404);
  });
});
