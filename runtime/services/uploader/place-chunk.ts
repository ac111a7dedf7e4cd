/**
 * One chunk's way into the cluster:
 *
 *   grant ─▶ proposer (fast path for the owner, else classic) ─▶ COMMIT ─▶ every store filled
 *     ▲          │ no quorum, ABORT, or the generation was closed
 *     └── next generation
 *
 * A chunk is placed when its commit was answered. Whoever else decided the same chunk id first with other bytes wins; that is a conflict,
 * and told as one.
 */
import { runProposer, type Decision } from '../../client/paxos/run-proposer.ts';
import type { PaxosTransport } from '../../client/paxos/transport.ts';
import { VStackError } from '../../contract/errors.ts';
import { chunkIdOf } from '../../contract/ids.ts';
import type { Certificate, Grant, PlacedValue } from '../../contract/paxos.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { PROPOSER_LIMITS, type ProposerLimits } from '../../core/chunkpaxos/limits.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import { sha256Hex } from '../../platform/crypto.ts';
import type { Logger } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import { collectAcks, type AckCollector } from './ack-collector.ts';
import type { IngestedChunk } from './ingest/types.ts';
import type { MetadataClient } from './metadata-client.ts';
import { watchQuorum, type QuorumWatch } from './quorum-watch.ts';

/** Generations tried for one chunk. Each has had several ballots, so more would only hide that the cluster is down. */
const GENERATIONS_MAX = 4;

/** After the decision the remaining votes usually follow at once; waiting for them this long saves a second call to the metadata service. */
const LATE_VOTES_MS = 25;

/** A slow store gets this long for its copy after the commit, then it is left to repair. */
const FILL_MS_MAX = 5 * SECOND_MS;

/** A store that let one chunk wait in vain is not waited for again, or a paused node would hold up the whole upload. */
const FILL_MS_SUSPECT = 50;

/** An upload is in no hurry to open a new generation, but must not hang on a store that is gone. */
const LIMITS: ProposerLimits = { ...PROPOSER_LIMITS, ballotsMax: 4, fillsMax: 1 };

export interface PlacerOptions {
  metadata: MetadataClient;
  transport: PaxosTransport;
  /** Fresh at every start of this process. */
  proposerId: string;
  random: Random;
  clock: Clock;
  log: Logger;
  limits?: ProposerLimits;
}

export interface Placed {
  /** Every store of the grant holds the chunk. */
  isComplete: boolean;
}

interface Attempt {
  decision: Decision;
  acks: AckCollector;
  /** Resolves when every store is filled, or could not be. */
  filled: Promise<unknown>;
  /** Leaves the stores that are still without their copy alone. */
  stop(): void;
}

/** Whether another generation may help. */
const isWorthRetrying = (error: unknown): boolean => error instanceof VStackError && (error.code === 'no_quorum' || error.code === 'generation_closed');

export const createPlacer = (options: PlacerOptions) => {
  const { metadata, proposerId, clock, log } = options;
  const suspects = new Set<string>();

  /** Resolves with the decision, while the remaining stores are still being filled. */
  const propose = (grant: Grant, own: PlacedValue, bytes: Uint8Array, quorum: QuorumWatch, signal: AbortSignal): Promise<Attempt> => {
    const acks = collectAcks(grant, quorum.listen(grant, options.transport));
    const stopper = new AbortController();
    return new Promise((resolve, reject) => {
      const run = runProposer({
        grant,
        proposerId,
        own,
        bytes: () => bytes,
        transport: acks.transport,
        tools: { sha256: sha256Hex },
        random: options.random,
        limits: options.limits ?? LIMITS,
        signal: AbortSignal.any([signal, stopper.signal]),
        onDecided: (decision) => resolve({ decision, acks, filled, stop: () => stopper.abort() }),
      });
      run.catch(reject);
      const filled = Promise.race([run, acks.answered]).catch(() => {});
    });
  };

  const commit = async (videoId: string, chunk: IngestedChunk, certificate: Certificate, signal: AbortSignal): Promise<Placed> => {
    const { complete } = await metadata.commit(
      chunkIdOf(videoId, chunk.sequence),
      {
        certificate,
        checksum: chunk.sha256,
        size_bytes: chunk.sizeBytes,
        video_id: videoId,
        sequence_num: chunk.sequence,
        start_sec: chunk.startSec,
        duration_sec: chunk.durationSec,
        segment_index: chunk.segmentIndex,
      },
      signal,
    );
    return { isComplete: complete };
  };

  /** Gives the stores without a copy some time, and tells the metadata service of votes that the commit did not carry. */
  const reportLateVotes = async (chunkId: string, committed: Certificate, { acks, filled }: Attempt, signal: AbortSignal): Promise<Placed> => {
    const waitMs = acks.silent().some((nodeId) => suspects.has(nodeId)) ? FILL_MS_SUSPECT : FILL_MS_MAX;
    await Promise.race([filled, sleep(clock, waitMs, signal)]);
    const silent = new Set(acks.silent());
    for (const { node_id } of committed.grant.stores) {
      if (silent.has(node_id)) suspects.add(node_id);
      else suspects.delete(node_id);
    }
    const widened = acks.widen(committed);
    if (widened.acks.length === committed.acks.length) return { isComplete: false };
    try {
      const { complete } = await metadata.addHolders(chunkId, widened, signal);
      return { isComplete: complete };
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error, chunk: chunkId }, 'late holders of a chunk could not be reported; repair will find them');
      return { isComplete: false };
    }
  };

  const placeOnce = async (videoId: string, chunk: IngestedChunk, grant: Grant, quorum: QuorumWatch, signal: AbortSignal): Promise<Placed | 'aborted'> => {
    const chunkId = chunkIdOf(videoId, chunk.sequence);
    const own: PlacedValue = { kind: 'PLACED', sha256: chunk.sha256, size_bytes: chunk.sizeBytes, fragment_sha256: [] };
    const attempt = await propose(grant, own, chunk.bytes, quorum, signal);
    try {
      const { value, certificate } = attempt.decision;
      if (value.kind === 'ABORT') {
        if (certificate) await metadata.abort(chunkId, certificate, signal);
        return 'aborted';
      }
      if (value.kind !== 'PLACED' || value.sha256 !== chunk.sha256) {
        const found = value.kind === 'PLACED' ? `sha256:${value.sha256}` : value.kind;
        throw new VStackError('conflict', `Someone else decided ${chunkId} first: it stands for ${found}, not for our sha256:${chunk.sha256}. Upload under a new video.`);
      }
      // A store told us what the metadata service already knows: the chunk was committed before, by us before a restart or by a recovery.
      if (!certificate) return { isComplete: true };
      await Promise.race([attempt.filled, sleep(clock, LATE_VOTES_MS, signal)]);
      const widened = attempt.acks.widen(certificate);
      const placed = await commit(videoId, chunk, widened, signal);
      return placed.isComplete ? placed : await reportLateVotes(chunkId, widened, attempt, signal);
    } finally {
      attempt.stop();
    }
  };

  const placeInSomeGeneration = async (videoId: string, chunk: IngestedChunk, firstGrant: Grant, quorum: QuorumWatch, signal: AbortSignal): Promise<Placed> => {
    const chunkId = chunkIdOf(videoId, chunk.sequence);
    let grant = firstGrant;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      let failure: unknown;
      try {
        const placed = await placeOnce(videoId, chunk, grant, quorum, signal);
        if (placed !== 'aborted') return placed;
      } catch (error) {
        if (!isWorthRetrying(error)) throw error;
        failure = error;
      }
      if (attempt === GENERATIONS_MAX) {
        throw failure ?? new VStackError('no_quorum', `${chunkId} was aborted in ${GENERATIONS_MAX} generations in a row. Check that the storage nodes are up, and upload again.`);
      }
      log.info({ err: failure, chunk: chunkId, generation: grant.generation }, 'asking for the next generation');
      grant = await metadata.nextGeneration(chunkId, { generation: grant.generation, owner_id: proposerId, sha256: chunk.sha256 }, signal);
    }
  };

  return {
    /**
     * Resolves once the chunk is committed and the stores in reach are filled. Rejects with `conflict`, `no_quorum`, `cancelled`, …
     * `onWaiting` is told what it waits for while too few stores answer, then null.
     */
    async place(videoId: string, chunk: IngestedChunk, firstGrant: Grant, signal: AbortSignal, onWaiting: (waitingFor: string | null) => void = () => {}): Promise<Placed> {
      const quorum = watchQuorum(clock, onWaiting);
      try {
        return await placeInSomeGeneration(videoId, chunk, firstGrant, quorum, signal);
      } finally {
        quorum.stop();
      }
    },
  };
};

export type Placer = ReturnType<typeof createPlacer>;
