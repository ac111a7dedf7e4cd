/**
 * Commits without a certificate: V-Stack's own clients PUT the bytes to nodes of their choice and then name them. The service grants the
 * instance to exactly those nodes and runs the classic path itself; the nodes already hold the bytes.
 */
import { VStackError } from '../../contract/errors.ts';
import { fragmentIdOf } from '../../contract/ids.ts';
import type { PlacedValue } from '../../contract/paxos.ts';
import type { CommitRequest } from '../../contract/wire/metadata.ts';
import { ERASURE_DATA_SHARDS, ERASURE_PARITY_SHARDS } from '../../core/placement/layout.ts';
import { q2Of } from '../../core/chunkpaxos/quorum.ts';
import { pieceFor, sameValue } from '../../core/chunkpaxos/value.ts';
import { assertPlaceIsFree, commitCertificate } from './commit.ts';
import type { Committed } from './holders.ts';
import type { Context } from './context.ts';
import { decide, NO_OWNER, PATIENCE_SHORT } from './decide.ts';
import { issueGrant, issueNext, type IssueOptions } from './grants.ts';
import type { LearnQueue } from './learn.ts';
import { placedValueOf } from './ledger.ts';
import { getChunk, listPlacements } from './store/chunks.ts';
import { newestInstance, type Instance } from './store/grants.ts';
import type { Node } from './store/nodes.ts';
import { requireVideo } from './videos.ts';

/** An instance that somebody else brought to ABORT is followed by its next generation, once. */
const TRIES_MAX = 2;

const findNodes = ({ nodes }: Context, urls: readonly string[]): Node[] => {
  if (urls.length === 0) throw new VStackError('bad_request', '"node_urls": a commit without a certificate names the nodes that hold the bytes.');
  const found = urls.map((url) => {
    const node = nodes.byUrl(url);
    if (!node || node.storeUuid === null) {
      const text = `"node_urls": ${url} is not a registered storage node; only those can hold a committed chunk.`;
      throw new VStackError('bad_request', text, { details: { field: 'node_urls' } });
    }
    return node;
  });
  if (new Set(found.map(({ nodeId }) => nodeId)).size !== found.length) {
    throw new VStackError('bad_request', '"node_urls": each node is named once.', { details: { field: 'node_urls' } });
  }
  return found;
};

/** What the client says it stored, and where: for erasure coding the nodes stand in the order of their fragments. */
const describe = (context: Context, request: CommitRequest): { value: PlacedValue; named: Node[] } => {
  const base = { kind: 'PLACED' as const, sha256: request.checksum, size_bytes: request.size_bytes };
  if (request.redundancy_mode === 'replication') return { value: { ...base, fragment_sha256: [] }, named: findNodes(context, request.node_urls) };
  const fragments = [...(request.fragments_metadata ?? [])].sort((a, b) => a.fragment_index - b.fragment_index);
  const count = ERASURE_DATA_SHARDS + ERASURE_PARITY_SHARDS;
  if (fragments.length !== count || fragments.some(({ fragment_index: index }, position) => index !== position)) {
    throw new VStackError('bad_request', `"fragments_metadata": erasure coding needs the fragments 0 … ${count - 1}, each once; ${fragments.length} came.`);
  }
  const value = { ...base, fragment_sha256: fragments.map(({ checksum }) => checksum) };
  return { value, named: findNodes(context, fragments.map((fragment) => fragment.node_url)) };
};

const namesExactly = ({ grant }: Instance, named: readonly Node[]): boolean =>
  grant.stores.length === named.length && grant.stores.every((store, index) => store.store_uuid === named[index]!.storeUuid);

const instanceFor = (context: Context, options: IssueOptions & { named: readonly Node[] }): Promise<Instance> =>
  context.db.write(() => {
    const newest = newestInstance(context.db, options.chunkId);
    if (!newest) return issueGrant(context, options, 0);
    const isUsable = newest.state === 'open' && newest.grant.not_after * 1000 > context.clock.wallMs() && namesExactly(newest, options.named);
    return isUsable ? newest : issueNext(context, options, newest);
  });

/** Without a quorum the likeliest cause is that the bytes are not where the client says they are. */
const explainFailure = async ({ client, nodes, signal }: Context, { grant, chunkId }: Instance, value: PlacedValue, error: unknown): Promise<never> => {
  if (!(error instanceof VStackError) || error.code !== 'no_quorum') throw error;
  const held = await Promise.all(
    grant.stores.map(async (store, index) => {
      const id = grant.k > 1 ? fragmentIdOf(chunkId, index) : chunkId;
      try {
        const answer = await client.request(`${nodes.get(store.node_id)!.directUrl}/chunk/${id}`, { method: 'HEAD', signal });
        return answer.headers.etag === `"${pieceFor(value, index).sha256}"`;
      } catch {
        return false; // Out of reach or without the bytes: either way it cannot vote for them.
      }
    }),
  );
  const count = held.filter(Boolean).length;
  // One copy is enough for replication: the others are filled from it.
  const needed = grant.k > 1 ? q2Of(grant) : 1;
  if (count >= needed) throw error;
  const facts = `${count} of the ${held.length} named nodes hold the bytes of ${chunkId} that the commit describes, ${needed} are needed`;
  throw new VStackError('conflict', `${facts}. PUT them first.`);
};

/** Throws `bad_request` for nodes that are not ours, `conflict` when other bytes were chosen or too few nodes hold these, `no_quorum`. */
export const commitClassic = async (context: Context, learns: LearnQueue, chunkId: string, request: CommitRequest): Promise<Committed> => {
  context.assertWritable();
  const { db } = context;
  const { value, named } = describe(context, request);
  const video = requireVideo(context, request.video_id);
  const row = getChunk(db, chunkId);
  if (row) {
    if (row.sha256 !== value.sha256 || row.videoId !== video.videoId) {
      throw new VStackError('conflict', `${chunkId} is already committed with sha256:${row.sha256}.`);
    }
    const holders = listPlacements(db, chunkId, row.generation).map(({ nodeId }) => nodeId);
    return { chunk: row, holders, isComplete: holders.length >= row.k + row.m };
  }
  if (video.status !== 'uploading') throw new VStackError('conflict', `The video ${video.videoId} is ${video.status}; chunks are added only while it is uploading.`);
  assertPlaceIsFree(db, { chunkId, videoId: video.videoId, sequenceNum: request.sequence_num });
  // Sorted, so that the same nodes in another order mean the same instance.
  const ordered = request.redundancy_mode === 'replication' ? [...named].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1)) : named;
  const options = {
    chunkId,
    videoId: video.videoId,
    sequenceNum: request.sequence_num,
    kind: 'chunk' as const,
    ownerId: NO_OWNER,
    mode: request.redundancy_mode,
    named: ordered,
  };
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const instance = await instanceFor(context, options);
    // Fragments are proposed only where Q2 stores are known to hold theirs, and only a PROMISE tells it.
    const promisesWanted = instance.grant.k > 1 ? q2Of(instance.grant) : undefined;
    const decision = await decide(context, { instance, own: value, promisesWanted, limits: PATIENCE_SHORT }).catch((error: unknown) =>
      explainFailure(context, instance, value, error),
    );
    const time = { durationSec: request.duration_sec, startSec: request.start_sec, segmentIndex: request.segment_index };
    const { certificate, holders: proven } = decision;
    const isOurs = sameValue(decision.value, value);
    const committed = certificate && (await commitCertificate(context, learns, certificate, { proven, ...(isOurs && { time }) }));
    const now = getChunk(db, chunkId);
    if (now && sameValue(placedValueOf(now), value)) return committed ?? { chunk: now, holders: [], isComplete: false };
    if (decision.value.kind === 'PLACED') throw new VStackError('conflict', `Other bytes were chosen for ${chunkId}: sha256:${decision.value.sha256}.`);
  }
  throw new VStackError('no_quorum', `${chunkId} could not be committed: its generations ended in ABORT. Try again.`);
};
