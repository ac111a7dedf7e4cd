/** The service as a proposer: manifests (owner, with bytes), classic commits (the stores hold the bytes), recovery (no value of its own). */
import { runProposer, type Decision, type ProposerOutcome } from '../../client/paxos/run-proposer.ts';
import type { PaxosTransport } from '../../client/paxos/transport.ts';
import type { Value } from '../../contract/paxos.ts';
import { PROPOSER_LIMITS, type ProposerLimits } from '../../core/chunkpaxos/limits.ts';
import { sha256Hex } from '../../platform/crypto.ts';
import { createPaxosTransport } from '../shared/paxos-transport.ts';
import { recordHolders } from './holders.ts';
import type { Context } from './context.ts';
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

/** After the decision the remaining votes usually follow at once; waiting so long for them saves a repair from looking for the holders. */
const LATE_VOTES_MS = 25;

/** `holders`: the stores that are known to hold their piece by now. */
export type Decided = Decision & { holders: string[] };

/**
 * Resolves soon after the instance is decided, possibly with another's value; slower stores are filled behind it and recorded as holders
 * then. Rejects with `no_quorum`.
 */
export const decide = (context: Context, options: DecideOptions): Promise<Decided> => {
  const { instance, own, bytes, promisesWanted, limits, proposerId = freshProposerId(context) } = options;
  const { stores } = instance.grant;
  const uuidsOf = (nodeIds: readonly string[]): string[] => stores.filter((store) => nodeIds.includes(store.node_id)).map((store) => store.store_uuid);
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    let cancelWait = (): void => {};
    const answer = (decided: Decided): void => {
      isAnswered = true;
      resolve(decided);
    };
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
      onDecided: (decision) => {
        cancelWait = context.clock.after(LATE_VOTES_MS, () => answer({ ...decision, holders: [] }));
      },
    });
    const finish = async (outcome: ProposerOutcome): Promise<void> => {
      cancelWait();
      const holders = uuidsOf(outcome.holders);
      if (isAnswered && !context.signal.aborted) await context.db.write(() => recordHolders(context, instance, outcome.value, holders));
      else answer({ ...outcome, holders });
    };
    filling.then(finish, (error: unknown) => {
      cancelWait();
      reject(error as Error);
    }).catch((error: unknown) => context.log.error({ err: error, chunk: instance.chunkId }, 'recording holders failed'));
  });
};
