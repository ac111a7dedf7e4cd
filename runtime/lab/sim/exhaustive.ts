/**
 * Every behaviour of a small configuration: N stores, ballots 0 (A, the owner), 1 (B) and 2 (A again, or C after it died).
 * Messages are never taken back: whatever was sent may arrive at any later time, any number of times, or never. That is loss, duplication,
 * delay and reordering at once; and since a proposer may stop anywhere, it is its death too. Refusals and votes' replies are left out:
 * they only end a ballot, which may happen at any time here. Stores sync at once: losing what is unsynced is the random simulator's part.
 *
 * The cores are the real ones. A state is named by a short text; the walk visits each name once.
 */
import type { Ballot, Grant, PromiseReply, Value } from '../../contract/paxos.ts';
import { createAcceptor, initialAcceptorState, stepAcceptor } from '../../core/chunkpaxos/acceptor.ts';
import type { AcceptorState } from '../../core/chunkpaxos/acceptor.ts';
import type { Request } from '../../core/chunkpaxos/messages.ts';
import { createProposer, stepProposer } from '../../core/chunkpaxos/proposer.ts';
import type { Proposer } from '../../core/chunkpaxos/proposer.ts';
import type { ProposerInput } from '../../core/chunkpaxos/messages.ts';
import { countStores, q2Of } from '../../core/chunkpaxos/quorum.ts';
import { RULES } from '../../core/chunkpaxos/rules.ts';
import type { Rules } from '../../core/chunkpaxos/rules.ts';
import { ABORT, sameValue } from '../../core/chunkpaxos/value.ts';
import { grantOf, PROPOSER_IDS, VALUES } from './fixtures.ts';
import { SHAPES } from './options.ts';

interface State {
  readonly acceptors: readonly AcceptorState[];
  /** One proposer per ballot; null until it begins. */
  readonly proposers: readonly (Proposer | null)[];
  /** By ballot and store: the PREPARE, ACCEPT or STAGE sent, and the PROMISE given. */
  readonly prepares: readonly (Request | null)[];
  readonly accepts: readonly (Request | null)[];
  readonly stages: readonly (Request | null)[];
  readonly promises: readonly (PromiseReply | null)[];
  /** By ballot: who voted, as a mask. A vote is a fact, also after a later one. */
  readonly votes: readonly number[];
}

export interface ExhaustiveReport {
  states: number;
  /** States with a chosen value, to show that there is something to disagree about. */
  decidedStates: number;
  /** The first state that breaks Agreement or OneValuePerBallot, by name. */
  violation: string | null;
}

export interface ExhaustiveOptions {
  /** Into SHAPES. @default 0, three replicas */
  shape?: number;
  /** Ballots 0 … ballotCount − 1. @default 3 */
  ballotCount?: number;
  rules?: Rules;
  /** Ends the walk early; a walk that reaches it proves nothing. */
  statesMax?: number;
}

export const explore = ({ shape = 0, ballotCount = 3, rules = RULES, statesMax = 5_000_000 }: ExhaustiveOptions = {}): ExhaustiveReport => {
  const { k, m } = SHAPES[shape]!;
  const storeCount = k + m;
  const grant = grantOf(shape, 0, 0, [], 0);
  const values: readonly Value[] = VALUES[shape]!.slice(0, ballotCount);
  const empty = <T>(): (T | null)[] => new Array<T | null>(ballotCount * storeCount).fill(null);
  const initial: State = {
    acceptors: grant.stores.map(() => initialAcceptorState(grant)),
    proposers: new Array<null>(ballotCount).fill(null),
    prepares: empty(),
    accepts: empty(),
    stages: empty(),
    promises: empty(),
    votes: new Array<number>(ballotCount).fill(0),
  };
  const seen = new Set<string>([nameOf(initial, values)]);
  let frontier: State[] = [initial];
  let decidedStates = 0;
  while (frontier.length > 0 && seen.size < statesMax) {
    const next: State[] = [];
    for (const state of frontier) {
      for (const after of successors(state, grant, values, rules)) {
        const name = nameOf(after, values);
        if (seen.has(name)) continue;
        seen.add(name);
        const chosen = chosenIn(after, q2Of(grant));
        if (chosen.length > 0) decidedStates += 1;
        if (chosen.some((value) => !sameValue(value, chosen[0]!))) return { states: seen.size, decidedStates, violation: name };
        next.push(after);
      }
    }
    frontier = next;
  }
  return { states: seen.size, decidedStates, violation: null };
};

const chosenIn = ({ votes, proposers }: State, q2: number): Value[] =>
  votes.flatMap((voters, ballot) => (countStores(voters) >= q2 ? [proposers[ballot]!.value!] : []));

function* successors(state: State, grant: Grant, values: readonly Value[], rules: Rules): Generator<State> {
  const storeCount = grant.stores.length;
  for (let ballot = 0; ballot < state.proposers.length; ballot += 1) {
    if (!state.proposers[ballot]) {
      yield begin(state, ballot, grant, values, rules);
      continue;
    }
    for (let store = 0; store < storeCount; store += 1) {
      const at = ballot * storeCount + store;
      for (const request of [state.prepares[at], state.accepts[at], state.stages[at]]) {
        const after = request ? deliver(state, ballot, store, request, grant, rules) : null;
        if (after) yield after;
      }
      const promise = state.promises[at];
      if (promise && (state.proposers[ballot]!.promised & (1 << store)) === 0) yield* answer(state, ballot, promise);
    }
  }
}

/** Ballot b's proposer begins: the owner at round 0, the others with PREPARE at round b. A fresh id each, as after a restart. */
const begin = (state: State, ballot: number, grant: Grant, values: readonly Value[], rules: Rules): State => {
  const proposer = createProposer({ grant, proposerId: PROPOSER_IDS[ballot]!, own: values[ballot]!, hasBytes: true, seed: 1, rules });
  proposer.roundSeen = Math.max(0, ballot - 1);
  return feed({ ...state, proposers: replaced(state.proposers, ballot, proposer) }, ballot, { type: 'START' });
};

/** Feeds the ballot's proposer, a copy, and notes what it sends. */
const feed = (state: State, ballot: number, input: ProposerInput): State => {
  const before = state.proposers[ballot]!;
  const proposer: Proposer = { ...before, votes: [...before.votes], held: [...before.held], acks: [...before.acks] };
  const prepares = [...state.prepares];
  const accepts = [...state.accepts];
  const stages = [...state.stages];
  for (const effect of stepProposer(proposer, input)) {
    if (effect.kind !== 'send') continue;
    const { message, to } = effect;
    const sent = message.type === 'PREPARE' ? prepares : message.type === 'ACCEPT' ? accepts : stages;
    sent[ballot * proposer.storeCount + to] = message;
  }
  return { ...state, proposers: replaced(state.proposers, ballot, proposer), prepares, accepts, stages };
};

/** A PROMISE arrives. If bytes must be fetched, both may happen: they come, or they do not. */
function* answer(state: State, ballot: number, promise: PromiseReply): Generator<State> {
  const after = feed(state, ballot, promise);
  const { phase, value } = after.proposers[ballot]!;
  if (phase !== 'gathering') return yield after;
  yield feed(after, ballot, { type: 'BYTES', value: value! });
  yield feed(after, ballot, { type: 'NO_BYTES', value: value! });
}

const deliver = (state: State, ballot: number, store: number, request: Request, grant: Grant, rules: Rules): State | null => {
  const before = state.acceptors[store]!;
  const acceptor = createAcceptor({ grant, storeUuid: grant.stores[store]!.store_uuid, state: before, rules });
  const effects = stepAcceptor(acceptor, request);
  const reply = effects.find((effect) => effect.kind === 'send')?.message;
  const at = ballot * grant.stores.length + store;
  const promises = reply?.type === 'PROMISE' && !state.promises[at] ? replaced(state.promises, at, reply) : state.promises;
  const hasVoted = reply?.type === 'ACK' && (state.votes[ballot]! & (1 << store)) === 0;
  const votes = hasVoted ? replaced(state.votes, ballot, state.votes[ballot]! | (1 << store)) : state.votes;
  if (acceptor.state === before && promises === state.promises && votes === state.votes) return null;
  const after: State = { ...state, acceptors: replaced(state.acceptors, store, acceptor.state), promises, votes };
  return reply?.type === 'STAGED' ? feed(after, ballot, reply) : after;
};

const replaced = <T>(list: readonly T[], index: number, item: T): T[] => {
  const copy = [...list];
  copy[index] = item;
  return copy;
};

/** Everything about a state that matters for what can happen next. */
const nameOf = (state: State, values: readonly Value[]): string => {
  const letter = (value: Value | null | undefined): string => {
    if (value === undefined) return '?';
    if (value === null) return '-';
    return sameValue(value, ABORT) ? '!' : 'wxyz'[values.findIndex((other) => sameValue(other, value))]!;
  };
  const round = (ballot: Ballot): string => `${ballot.round}${ballot.proposer_id.at(-1)}`;
  const acceptors = state.acceptors.map(
    ({ promised, accepted, held }) => `${round(promised)}${accepted ? round(accepted.ballot) + letter(accepted.value) : '--'}${held.map(({ sha256 }) => sha256.slice(-2)).join('')}`,
  );
  const proposers = state.proposers.map((proposer) =>
    proposer ? `${proposer.phase[0]}${proposer.phase[1]}${letter(proposer.value)}${letter(proposer.missing)}${proposer.promised}.${proposer.holders}${proposer.hasBytes ? 'b' : ''}` : '',
  );
  const promises = state.promises.map((promise) => (promise ? (promise.accepted ? round(promise.accepted.ballot) + letter(promise.accepted.value) : '.') + promise.held.length : ' '));
  return `${acceptors.join()}|${proposers.join()}|${promises.join('')}|${state.votes.join()}`;
};
