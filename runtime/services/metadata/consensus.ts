/** GET /consensus/{id}: the acceptors of a chunk's newest generation, asked now. */
import type { AcceptorStatus, Ballot, GrantStore, Vote } from '../../contract/paxos.ts';
import { formatBallot } from '../../contract/paxos.ts';
import { VStackError } from '../../contract/errors.ts';
import type { ConsensusResponse } from '../../contract/wire/metadata.ts';
import { compareBallots } from '../../core/chunkpaxos/ballot.ts';
import { q2Of } from '../../core/chunkpaxos/quorum.ts';
import { sameValue } from '../../core/chunkpaxos/value.ts';
import type { Context } from './context.ts';
import { transportOf } from './decide.ts';
import { newestInstance, type Instance } from './store/grants.ts';

/** Somebody looks at it: a store that is silent for longer is shown as out of reach. */
const STATUS_MS_MAX = 2000;

interface Answer {
  store: GrantStore;
  isReachable: boolean;
  status: AcceptorStatus | null;
}

const highest = (ballots: readonly Ballot[]): Ballot | undefined => ballots.toSorted(compareBallots).at(-1);

const phaseOf = ({ state, grant }: Instance, answers: readonly Answer[]): ConsensusResponse['phase'] => {
  if (state === 'committed') return 'COMMIT';
  const votes = answers.flatMap(({ status }) => status?.accepted ?? []);
  const isSameVote = (a: Vote, b: Vote): boolean => compareBallots(a.ballot, b.ballot) === 0 && sameValue(a.value, b.value);
  const isChosen = votes.some((vote) => votes.filter((other) => isSameVote(other, vote)).length >= q2Of(grant));
  if (isChosen) return 'ACK';
  if (votes.length > 0) return 'ACCEPT';
  return answers.some(({ status }) => (status?.promised.round ?? 0) > 0) ? 'PROMISE' : 'PREPARE';
};

/** Throws `not_found` for a chunk that was never granted. */
export const describeConsensus = async (context: Context, chunkId: string): Promise<ConsensusResponse> => {
  const instance = newestInstance(context.db, chunkId);
  if (!instance) throw new VStackError('not_found', `${chunkId} was never granted.`);
  const transport = transportOf(context);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(STATUS_MS_MAX)]);
  const answers = await Promise.all(
    instance.grant.stores.map(async (store): Promise<Answer> => {
      try {
        return { store, isReachable: true, status: await transport.status(store, instance.grant, signal) };
      } catch {
        return { store, isReachable: false, status: null }; // Out of reach is an answer here.
      }
    }),
  );
  const votes = answers.flatMap(({ status }) => status?.accepted ?? []);
  const promised = highest(answers.flatMap(({ status }) => status?.promised ?? []));
  const accepted = votes.toSorted((a, b) => compareBallots(a.ballot, b.ballot)).at(-1);
  return {
    chunk_id: chunkId,
    promised_ballot: promised ? formatBallot(promised) : null,
    accepted_ballot: accepted ? formatBallot(accepted.ballot) : null,
    accepted_value: accepted?.value ?? null,
    phase: phaseOf(instance, answers),
    generation: instance.generation,
    acceptors: answers.map(({ store, isReachable, status }) => ({
      node_id: store.node_id,
      store_uuid: store.store_uuid,
      reachable: isReachable,
      promised_ballot: status ? formatBallot(status.promised) : null,
      accepted_ballot: status?.accepted ? formatBallot(status.accepted.ballot) : null,
      chosen: status?.chosen !== undefined && status?.chosen !== null,
    })),
  };
};
