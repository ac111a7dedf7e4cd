import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Grant, Value } from '../../../runtime/contract/paxos.ts';
import { FAST, instanceOf, learnBody, makeGrant, placed, proposer, randomBytesOf, startTestNode, type TestNode } from '../../fixtures/storage-node.ts';

let test: TestNode;
beforeEach(async () => {
  test = await startTestNode();
});
afterEach(() => test.close());

const bytes = randomBytesOf(1000);
const value = placed(bytes);
const grantOf = (sequence: number, generation = 0): Grant =>
  makeGrant(test.node.store.uuid, { chunk_id: `vid-1-chunk-${String(sequence).padStart(3, '0')}`, generation, grant_seq: 10 + sequence });

const brief = (grant: Grant, chosen: Value | null, closedThrough = -1) => {
  const { grant: _, ...rest } = learnBody(test.node.store.uuid, grant, chosen, closedThrough);
  return { instance: instanceOf(grant), grant_mac: grant.mac, ...rest };
};
const send = async (learns: object[]) => {
  const answer = await test.request('/paxos/learn', { method: 'POST', body: JSON.stringify({ learns }) });
  const { untold, held } = answer.json();
  return { status: answer.status, untold, held };
};
const chosenOf = async (grant: Grant) => (await proposer(test).status(grant)).json().chosen;

describe('a batch of LEARNs', () => {
  it('teaches every instance that the store voted in, also after a restart', async () => {
    const grants = [0, 1, 2].map((sequence) => grantOf(sequence));
    for (const grant of grants) await proposer(test).accept(grant, FAST, value, bytes);
    expect(await send(grants.map((grant) => brief(grant, value)))).toEqual({ status: 200, untold: [], held: [0, 1, 2] });
    await test.restart();
    for (const grant of grants) expect(await chosenOf(grant)).toEqual(value);
  });

  it('names those that it cannot take: an unknown grant, another grant of the same instance, a forged value, no instance at all', async () => {
    const known = grantOf(0);
    await proposer(test).accept(known, FAST, value, bytes);
    const other = makeGrant(test.node.store.uuid, { chunk_id: known.chunk_id, incarnation: 'inc-2' });
    const forged = { ...brief(known, value), value: { kind: 'ABORT' } };
    const nonsense = { ...brief(known, value), instance: 'no instance' };
    expect(await send([brief(grantOf(7), value), brief(other, value), forged, nonsense])).toEqual({ status: 200, untold: [0, 1, 2, 3], held: [] });
    expect(await chosenOf(known)).toBeNull();
    expect(await send([brief(grantOf(7), value), brief(known, value)])).toEqual({ status: 200, untold: [0], held: [1] });
    expect(await chosenOf(known)).toEqual(value);
  });

  it('is no proof of bytes that the store does not have', async () => {
    const grant = grantOf(0);
    await proposer(test).prepare(grant, { round: 1, proposer_id: 'b' });
    expect(await send([brief(grant, value)])).toEqual({ status: 200, untold: [], held: [] });
    expect(await chosenOf(grant)).toEqual(value);
  });

  it('closes the generations that a LEARN closes', async () => {
    const [first, second] = [grantOf(0, 0), grantOf(0, 1)];
    await proposer(test).accept(first, FAST, placed(bytes), bytes);
    await proposer(test).accept(second, FAST, value, bytes);
    expect(await send([brief(second, value, 0)])).toEqual({ status: 200, untold: [], held: [0] });
    expect((await proposer(test).status(first)).json().closed).toBe(true);
    expect((await proposer(test).status(second)).json().closed).toBe(false);
  });

  it('must hold at least one and not too many', async () => {
    expect((await send([])).status).toBe(400);
    expect((await send(Array.from({ length: 129 }, () => brief(grantOf(0), value)))).status).toBe(400);
  });
});
