/** The transport against real storage nodes: what the proposer's loop gets from it is what the nodes meant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ackMacText, grantMacText, valueText } from '../../../../runtime/contract/paxos.ts';
import type { Grant, Value } from '../../../../runtime/contract/paxos.ts';
import { runProposer } from '../../../../runtime/client/paxos/run-proposer.ts';
import type { PaxosTransport } from '../../../../runtime/client/paxos/transport.ts';
import { hmacHex, sha256Hex } from '../../../../runtime/platform/crypto.ts';
import { createHttpClient } from '../../../../runtime/platform/http/client.ts';
import type { HttpClient } from '../../../../runtime/platform/http/client.ts';
import { createPaxosTransport } from '../../../../runtime/services/shared/paxos-transport.ts';
import { learnBody, makeGrant, placed, randomBytesOf, SECRET, startTestNode, storeKey } from '../../../fixtures/storage-node.ts';
import type { TestNode } from '../../../fixtures/storage-node.ts';

let nodes: TestNode[] = [];
let client: HttpClient;
let transport: PaxosTransport;
const signal = new AbortController().signal;

beforeAll(async () => {
  nodes = await Promise.all([0, 1, 2].map((index) => startTestNode({ nodeId: `node-${index}` })));
  client = createHttpClient({ secret: SECRET });
  transport = createPaxosTransport({ client, urlOf: (nodeId) => nodes.flatMap(({ node, config }) => (config.nodeId === nodeId ? [`http://127.0.0.1:${node.port}`] : []))[0] });
});
afterAll(async () => {
  client.close();
  await Promise.all(nodes.map((node) => node.close()));
});

/** A grant over the three real stores, one per test. */
const grantFor = (chunkId: string, overrides: Partial<Grant> = {}): Grant =>
  makeGrant('', { chunk_id: chunkId, stores: nodes.map(({ node, config }) => ({ node_id: config.nodeId, store_uuid: node.store.uuid })), ...overrides });
const run = (grant: Grant, own: Value | null, bytes: Uint8Array | undefined, proposerId = 'owner'): ReturnType<typeof runProposer> =>
  runProposer({ grant, proposerId, own, ...(bytes && { bytes: () => bytes }), transport, tools: { sha256: sha256Hex }, random: Math.random });

describe('a proposer over HTTP', () => {
  it('places bytes on all nodes, with MACs that prove the votes, and they can be read back', async () => {
    const grant = grantFor('vid-1-chunk-000');
    const bytes = randomBytesOf(100_000);
    const outcome = await run(grant, placed(bytes), bytes);
    expect(outcome.holders).toEqual(['node-0', 'node-1', 'node-2']);
    const subject = { grant, grantHash: sha256Hex(grantMacText(grant)), valueHash: sha256Hex(valueText(placed(bytes))), ballot: outcome.ballot };
    for (const { store_uuid, mac } of outcome.certificate!.acks) expect(mac).toBe(hmacHex(storeKey(store_uuid), ackMacText({ ...subject, storeUuid: store_uuid })));
    const read = await transport.read(grant.stores[2]!, grant, { index: 0, sha256: sha256Hex(bytes) }, signal);
    expect(sha256Hex(read!)).toBe(sha256Hex(bytes));
  });

  it('loses a race honestly: both end with the same value', async () => {
    const grant = grantFor('vid-1-chunk-001');
    const [mine, theirs] = [randomBytesOf(5000), randomBytesOf(5000)];
    const outcomes = await Promise.all([run(grant, placed(mine), mine), run(grant, placed(theirs), theirs, 'rival')]);
    expect(outcomes[0].value).toEqual(outcomes[1].value);
  });

  it('recovers what an owner got chosen before it died, and fills the third node', async () => {
    const grant = grantFor('vid-1-chunk-002');
    const bytes = randomBytesOf(7000);
    const accept = { grant, ballot: { round: 0, proposer_id: 'owner' }, value: placed(bytes), piece: { index: 0, sha256: sha256Hex(bytes) } };
    for (const store of grant.stores.slice(0, 2)) await transport.accept(store, accept, bytes, signal);
    const outcome = await run(grant, null, undefined, 'metadata');
    expect(outcome.value).toEqual(placed(bytes));
    expect(outcome.holders).toEqual(['node-0', 'node-1', 'node-2']);
  });
});

describe('the transport', () => {
  it('gives a refusal as an answer', async () => {
    const grant = grantFor('vid-1-chunk-003');
    const [store] = grant.stores;
    await expect(transport.prepare(store!, { grant, ballot: { round: 2, proposer_id: 'a' } }, signal)).resolves.toMatchObject({ type: 'PROMISE' });
    await expect(transport.prepare(store!, { grant, ballot: { round: 1, proposer_id: 'b' } }, signal)).resolves.toMatchObject({
      type: 'NACK', reason: 'promised', promised: { round: 2, proposer_id: 'a' },
    });
  });

  it('rejects where there is no answer of the protocol: a forged grant, bytes that do not match, a stranger, a dead node', async () => {
    const grant = grantFor('vid-1-chunk-004');
    const [store] = grant.stores;
    const ballot = { round: 1, proposer_id: 'a' };
    await expect(transport.prepare(store!, { grant: { ...grant, grant_seq: 99 }, ballot }, signal)).rejects.toMatchObject({ name: 'VStackError' });
    const wrong = { grant, piece: { index: 0, sha256: sha256Hex('other') } };
    await expect(transport.stage(store!, wrong, randomBytesOf(10), signal)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    await expect(transport.prepare({ ...store!, node_id: 'nobody' }, { grant, ballot }, signal)).rejects.toMatchObject({ code: 'unavailable' });
    const deaf = createPaxosTransport({ client, urlOf: () => 'http://127.0.0.1:9' });
    await expect(deaf.prepare(store!, { grant, ballot }, signal)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('waits for an answer as long as the bytes that a call carries need', async () => {
    const grant = grantFor('vid-1-chunk-006');
    const [store] = grant.stores;
    const bytes = randomBytesOf(300);
    const askedBytes: number[] = [];
    const patient = createPaxosTransport({
      client,
      urlOf: () => `http://127.0.0.1:${nodes[0]!.node.port}`,
      timeoutMsFor: (sizeBytes) => {
        askedBytes.push(sizeBytes);
        return 10_000;
      },
    });
    await patient.stage(store!, { grant, piece: { index: 0, sha256: sha256Hex(bytes) } }, bytes, signal);
    await patient.status(store!, grant, signal);
    expect(askedBytes).toEqual([300, 0]);
  });

  it('stages, learns and tells an acceptor\'s state, and null where there is none', async () => {
    const grant = grantFor('vid-1-chunk-005');
    const [store] = grant.stores;
    const bytes = randomBytesOf(300);
    await expect(transport.status(store!, grant, signal)).resolves.toBeNull();
    await expect(transport.read(store!, grant, { index: 0, sha256: sha256Hex(bytes) }, signal)).resolves.toBeNull();
    await expect(transport.stage(store!, { grant, piece: { index: 0, sha256: sha256Hex(bytes) } }, bytes, signal)).resolves.toMatchObject({ type: 'STAGED' });
    await expect(transport.learn(store!, learnBody(store!.store_uuid, grant, placed(bytes)), signal)).resolves.toMatchObject({ type: 'LEARNED' });
    await expect(transport.status(store!, grant, signal)).resolves.toMatchObject({ chosen: placed(bytes), held: [{ index: 0, sha256: sha256Hex(bytes) }] });
  });
});
