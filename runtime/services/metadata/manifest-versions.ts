/**
 * Manifest versions: each change of a video that must survive the loss of the database (finalise, rename, delete, restore) is decided through
 * ChunkPaxos as the next version, and only then answered. The service owns these instances, so one round trip suffices.
 */
import { VStackError } from '../../contract/errors.ts';
import { manifestIdOf } from '../../contract/ids.ts';
import type { Value } from '../../contract/paxos.ts';
import { CHUNK_BYTES_MAX } from '../../contract/units.ts';
import { DELETED, sameValue } from '../../core/chunkpaxos/value.ts';
import { sha256Hex } from '../../platform/crypto.ts';
import { commitCertificate, type CommitOptions } from './commit.ts';
import type { Context } from './context.ts';
import { decide, freshProposerId, PATIENCE_SHORT } from './decide.ts';
import { issueGrant } from './grants.ts';
import type { LearnQueue } from './learn.ts';
import { encodeManifest } from './manifest-file.ts';
import { listChunks } from './store/chunks.ts';
import { newestManifestSequence } from './store/grants.ts';
import { isGone, type Video } from './store/videos.ts';

/** A version that ended otherwise (its first try had no quorum and was aborted) is left behind and the next one tried. */
const VERSIONS_TRIED_MAX = 3;

/** Runs the work of one video in order: two changes at once would overwrite each other. */
export const createVideoLocks = () => {
  const tails = new Map<string, Promise<unknown>>();
  return <T>(videoId: string, work: () => Promise<T>): Promise<T> => {
    const result = (tails.get(videoId) ?? Promise.resolve()).then(work, work);
    const tail = result.catch(() => {}).finally(() => tails.get(videoId) === tail && tails.delete(videoId));
    tails.set(videoId, tail);
    return result;
  };
};

const describe = (context: Context, video: Video, version: number): { own: Value; bytes?: Uint8Array } => {
  if (isGone(video)) return { own: DELETED };
  const bytes = encodeManifest(video, version, listChunks(context.db, video.videoId));
  if (bytes.length > CHUNK_BYTES_MAX) {
    throw new VStackError('payload_too_large', `The manifest of ${video.videoId} has ${bytes.length} bytes; one chunk holds ${CHUNK_BYTES_MAX}. Split the video.`);
  }
  return { own: { kind: 'PLACED', sha256: sha256Hex(bytes), size_bytes: bytes.length, fragment_sha256: [] }, bytes };
};

/**
 * Decides the next version, which says what `video` says. `alongside` runs in the transaction that makes its row durable. The caller holds
 * the video's lock. Rejects with `no_quorum` or `not_enough_nodes`, and then nothing has changed.
 */
export const writeManifestVersion = async (context: Context, learns: LearnQueue, video: Video, alongside: () => void): Promise<number> => {
  context.assertWritable();
  const { db } = context;
  let failure: unknown;
  for (let attempt = 0; attempt < VERSIONS_TRIED_MAX; attempt += 1) {
    const proposerId = freshProposerId(context);
    const instance = await db.write(() => {
      const version = newestManifestSequence(db, video.videoId) + 1;
      const chunkId = manifestIdOf(video.videoId, version);
      return issueGrant(context, { chunkId, videoId: video.videoId, sequenceNum: version, kind: 'manifest', ownerId: proposerId, mode: 'replication', replicaCount: video.replicaCount }, 0);
    });
    const { own, bytes } = describe(context, video, instance.sequenceNum);
    try {
      const { value, certificate, holders } = await decide(context, { instance, proposerId, own, bytes, limits: PATIENCE_SHORT });
      const options: CommitOptions = { proven: holders, ...(sameValue(value, own) && { alongside }) };
      if (certificate) await commitCertificate(context, learns, certificate, options);
      if (sameValue(value, own)) return instance.sequenceNum;
    } catch (error) {
      if (!(error instanceof VStackError) || error.code !== 'no_quorum') throw error;
      failure = error;
    }
  }
  throw failure ?? new VStackError('no_quorum', `No version of the manifest of ${video.videoId} could be decided; try again.`);
};
