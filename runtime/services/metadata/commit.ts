/**
 * COMMIT: from a certificate to a durable row.
 *
 *   grant is ours and the instance's own → ACK MACs → quorum (core) → ledger (core) → row durable → answer, LEARN
 *
 * A row's content never changes; a commit that says something else is a conflict, and one for a closed generation is refused.
 */
import { instanceKeyOf } from '../../contract/ids.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Certificate, PlacedValue } from '../../contract/paxos.ts';
import { judgeCertificate } from '../../core/chunkpaxos/certificate.ts';
import { stepLearner, type LearnerEffect } from '../../core/chunkpaxos/learner.ts';
import { isErasureCoded, sameValue } from '../../core/chunkpaxos/value.ts';
import type { Context } from './context.ts';
import { markGone } from './deletion.ts';
import { addHolders, type Committed } from './holders.ts';
import type { LearnQueue } from './learn.ts';
import { ledgerOf, placedValueOf } from './ledger.ts';
import { chunkIdAt, getChunk, putCertificate, putChunk } from './store/chunks.ts';
import { addEvent } from './store/events.ts';
import { closeThrough, getInstance, setInstanceState, type Instance } from './store/grants.ts';
import { putManifestVersion } from './store/manifests.ts';
import { getVideo, isGone, putVideo, touchVideo } from './store/videos.ts';

/** The chunk's place in its video. */
export interface ChunkTime {
  durationSec?: number | undefined;
  startSec?: number | undefined;
  segmentIndex?: number | undefined;
}

export interface CommitOptions {
  time?: ChunkTime;
  /** Stores that the service itself knows to hold their piece, beyond the voters of the certificate. */
  proven?: readonly string[];
  /** Looks at what was granted before anything is written; throws what the caller finds wrong with its request. */
  check?: (instance: Instance) => void;
  /** Runs in the same transaction, after the row. */
  alongside?: () => void;
}

const refusals = {
  too_few: 'it has too few votes of different stores',
  foreign_store: 'it counts a store that the grant does not name',
  wrong_shape: 'its value does not fit the grant',
  round_zero: 'round 0 was used by someone else than the owner, or for an ABORT',
} as const;

const forged = (chunkId: string, why: string): VStackError => new VStackError('forbidden', `The certificate for ${chunkId} is not accepted: ${why}.`);

/** Checks everything about a certificate that keys and rows can tell. Throws `forbidden`, or `generation_closed` for another incarnation. */
export const verifyCertificate = (context: Context, certificate: Certificate, { partial = false } = {}): Instance => {
  const { grant, ballot, value, acks } = certificate;
  const { db, keys } = context;
  const instance = getInstance(db, grant.chunk_id, grant.generation);
  if (!keys.isGrantGenuine(grant)) throw forged(grant.chunk_id, 'its grant was not issued by this cluster');
  if (!instance || instance.grant.mac !== grant.mac) {
    const key = instanceKeyOf(grant.chunk_id, grant.generation);
    throw new VStackError('generation_closed', `${key} was granted by an earlier life of the database; ask for a new grant.`);
  }
  if (!acks.every((ack) => keys.isAckGenuine(grant, ballot, value, ack))) throw forged(grant.chunk_id, 'a vote in it was not made by a store of the grant');
  const verdict = judgeCertificate(certificate);
  if (verdict !== 'valid' && !(partial && verdict === 'too_few')) throw forged(grant.chunk_id, refusals[verdict]);
  return instance;
};

/** Throws `conflict` when another chunk is at this place of the video. */
export const assertPlaceIsFree = (db: Context['db'], { chunkId, videoId, sequenceNum }: Pick<Instance, 'chunkId' | 'videoId' | 'sequenceNum'>): void => {
  const there = chunkIdAt(db, videoId, 'chunk', sequenceNum);
  if (there === undefined || there === chunkId) return;
  throw new VStackError('conflict', `Chunk ${sequenceNum} of the video ${videoId} is ${there}; it cannot also be ${chunkId}.`);
};

const assertVideoTakes = ({ db }: Context, instance: Instance): void => {
  if (instance.kind === 'manifest') return;
  const video = getVideo(db, instance.videoId);
  const status = video?.status;
  const isNew = getChunk(db, instance.chunkId) === undefined;
  if (video && isGone(video)) throw new VStackError('conflict', `The video ${instance.videoId} was deleted; nothing is committed to it.`);
  assertPlaceIsFree(db, instance);
  if (status !== 'uploading' && isNew) throw new VStackError('conflict', `The video ${instance.videoId} is ${status ?? 'unknown'}; it takes no further chunks.`);
};

const writeChunkRow = (context: Context, instance: Instance, value: PlacedValue, time: ChunkTime): void => {
  const { grant, chunkId, generation, videoId, sequenceNum, kind } = instance;
  putChunk(context.db, {
    chunkId,
    videoId,
    sequenceNum,
    kind,
    sha256: value.sha256,
    sizeBytes: value.size_bytes,
    redundancyMode: isErasureCoded(value) ? 'erasure_coding' : 'replication',
    fragmentSha256: value.fragment_sha256,
    generation,
    k: grant.k,
    m: grant.m,
    durationSec: time.durationSec ?? null,
    startSec: time.startSec ?? null,
    segmentIndex: time.segmentIndex ?? null,
    createdMs: context.clock.wallMs(),
  });
};

const refusalError = ({ chunkId, generation }: Instance, reason: 'generation_closed' | 'conflict' | 'not_granted'): VStackError =>
  reason === 'conflict'
    ? new VStackError('conflict', `${chunkId} is already committed with other bytes; the commit of ${instanceKeyOf(chunkId, generation)} is refused.`)
    : new VStackError(
        'generation_closed',
        `${instanceKeyOf(chunkId, generation)} is closed: a later generation was issued, or it ended in ABORT. Ask for the newest grant.`,
      );

/** The rows of a COMMIT that the learner took. Must run inside a write. */
const writeRows = (
  context: Context,
  instance: Instance,
  { value, acks, ...rest }: Certificate,
  { time = {}, proven = [], alongside }: CommitOptions,
  effects: readonly LearnerEffect[],
): Committed => {
  const { db, clock } = context;
  const { chunkId, generation } = instance;
  if (effects.some((effect) => effect.kind === 'persist')) {
    putCertificate(db, { value, acks, ...rest });
    setInstanceState(db, chunkId, generation, value.kind === 'ABORT' ? 'aborted' : 'committed');
    if (generation > 0) closeThrough(db, chunkId, generation - 1);
  }
  const nowMs = clock.wallMs();
  if (instance.kind === 'manifest' && value.kind !== 'ABORT') {
    putManifestVersion(db, { videoId: instance.videoId, version: instance.sequenceNum, chunkId, generation, value, decidedMs: nowMs });
    const video = getVideo(db, instance.videoId);
    // A version that recovery finished does not stand in the row yet: manifest-settle.ts finds it by its number.
    if (video && alongside && video.manifestVersion < instance.sequenceNum) putVideo(db, { ...video, manifestVersion: instance.sequenceNum });
    // Also when recovery finishes a deletion that was cut off before its row.
    if (video && value.kind === 'DELETED') markGone(context, video.videoId);
  }
  if (value.kind !== 'PLACED') return { holders: [], isComplete: true };
  writeChunkRow(context, instance, value, time);
  if (instance.kind === 'chunk') touchVideo(db, instance.videoId, nowMs);
  return addHolders(context, instance, value, [...acks.map((ack) => ack.store_uuid), ...proven]);
};

/**
 * Verifies the certificate, makes the row durable, then has the stores told. Throws `forbidden`, `generation_closed`, `conflict`.
 */
export const commitCertificate = async (
  context: Context,
  learns: LearnQueue,
  certificate: Certificate,
  options: CommitOptions = {},
): Promise<Committed> => {
  context.assertWritable();
  const instance = verifyCertificate(context, certificate);
  options.check?.(instance);
  const { db, clock } = context;
  const { value } = certificate;
  const { chunkId, generation } = instance;
  let closedThrough = -1;
  const work = (): Committed => {
    if (value.kind !== 'ABORT') assertVideoTakes(context, instance);
    const effects = stepLearner(ledgerOf(db, chunkId), { type: 'COMMIT', generation, value });
    for (const effect of effects) {
      if (effect.kind === 'refuse') throw refusalError(instance, effect.reason);
      if (effect.kind === 'learn') closedThrough = effect.closedThrough;
    }
    const committed = writeRows(context, instance, certificate, options, effects);
    options.alongside?.();
    return committed;
  };
  const outcome = await db.write(work).catch(async (error: unknown) => {
    // In a write of its own: the refused one is undone as a whole.
    if (error instanceof VStackError) await db.write(() => addEvent(db, clock.wallMs(), `commit-${error.code}`, instance.chunkId, error.message));
    throw error;
  });
  learns.push(instance, { value, closedThrough, isComplete: outcome.isComplete });
  return outcome;
};

/** ACKs that came after the commit: each is proof that its store holds the piece. Throws `not_found` before the commit. */
export const addLateHolders = async (context: Context, certificate: Certificate): Promise<Committed> => {
  context.assertWritable();
  const instance = verifyCertificate(context, certificate, { partial: true });
  const { value } = certificate;
  return context.db.write(() => {
    const chunk = getChunk(context.db, instance.chunkId);
    if (!chunk || value.kind !== 'PLACED') throw new VStackError('not_found', `${instance.chunkId} is not committed; commit it first.`);
    if (chunk.generation !== instance.generation || !sameValue(placedValueOf(chunk), value)) {
      const committed = `${instance.chunkId} was committed in generation ${chunk.generation} with sha256:${chunk.sha256}`;
      throw new VStackError('conflict', `${committed}; these votes are for something else.`);
    }
    if (instance.kind === 'chunk') touchVideo(context.db, instance.videoId, context.clock.wallMs());
    return addHolders(context, instance, value, certificate.acks.map((ack) => ack.store_uuid));
  });
};
