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
import { parseChunkId } from './rebuild-decisions.ts';
import { getChunk, listPlacements, type Chunk } from './store/chunks.ts';
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

interface Described {
  value: PlacedValue;
  named: Node[];
  /** Bytes of each fragment; none for replication. */
  fragmentSizes: number[];
}

/** What the client says it stored, and where: for erasure coding the nodes stand in the order of their fragments. */
const describe = (context: Context, request: CommitRequest): Described => {
  const base = { kind: 'PLACED' as const, sha256: request.checksum, size_bytes: request.size_bytes };
  if (request.redundancy_mode === 'replication') {
    return { value: { ...base, fragment_sha256: [] }, named: findNodes(context, request.node_urls), fragmentSizes: [] };
  }
  const fragments = [...(request.fragments_metadata ?? [])].sort((a, b) => a.fragment_index - b.fragment_index);
  const count = ERASURE_DATA_SHARDS + ERASURE_PARITY_SHARDS;
  if (fragments.length !== count || fragments.some(({ fragment_index: index }, position) => index !== position)) {
    throw new VStackError('bad_request', `"fragments_metadata": erasure coding needs the fragments 0 … ${count - 1}, each once; ${fragments.length} came.`);
  }
  const value = { ...base, fragment_sha256: fragments.map(({ checksum }) => checksum) };
  const fragmentSizes = fragments.map((fragment) => fragment.size_bytes);
  return { value, named: findNodes(context, fragments.map((fragment) => fragment.node_url)), fragmentSizes };
};

const namesExactly = ({ grant }: Instance, named: readonly Node[]): boolean =>
  grant.stores.length === named.length && grant.stores.every((store, index) => store.store_uuid === named[index]!.storeUuid);

const instanceFor = (context: Context, options: IssueOptions & { named: readonly Node[] }): Promise<Instance> =>
  context.db.write(() => {
    const newest = newestInstance(context.db, options.chunkId);
    if (!newest) return issueGrant(context, options, 0);
    if (newest.videoId !== options.videoId) {
      throw new VStackError('conflict', `${options.chunkId} was granted as a chunk of ${newest.videoId}; choose another id.`);
    }
    // A try that failed may have named another place in the video by mistake: its generation must not decide for this one.
    const isForThis = newest.sequenceNum === options.sequenceNum && namesExactly(newest, options.named);
    const isUsable = isForThis && newest.state === 'open' && newest.grant.not_after * 1000 > context.clock.wallMs();
    return isUsable ? newest : issueNext(context, options, newest);
  });

/** What a named node holds of the chunk; undefined when it is out of reach or holds nothing under that id. */
const heldAt = async ({ client, signal }: Context, url: string, id: string): Promise<{ sha256: string; sizeBytes: number } | undefined> => {
  try {
    const { headers } = await client.request(`${url}/chunk/${id}`, { method: 'HEAD', signal });
    return { sha256: (headers.etag ?? '').replaceAll('"', ''), sizeBytes: Number(headers['x-chunk-size']) };
  } catch {
    return undefined;
  }
};

/**
 * A row's size can never change and tells players how much to fetch, so the client's word for it is compared with what the nodes hold.
 * Nodes that hold nothing, or other bytes, are no matter here: they do not vote for these.
 */
const assertSizes = async (context: Context, chunkId: string, { value, named, fragmentSizes }: Described): Promise<void> => {
  const isCoded = fragmentSizes.length > 0;
  const held = await Promise.all(
    named.map((node, index) => heldAt(context, node.directUrl, isCoded ? fragmentIdOf(chunkId, index) : chunkId)),
  );
  for (const [index, piece] of held.entries()) {
    const expectedBytes = fragmentSizes[index] ?? value.size_bytes;
    if (!piece || piece.sha256 !== pieceFor(value, index).sha256 || piece.sizeBytes === expectedBytes) continue;
    const field = isCoded ? `fragments_metadata.${index}.size_bytes` : 'size_bytes';
    const text = `"${field}": the commit says ${expectedBytes} bytes; ${named[index]!.nodeId} holds ${piece.sizeBytes} with this checksum.`;
    throw new VStackError('bad_request', text, { details: { field } });
  }
};

/** An id that names its place is believed by a rebuild, so nothing else may stand at it. */
const assertIdFits = (chunkId: string, { video_id: videoId, sequence_num: sequenceNum }: CommitRequest): void => {
  const named = parseChunkId(chunkId);
  if (!named) return;
  const refuse = (field: string, text: string): never => {
    throw new VStackError('bad_request', `"${field}": ${text}`, { details: { field } });
  };
  if (named.kind === 'manifest') refuse('chunk_id', `${chunkId} is the id of a manifest version, which only the service itself writes.`);
  if (named.videoId !== videoId) refuse('video_id', `${chunkId} is a chunk of ${named.videoId}; the commit says ${videoId}.`);
  if (named.sequenceNum !== sequenceNum) refuse('sequence_num', `${chunkId} is chunk ${named.sequenceNum} of its video; the commit says ${sequenceNum}.`);
};

/** Throws `conflict` unless the commit repeats what the row says. */
const assertRepeats = (row: Chunk, value: PlacedValue, { video_id: videoId, sequence_num: sequenceNum }: CommitRequest): void => {
  if (row.sha256 === value.sha256 && row.sizeBytes === value.size_bytes && row.videoId === videoId && row.sequenceNum === sequenceNum) return;
  const facts = `chunk ${row.sequenceNum} of ${row.videoId} with sha256:${row.sha256} and ${row.sizeBytes} bytes`;
  throw new VStackError('conflict', `${row.chunkId} is already committed as ${facts}.`);
};

/** Without a quorum the likeliest cause is that the bytes are not where the client says they are. */
const explainFailure = async (context: Context, { grant, chunkId }: Instance, value: PlacedValue, error: unknown): Promise<never> => {
  if (!(error instanceof VStackError) || error.code !== 'no_quorum') throw error;
  const held = await Promise.all(
    grant.stores.map(async (store, index) => {
      const id = grant.k > 1 ? fragmentIdOf(chunkId, index) : chunkId;
      const piece = await heldAt(context, context.nodes.get(store.node_id)!.directUrl, id);
      return piece?.sha256 === pieceFor(value, index).sha256;
    }),
  );
  const count = held.filter(Boolean).length;
  // One copy is enough for replication: the others are filled from it.
  const needed = grant.k > 1 ? q2Of(grant) : 1;
  if (count >= needed) throw error;
  const facts = `${count} of the ${held.length} named nodes hold the bytes of ${chunkId} that the commit describes, ${needed} are needed`;
  throw new VStackError('conflict', `${facts}. PUT them first.`);
};

/**
 * Throws `bad_request` for nodes that are not ours and for a size or place that cannot be true, `conflict` when other bytes were chosen or
 * too few nodes hold these, `no_quorum`.
 */
export const commitClassic = async (context: Context, learns: LearnQueue, chunkId: string, request: CommitRequest): Promise<Committed> => {
  context.assertWritable();
  const { db } = context;
  assertIdFits(chunkId, request);
  const described = describe(context, request);
  const { value, named } = described;
  const video = requireVideo(context, request.video_id);
  const row = getChunk(db, chunkId);
  if (row) {
    assertRepeats(row, value, request);
    const holders = listPlacements(db, chunkId, row.generation).map(({ nodeId }) => nodeId);
    return { chunk: row, holders, isComplete: holders.length >= row.k + row.m };
  }
  if (video.status !== 'uploading') throw new VStackError('conflict', `The video ${video.videoId} is ${video.status}; chunks are added only while it is uploading.`);
  assertPlaceIsFree(db, { chunkId, videoId: video.videoId, sequenceNum: request.sequence_num });
  await assertSizes(context, chunkId, described);
  // Sorted, so that the same nodes in another order mean the same instance.
  const ordered = request.redundancy_mode === 'replication' ? [...named].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1)) : named;
  const options = {
    chunkId,
    videoId: video.videoId,
    sequenceNum: request.sequence_num,
    kind: 'chunk' as const,
    ownerId: NO_OWNER,
    mode: request.redundancy_mode,
    // Who holds the bytes was said by the client; no further copies are placed.
    replicaCount: ordered.length,
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
