import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { chunkIdOf } from '../../../../runtime/contract/ids.ts';
import type { Grant } from '../../../../runtime/contract/paxos.ts';
import type { EventsResponse, RecoverResponse } from '../../../../runtime/contract/wire/metadata.ts';
import { sha256Hex } from '../../../../runtime/platform/crypto.ts';
import { bytesOf, placedValue, startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

const MINUTE_MS = 60_000;

let cluster: MetadataCluster;
let videoId: string;
let grant: Grant;
beforeEach(async () => {
  cluster = await startMetadataCluster({ nodeCount: 3 });
  videoId = await cluster.createVideo();
  [grant] = (await cluster.grantsFor(videoId, [0])) as [Grant];
});
afterEach(() => cluster.close());

const chunkId = (): string => chunkIdOf(videoId, 0);
const never = new AbortController().signal;

/** The owner's ACCEPT reaches only these stores; then the owner is gone. */
const acceptAt = async (text: string, ...indexes: number[]): Promise<void> => {
  const bytes = bytesOf(text);
  const value = placedValue(bytes);
  for (const index of indexes) {
    const header = { grant, ballot: { round: 0, proposer_id: grant.owner_id }, value, piece: { index: 0, sha256: sha256Hex(bytes) } };
    await cluster.transport.accept(grant.stores[index]!, header, bytes, never);
  }
};
const recover = (generation = 0) => cluster.call<RecoverResponse>('POST', `/chunk/${chunkId()}/recover`, { generation });
const chunksOf = async (): Promise<{ checksum: string; replicas: string[] }[]> =>
  (await cluster.call<{ chunks: { checksum: string; replicas: string[] }[] }>('GET', `/manifest/${videoId}`)).body.chunks;
const eventsOf = async (kind: string) => (await cluster.call<EventsResponse>('GET', '/events')).body.events.filter((event) => event.kind === kind);

describe('recovery after the owner died', () => {
  it.each([1, 2, 3])('finishes a value that reached %i stores and fills the others', async (count) => {
    await acceptAt('orphan', ...Array.from({ length: count }, (_, index) => index));
    const { status, body } = await recover();
    expect(status).toBe(200);
    expect(body.value).toMatchObject({ kind: 'PLACED', sha256: sha256Hex('orphan') });
    expect((await chunksOf()).map((chunk) => chunk.checksum)).toEqual([`sha256:${sha256Hex('orphan')}`]);
    await expect.poll(async () => (await chunksOf())[0]!.replicas.length).toBe(3);
  });

  it('ends an instance that no store ever saw as ABORT, and its commit is 409 from then on', async () => {
    expect((await recover()).body.value).toEqual({ kind: 'ABORT' });
    const late = await cluster.place(grant, bytesOf('too late'));
    expect(late.value).toEqual({ kind: 'ABORT' });
    expect(await chunksOf()).toEqual([]);
    const [next] = await cluster.grantsFor(videoId, [0], 'uploader-2');
    expect(next).toMatchObject({ generation: 1, owner_id: 'uploader-2' });
  });

  it('answers what is known without running again, and tells the stores once more', async () => {
    await acceptAt('orphan', 0, 1, 2);
    await recover();
    await cluster.service.sweepNow();
    const prepares = cluster.nodes.flatMap((node) => node.calls).filter((call) => call.startsWith('prepare')).length;
    expect((await recover()).body.value).toMatchObject({ kind: 'PLACED' });
    expect(cluster.nodes.flatMap((node) => node.calls).filter((call) => call.startsWith('prepare'))).toHaveLength(prepares);
  });

  it('asked for by ten acceptors at once runs once', async () => {
    await acceptAt('orphan', 0);
    const answers = await Promise.all(Array.from({ length: 10 }, () => recover()));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await eventsOf('recovered')).toHaveLength(1);
  });

  it('works with one store down', async () => {
    await acceptAt('orphan', 0, 1);
    await cluster.nodes.find((node) => node.nodeId === grant.stores[2]!.node_id)!.stop();
    expect((await recover()).body.value).toMatchObject({ kind: 'PLACED', sha256: sha256Hex('orphan') });
  });

  it('of an instance that was never granted is 404', async () => {
    expect((await recover(3)).status).toBe(404);
  });
});

describe('the sweep', () => {
  it('leaves the instances of a live uploader alone and ends those of a dead one', async () => {
    await acceptAt('orphan', 0, 1);
    await cluster.service.sweepNow();
    expect(await eventsOf('recovered')).toEqual([]);
    cluster.clock.shift(2 * MINUTE_MS);
    await cluster.beatAll();
    // Its uploader speaks up: the instance is old, but not abandoned.
    await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'uploading' });
    await cluster.service.sweepNow();
    expect(await eventsOf('recovered')).toEqual([]);
    cluster.clock.shift(2 * MINUTE_MS);
    await cluster.beatAll();
    await cluster.service.sweepNow();
    expect(await eventsOf('recovered')).toMatchObject([{ subject: chunkId() }]);
    expect(await chunksOf()).toHaveLength(1);
  });

  it('closes an instance whose grant ran out undecided', async () => {
    await acceptAt('orphan', 0);
    cluster.clock.shift(70 * MINUTE_MS);
    await cluster.beatAll();
    await cluster.call('PATCH', `/video/${videoId}/status`, { status: 'uploading' });
    cluster.clock.shift(2 * MINUTE_MS);
    await cluster.beatAll();
    await cluster.service.sweepNow();
    const holder = cluster.nodes.find((node) => node.nodeId === grant.stores[0]!.node_id)!;
    expect(holder.stateOf(chunkId())?.closed).toBe(true);
    expect((await cluster.grantsFor(videoId, [0]))[0]!.generation).toBe(1);
  });

  it('ends an upload whose uploader never came back, and leaves nothing of it on the nodes', async () => {
    const { certificate } = await cluster.place(grant, bytesOf('half an upload'));
    await cluster.commit(videoId, 0, certificate!);
    await cluster.grantsFor(videoId, [1, 2]);
    cluster.clock.shift(20 * MINUTE_MS);
    await cluster.beatAll();
    await cluster.service.sweepNow();
    expect((await cluster.call('GET', `/manifest/${videoId}`)).status).toBe(404);
    expect((await cluster.call('POST', '/grants', { video_id: videoId, sequences: [0], owner_id: 'u' })).status).toBe(409);
    for (const node of cluster.nodes) expect(node.read(chunkId())).toBeUndefined();
  });
});

describe('LEARN', () => {
  it('reaches a store that was away when its time came', async () => {
    const away = cluster.nodes[0]!;
    away.faults.set('learn', () => new VStackError('unavailable', 'away'));
    const { certificate } = await cluster.place(grant, bytesOf('bytes'));
    await cluster.commit(videoId, 0, certificate!);
    await cluster.service.sweepNow();
    expect(away.stateOf(chunkId())?.chosen).toBeNull();
    away.faults.delete('learn');
    await cluster.register(away);
    await cluster.service.sweepNow();
    expect(away.stateOf(chunkId())?.chosen).toMatchObject({ sha256: sha256Hex('bytes') });
  });

  it('reaches a store that never saw the instance, with the whole grant', async () => {
    const late = cluster.nodes[0]!;
    late.faults.set('accept', () => new VStackError('unavailable', 'away'));
    const { certificate } = await cluster.place(grant, bytesOf('bytes'));
    await cluster.commit(videoId, 0, certificate!);
    await cluster.service.sweepNow();
    expect(late.stateOf(chunkId())).toMatchObject({ accepted: null, chosen: { sha256: sha256Hex('bytes') } });
  });

  it('finds holders whose votes came too late for the certificate', async () => {
    const { certificate } = await cluster.place(grant, bytesOf('bytes'));
    const quorum = { ...certificate!, acks: certificate!.acks.slice(0, 2) };
    expect((await cluster.commit(videoId, 0, quorum)).body.complete).toBe(false);
    await cluster.service.sweepNow();
    const holders = await cluster.call<{ complete: boolean }>('POST', `/chunk/${chunkId()}/holders`, { certificate: quorum });
    expect(holders.body.complete).toBe(true);
    expect(cluster.nodes.flatMap((node) => node.calls).filter((call) => call.startsWith('stage'))).toEqual([]);
  });

  it('is never sent before the row is durable: no store learned what the database does not know', async () => {
    const { certificate } = await cluster.place(grant, bytesOf('bytes'));
    await cluster.service.sweepNow();
    expect(cluster.nodes.some((node) => node.stateOf(chunkId())?.chosen)).toBe(false);
    await cluster.commit(videoId, 0, certificate!);
    await cluster.service.sweepNow();
    expect(cluster.nodes.every((node) => node.stateOf(chunkId())?.chosen)).toBe(true);
  });
});
