import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PaxosTransport } from '../../../../runtime/client/paxos/transport.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { chunkIdOf } from '../../../../runtime/contract/ids.ts';
import { PROPOSER_LIMITS } from '../../../../runtime/core/chunkpaxos/limits.ts';
import { systemClock } from '../../../../runtime/platform/clock.ts';
import { sha256Hex } from '../../../../runtime/platform/crypto.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';
import type { IngestedChunk } from '../../../../runtime/services/uploader/ingest/types.ts';
import { createMetadataClient, type MetadataClient } from '../../../../runtime/services/uploader/metadata-client.ts';
import { createPlacer, type Placer } from '../../../../runtime/services/uploader/place-chunk.ts';
import { bytesOf, startMetadataCluster, type MetadataCluster } from '../../../fixtures/metadata-cluster.ts';

let cluster: MetadataCluster;
let metadata: MetadataClient;
let videoId: string;
beforeEach(async () => {
  cluster = await startMetadataCluster();
  metadata = createMetadataClient({ http: cluster.client, url: cluster.service.url, clock: systemClock });
  videoId = await cluster.createVideo();
});
afterEach(() => cluster.close());

const never = new AbortController().signal;
/** Silence is taken for what it is soon, so that the tests need not wait. */
const limits = { ...PROPOSER_LIMITS, replyTimeoutMs: 100, resendsMax: 0, ballotsMax: 2, fillsMax: 0, backOffMs: 5, backOffMsMax: 20 };

const placerOf = (proposerId: string, transport: PaxosTransport = cluster.transport): Placer =>
  createPlacer({ metadata, transport, proposerId, random: seededRandom(7), clock: systemClock, log: silentLogger(), limits });

const chunkOf = (text: string, sequence = 0): IngestedChunk => {
  const bytes = bytesOf(text);
  return { sequence, segmentIndex: sequence, sizeBytes: bytes.length, startSec: sequence * 10, durationSec: 10, bytes, sha256: sha256Hex(bytes) };
};

const place = async (placer: Placer, proposerId: string, chunk: IngestedChunk) => {
  const [grant] = await metadata.grants({ video_id: videoId, sequences: [chunk.sequence], owner_id: proposerId }, never);
  return placer.place(videoId, chunk, grant!, never);
};

/** What stands under chunk `sequence` on each node, as text. */
const heldBy = (sequence = 0): (string | undefined)[] =>
  cluster.nodes.map((node) => {
    const bytes = node.read(chunkIdOf(videoId, sequence));
    return bytes && new TextDecoder().decode(bytes);
  });

const committed = async (): Promise<Map<number, string>> => (await metadata.findVideo(videoId, never))!.committed;

describe('placing a chunk', () => {
  it('by its owner commits it with every vote in one call, and fills every store', async () => {
    expect(await place(placerOf('one'), 'one', chunkOf('hello'))).toEqual({ isComplete: true });
    expect(heldBy()).toEqual(['hello', 'hello', 'hello']);
    expect((await committed()).get(0)).toBe(sha256Hex('hello'));
    expect(cluster.nodes.flatMap((node) => node.calls).filter((call) => call.startsWith('prepare'))).toEqual([]);
  });

  it('by someone else than the owner takes the classic path', async () => {
    await metadata.grants({ video_id: videoId, sequences: [0], owner_id: 'somebody-else' }, never);
    await place(placerOf('one'), 'one', chunkOf('hello'));
    expect(cluster.nodes.flatMap((node) => node.calls).some((call) => call.startsWith('prepare'))).toBe(true);
    expect((await committed()).get(0)).toBe(sha256Hex('hello'));
  });

  it('again, after it was committed, succeeds without a second row', async () => {
    await place(placerOf('one'), 'one', chunkOf('hello'));
    await place(placerOf('two'), 'two', chunkOf('hello'));
    expect(await committed()).toEqual(new Map([[0, sha256Hex('hello')]]));
  });

  it('with other bytes than what was decided is a conflict that names both', async () => {
    await place(placerOf('one'), 'one', chunkOf('first'));
    const failure: unknown = await place(placerOf('two'), 'two', chunkOf('second')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'conflict' });
    expect((failure as Error).message).toContain(sha256Hex('first'));
    expect((failure as Error).message).toContain(sha256Hex('second'));
    expect((await committed()).get(0)).toBe(sha256Hex('first'));
  });

  it('asks for the next generation when it finds no quorum', async () => {
    let refusals = 0;
    for (const node of cluster.nodes) {
      node.faults.set('accept', () => (node.calls.at(-1)!.endsWith('.g0') ? ((refusals += 1), new VStackError('unavailable', 'down')) : undefined));
      node.faults.set('prepare', () => (node.calls.at(-1)!.endsWith('.g0') ? new VStackError('unavailable', 'down') : undefined));
    }
    expect(await place(placerOf('one'), 'one', chunkOf('hello'))).toEqual({ isComplete: true });
    expect(refusals).toBeGreaterThan(0);
    const { body } = await cluster.call<{ chunks: { generation: number }[] }>('GET', `/manifest/${videoId}`);
    expect(body.chunks.map(({ generation }) => generation)).toEqual([1]);
  });

  it('gives up with no_quorum when no generation helps', async () => {
    for (const node of cluster.nodes) for (const call of ['accept', 'prepare']) node.faults.set(call, () => new VStackError('unavailable', 'down'));
    await expect(place(placerOf('one'), 'one', chunkOf('hello'))).rejects.toMatchObject({ code: 'no_quorum' });
    expect(await committed()).toEqual(new Map());
  });

  it('does not wait for a store that cannot be reached', async () => {
    cluster.nodes[2]!.faults.set('accept', () => new VStackError('unavailable', 'down'));
    expect(await place(placerOf('one'), 'one', chunkOf('hello'))).toEqual({ isComplete: false });
    expect(heldBy().filter((text) => text === 'hello')).toHaveLength(2);
  });

  it('reports a store whose vote comes after the commit', async () => {
    const { promise: committedFirst, resolve: release } = Promise.withResolvers<void>();
    const slow = cluster.nodes[2]!.nodeId;
    const transport: PaxosTransport = {
      ...cluster.transport,
      async accept(store, header, bytes, signal) {
        if (store.node_id === slow) await committedFirst;
        return cluster.transport.accept(store, header, bytes, signal);
      },
    };
    const watching: MetadataClient = {
      ...metadata,
      async commit(...call) {
        const answer = await metadata.commit(...call);
        release();
        return answer;
      },
    };
    const placer = createPlacer({ metadata: watching, transport, proposerId: 'one', random: seededRandom(7), clock: systemClock, log: silentLogger() });
    expect(await place(placer, 'one', chunkOf('hello'))).toEqual({ isComplete: true });
    expect(heldBy()).toEqual(['hello', 'hello', 'hello']);
  });

  it('ends with the reason of its signal', async () => {
    const stopper = new AbortController();
    const [grant] = await metadata.grants({ video_id: videoId, sequences: [0], owner_id: 'one' }, never);
    const transport: PaxosTransport = {
      ...cluster.transport,
      accept: (_store, _header, _bytes, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('ended')));
          stopper.abort(new VStackError('cancelled', 'enough'));
        }),
    };
    await expect(placerOf('one', transport).place(videoId, chunkOf('hello'), grant!, stopper.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('two uploaders that race for the same chunk id', () => {
  it('end with one value, and both are told the truth', async () => {
    const outcomes = { wins: 0, conflicts: 0 };
    for (let sequence = 0; sequence < 12; sequence += 1) {
      const texts = [`left ${sequence}`, `right ${sequence}`];
      const results = await Promise.allSettled(texts.map((text, index) => place(placerOf(`racer-${sequence}-${index}`), `racer-${sequence}-${index}`, chunkOf(text, sequence))));
      const row = (await committed()).get(sequence);
      for (const [index, result] of results.entries()) {
        if (result.status === 'fulfilled') {
          outcomes.wins += 1;
          expect(row).toBe(sha256Hex(texts[index]!));
        } else {
          outcomes.conflicts += 1;
          expect(result.reason).toMatchObject({ code: 'conflict' });
          expect(row).toBe(sha256Hex(texts[1 - index]!));
        }
      }
    }
    expect(outcomes).toEqual({ wins: 12, conflicts: 12 });
  });
});
