/** The service as a proposer: manifests (owner, with bytes), classic commits (the stores hold the bytes), recovery (no value of its own). */
import { runProposer, type Decision } from '../../client/paxos/run-proposer.ts';
import type { PaxosTransport } from '../../client/paxos/transport.ts';
import type { Value } from '../../contract/paxos.ts';
import { PROPOSER_LIMITS, type ProposerLimits } from '../../core/chunkpaxos/limits.ts';
import { sha256Hex } from '../../platform/crypto.ts';
import { createPaxosTransport } from '../shared/paxos-transport.ts';
import { addHolders } from './commit.ts';
import type { Context } from './context.ts';
import { getChunk } from './store/chunks.ts';
import type { Instance } from './store/grants.ts';

/** Somebody waits for the answer, so silence is taken for what it is sooner, and fewer ballots are tried. */
export const PATIENCE_SHORT: ProposerLimits = { ...PROPOSER_LIMITS, replyTimeoutMs: 3000, resendsMax: 0, ballotsMax: 3, fillsMax: 1 };

export const transportOf = ({ client, nodes }: Pick<Context, 'client' | 'nodes'>): PaxosTransport =>
  createPaxosTransport({ client, urlOf: (nodeId) => nodes.get(nodeId)?.directUrl });

/** Nobody's: an instance of this owner has no fast path, everyone has to PREPARE. */
export const NO_OWNER = 'nobody';

let runCount = 0;

/**
 * One id for one run. Two runs of this process, at once or one after the other, may propose different values for the same instance; under
 * one id they would share ballots, and a ballot has one value.
 */
export const freshProposerId = ({ proposerId }: Pick<Context, 'proposerId'>): string => `${proposerId}-${(runCount += 1)}`;

export interface DecideOptions {
  instance: Instance;
  /** From `freshProposerId`, and not used before. Equal to the grant's owner for the fast path. @default a fresh one */
  proposerId?: string;
  /** Null for a recovery. */
  own: Value | null;
  /** The bytes of `own`, replicated; absent when it has none or the stores hold them. */
  bytes?: Uint8Array | undefined;
  /** See RunProposerOptions. */
  promisesWanted?: number | undefined;
  limits?: ProposerLimits;
}

/**
 * Resolves as soon as the instance is decided, possibly with another's value; the remaining stores are filled behind it, and those that
 * were are recorded as holders once the decision is committed. Rejects with `no_quorum`.
 */
export const decide = (context: Context, { instance, own, bytes, promisesWanted, limits, proposerId = freshProposerId(context) }: DecideOptions): Promise<Decision> =>
  new Promise((resolve, reject) => {
    const filling = runProposer({
      grant: instance.grant,
      proposerId,
      own,
      ...(bytes && { bytes: () => bytes }),
      transport: transportOf(context),
      tools: { sha256: sha256Hex },
      random: context.random,
      ...(promisesWanted !== undefined && { promisesWanted }),
      ...(limits && { limits }),
      signal: context.signal,
      onDecided: resolve,
    });
    filling.then((outcome) => recordHolders(context, instance, outcome), reject).catch((error: unknown) => {
      context.log.error({ err: error, chunk: instance.chunkId }, 'recording holders failed');
    });
  });

const recordHolders = async (context: Context, instance: Instance, { value, holders }: Decision & { holders: string[] }): Promise<void> => {
  if (value.kind !== 'PLACED' || holders.length === 0 || context.signal.aborted) return;
  const storeUuids = instance.grant.stores.filter((store) => holders.includes(store.node_id)).map((store) => store.store_uuid);
  await context.db.write(() => {
    // Not committed (yet): whoever commits it records its voters, and repair finds the others.
    if (getChunk(context.db, instance.chunkId)?.generation === instance.generation) addHolders(context, instance, value, storeUuids);
  });
};
