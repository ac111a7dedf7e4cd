/**
 * Grants: the right to decide one instance. Exactly one per instance, written durably before anyone is told of it. The first asker is the
 * owner and alone may use round 0; everyone else is given the same grant and has to PREPARE.
 */
import { chunkIdOf, instanceKeyOf } from '../../contract/ids.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Grant } from '../../contract/paxos.ts';
import type { RedundancyMode } from '../../contract/wire/metadata.ts';
import { stepLearner } from '../../core/chunkpaxos/learner.ts';
import { layoutFor, placeNodes } from '../../core/placement/layout.ts';
import type { Context } from './context.ts';
import { toUnixSeconds } from './keys.ts';
import { ledgerOf } from './ledger.ts';
import { getChunk } from './store/chunks.ts';
import { addEvent } from './store/events.ts';
import { closeThrough, getInstance, insertInstance, newestInstance, type ChunkKind, type Instance } from './store/grants.ts';
import { nextGrantSeq } from './store/meta.ts';
import type { Node } from './store/nodes.ts';
import { getVideo, touchVideo, type Video } from './store/videos.ts';

export interface IssueOptions {
  chunkId: string;
  videoId: string;
  sequenceNum: number;
  kind: ChunkKind;
  ownerId: string;
  mode: RedundancyMode;
  /** Copies wished for; see the video's row. */
  replicaCount: number;
  /** These stores and no others, in this order: a classic commit. */
  named?: readonly Node[];
  /** Nodes that come first: holders that need no copy. */
  keep?: readonly string[];
  /** Nodes that the asker could not reach: used last. */
  avoid?: readonly string[];
}

const chooseNodes = ({ nodes }: Context, { chunkId, mode, replicaCount, named, keep, avoid }: IssueOptions): { chosen: Node[]; k: number; m: number } => {
  const healthy = nodes.healthy();
  const layout = layoutFor(mode, named?.length ?? healthy.length, replicaCount);
  if (!layout) {
    const needed = mode === 'replication' ? 'at least one healthy node' : 'five healthy nodes';
    const advice = 'Start more nodes, or wait until they are up again.';
    throw new VStackError('not_enough_nodes', `A chunk with ${mode} needs ${needed}; there are ${healthy.length}. ${advice}`);
  }
  if (named) return { chosen: [...named], k: layout.k, m: named.length - layout.k };
  const candidates = healthy.map((node) => ({ node, nodeId: node.nodeId, weight: Math.max(1, 100 - node.diskUsagePercent) }));
  // The key leaves the generation out, so that a later generation prefers the nodes of an earlier one.
  const placed = placeNodes(chunkId, candidates, layout.k + layout.m, { ...(keep && { keep }), ...(avoid && { avoid }) });
  return { chosen: placed.map(({ node }) => node), ...layout };
};

/** Issues `generation` of a chunk. Must run inside a write; the caller has made sure that this instance has no grant yet. */
export const issueGrant = (context: Context, options: IssueOptions, generation: number): Instance => {
  const { db, keys, clock, settings, incarnation } = context;
  const { chosen, k, m } = chooseNodes(context, options);
  const nowMs = clock.wallMs();
  const grant = keys.signGrant({
    incarnation,
    chunk_id: options.chunkId,
    generation,
    stores: chosen.map((node) => ({ node_id: node.nodeId, store_uuid: node.storeUuid! })),
    k,
    m,
    owner_id: options.ownerId,
    grant_seq: nextGrantSeq(db),
    not_after: toUnixSeconds(nowMs + settings.grantMs),
  });
  const { chunkId, videoId, sequenceNum, kind } = options;
  const instance: Instance = { chunkId, generation, videoId, sequenceNum, kind, state: 'open', grant, issuedMs: nowMs };
  insertInstance(db, instance);
  return instance;
};

const isExpired = ({ clock }: Context, { grant }: Instance): boolean => grant.not_after * 1000 <= clock.wallMs();

/**
 * The instance where a chunk was decided, or else its newest one; the next generation when that is closed or its grant ran out undecided.
 * Must run inside a write.
 */
export const currentInstance = (context: Context, options: IssueOptions): Instance => {
  const chunk = getChunk(context.db, options.chunkId);
  const committed = chunk && getInstance(context.db, options.chunkId, chunk.generation);
  if (committed) return committed;
  const newest = newestInstance(context.db, options.chunkId);
  if (!newest) return issueGrant(context, options, 0);
  if (newest.state === 'open' && !isExpired(context, newest)) return newest;
  return issueNext(context, options, newest);
};

/** Closes every generation up to `newest` and issues the next. Must run inside a write. */
export const issueNext = (context: Context, options: IssueOptions, newest: Instance): Instance => {
  const next = issueGrant(context, options, newest.generation + 1);
  closeThrough(context.db, options.chunkId, newest.generation);
  const closed = instanceKeyOf(options.chunkId, newest.generation);
  addEvent(context.db, context.clock.wallMs(), 'generation', options.chunkId, `${closed} is closed, asked by ${options.ownerId}`);
  return next;
};

const requireUploading = ({ db }: Context, videoId: string): Video => {
  const video = getVideo(db, videoId);
  if (!video) throw new VStackError('not_found', `There is no video ${videoId}; POST /video first.`);
  if (video.status !== 'uploading') throw new VStackError('conflict', `The video ${videoId} is ${video.status}; chunks are added only while it is uploading.`);
  return video;
};

/** Grants for a batch of sequences, in their order. Durable when it resolves. */
export const grantSequences = async (
  context: Context,
  request: { videoId: string; sequences: readonly number[]; ownerId: string; mode: RedundancyMode },
): Promise<Grant[]> => {
  context.assertWritable();
  const { db, clock } = context;
  const { videoId, ownerId, mode } = request;
  return db.write(() => {
    const { replicaCount } = requireUploading(context, videoId);
    touchVideo(db, videoId, clock.wallMs());
    return request.sequences.map(
      (sequenceNum) => currentInstance(context, { chunkId: chunkIdOf(videoId, sequenceNum), videoId, sequenceNum, kind: 'chunk', ownerId, mode, replicaCount }).grant,
    );
  });
};

/**
 * The generation after `generation`, which closes it and all before it. Whoever is behind is given the newest one, so that two who ask at
 * once get the same. After a commit it is issued only for the same bytes.
 */
export const nextGeneration = async (
  context: Context,
  chunkId: string,
  request: { generation: number; ownerId: string; sha256?: string | undefined; avoid?: readonly string[]; keep?: readonly string[] },
): Promise<Grant> => {
  context.assertWritable();
  const { db } = context;
  return db.write(() => {
    const newest = newestInstance(db, chunkId);
    if (!newest) throw new VStackError('not_found', `${chunkId} was never granted; POST /grants first.`);
    const isOver = newest.state === 'closed' || newest.state === 'aborted';
    const after = isOver ? newest.generation : request.generation;
    const [effect] = stepLearner(ledgerOf(db, chunkId), { type: 'ISSUE', after, sha256: request.sha256 ?? null });
    if (effect?.kind === 'refuse') throw refusalOf(chunkId, request.generation, effect.reason);
    // During a move the newest generation is the mover's; whoever brings other bytes is shown the one that was decided.
    if (effect?.kind === 'grant') return (getInstance(db, chunkId, effect.generation) ?? newest).grant;
    const mode: RedundancyMode = newest.grant.k > 1 ? 'erasure_coding' : 'replication';
    const { videoId, sequenceNum, kind } = newest;
    const { ownerId, avoid, keep } = request;
    // A move gives a chunk the copies that its video was promised, whatever new videos get by now.
    const replicaCount = getVideo(db, videoId)?.replicaCount ?? context.settings.replicaCount;
    return issueNext(context, { chunkId, videoId, sequenceNum, kind, ownerId, mode, replicaCount, ...(avoid && { avoid }), ...(keep && { keep }) }, newest).grant;
  });
};

const refusalOf = (chunkId: string, generation: number, reason: 'generation_closed' | 'conflict' | 'not_granted'): VStackError =>
  reason === 'conflict'
    ? new VStackError('conflict', `${chunkId} is committed; a further generation is issued only for the same bytes.`)
    : new VStackError('bad_request', `${chunkId} has no generation ${generation} that could be followed by another.`);
