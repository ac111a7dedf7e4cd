import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProposer, type ProposerOutcome } from '../../../runtime/client/paxos/run-proposer.ts';
import { ackMacText, grantMacText, valueText, type Certificate, type Grant, type Value } from '../../../runtime/contract/paxos.ts';
import { PROPOSER_LIMITS } from '../../../runtime/core/chunkpaxos/limits.ts';
import { hmacHex, sha256Hex } from '../../../runtime/platform/crypto.ts';
import { createHttpClient, type HttpClient } from '../../../runtime/platform/http/client.ts';
import { createPaxosTransport } from '../../../runtime/services/shared/paxos-transport.ts';
import { makeGrant, placed, randomBytesOf, SECRET, startTestNode, storeKey, type TestNode } from '../../fixtures/storage-node.ts';

let nodes: TestNode[];
let client: HttpClient;
beforeEach(async () => {
  nodes = await Promise.all([1, 2, 3].map((number) => startTestNode({ nodeId: `node-${number}` })));
  client = createHttpClient({ secret: SECRET });
});
afterEach(async () => {
  client.close();
  await Promise.all(nodes.map((node) => node.close()));
});

const grantOf = (overrides: Partial<Grant> = {}): Grant =>
  makeGrant('', { stores: nodes.map(({ node, config }) => ({ node_id: config.nodeId, store_uuid: node.store.uuid })), ...overrides });
const run = (grant: Grant, own: Value | null, bytes: Uint8Array | undefined, proposerId = 'owner', limits = PROPOSER_LIMITS): Promise<ProposerOutcome> =>
  runProposer({
    grant,
    proposerId,
    limits,
    own,
    ...(bytes && { bytes: () => bytes }),
    transport: createPaxosTransport({ client, urlOf: (nodeId) => nodes.find(({ config }) => config.nodeId === nodeId)?.node.url, timeoutMsFor: () => 2000 }),
    tools: { sha256: sha256Hex },
    random: Math.random,
  });
/** As the metadata service checks it. */
const isGenuine = ({ grant, ballot, value, acks }: Certificate): boolean =>
  acks.length >= 2 &&
  acks.every(({ store_uuid: storeUuid, mac }) => {
    const text = ackMacText({ grant, grantHash: sha256Hex(grantMacText(grant)), valueHash: sha256Hex(valueText(value)), storeUuid, ballot });
    return mac === hmacHex(storeKey(storeUuid), text);
  });
const bytes = randomBytesOf(300_000);

describe('three real nodes', () => {
  it('decide on the fast path with a certificate that verifies, and all hold the bytes', async () => {
    const outcome = await run(grantOf(), placed(bytes), bytes);
    expect(outcome.value).toEqual(placed(bytes));
    expect(outcome.holders).toEqual(['node-1', 'node-2', 'node-3']);
    expect(isGenuine(outcome.certificate!)).toBe(true);
    for (const node of nodes) expect((await node.request('/chunk/vid-1-chunk-000')).body.equals(bytes)).toBe(true);
  });

  it('decide one value when proposers race, and tell all of them which', async () => {
    const contents = [bytes, randomBytesOf(1000), randomBytesOf(2000), randomBytesOf(3000)];
    const outcomes = await Promise.all(contents.map((content, index) => run(grantOf(), placed(content), content, index === 0 ? 'owner' : `other-${index}`)));
    for (const { value } of outcomes) expect(value).toEqual(outcomes[0]!.value);
    const winner = contents.find((content) => sha256Hex(content) === (outcomes[0]!.value as { sha256: string }).sha256)!;
    for (const node of nodes) expect((await node.request('/chunk/vid-1-chunk-000')).body.equals(winner)).toBe(true);
  });

  it('let a recovery finish what a dead proposer left with one vote, also after every node was restarted', async () => {
    const grant = grantOf();
    const [first] = nodes;
    const transport = createPaxosTransport({ client, urlOf: () => first!.node.url });
    await transport.accept(
      grant.stores[0]!,
      { grant, ballot: { round: 0, proposer_id: 'owner' }, value: placed(bytes), piece: { index: 0, sha256: sha256Hex(bytes) } },
      bytes,
      new AbortController().signal,
    );
    await Promise.all(nodes.map((node) => node.restart()));
    const outcome = await run(grant, null, undefined, 'recovery');
    expect(['PLACED', 'ABORT']).toContain(outcome.value.kind);
    expect(isGenuine(outcome.certificate!)).toBe(true);
    const again = await run(grant, placed(randomBytesOf(10)), undefined, 'late');
    expect(again.value).toEqual(outcome.value);
  });

  it('decide with two of three, and not with one', async () => {
    await nodes[2]!.node.stop(0);
    const impatient = { ...PROPOSER_LIMITS, replyTimeoutMs: 500, ballotsMax: 2, resendsMax: 0 };
    const outcome = await run(grantOf(), placed(bytes), bytes, 'owner', impatient);
    expect(outcome.holders).toEqual(['node-1', 'node-2']);
    await nodes[1]!.node.stop(0);
    await expect(run(grantOf({ chunk_id: 'lonely' }), placed(bytes), bytes, 'owner', impatient)).rejects.toMatchObject({ code: 'no_quorum' });
  });
});
