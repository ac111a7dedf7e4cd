/**
 * The acceptor of one instance on one store: the durable half of ChunkPaxos.
 *
 *                     PREPARE b ≥ promised                      ACCEPT b ≥ promised
 *   promised (0, owner) ────────────► promised b, no vote ────────────────────────► voted (b, value)
 *            │                               ▲  │                                     │        │
 *            └────── ACCEPT (0, owner) ──────┼──┼────────► voted (0, value) ──────────┤        │ LEARN
 *                                            └──┴── PREPARE b' > b keeps the vote ────┘        ▼
 *                                                                                           chosen
 *
 * `state` is never changed in place: a step replaces it, so that whoever kept the last durable one still has it. It is plain JSON, one log
 * record. A `send` with `afterPersist` waits until everything appended for this instance so far is durable, also when the step itself
 * persists nothing: a repeated question must not be answered from a record that is still on its way to the disk.
 */
import type { AcceptorStatus, Ballot, Grant, NackReason, Piece, Value, Vote } from '../../contract/paxos.ts';
import { instanceKeyOf } from '../../contract/ids.ts';
import { compareBallots, ownersBallot, sameBallot } from './ballot.ts';
import type { AcceptorEffect } from './effects.ts';
import { evictee, holdsPiece, isPieceOf, withoutPiece } from './held.ts';
import { COLLECT_AFTER_MS, RECOVER_AFTER_MS } from './limits.ts';
import type { Accept, AcceptorInput, AcceptorTimerName, Learn, Prepare, Reply, Stage } from './messages.ts';
import { storeIndexOf } from './quorum.ts';
import { RULES } from './rules.ts';
import type { Rules } from './rules.ts';
import { fitsGrant, holdsPieceFor, isPieceFor, sameValue } from './value.ts';

export interface AcceptorState {
  /** The grant this instance runs under; a rebuild of the metadata database reads it back. */
  readonly grant: Grant;
  readonly promised: Ballot;
  readonly accepted: Vote | null;
  /** What the store keeps for this instance, oldest first, at most HELD_PIECES_MAX. */
  readonly held: readonly Piece[];
  readonly chosen: Value | null;
  readonly closed: boolean;
}

export interface Acceptor {
  state: AcceptorState;
  readonly storeUuid: string;
  /** The store's position in the grant, −1 when the grant does not name it: it then refuses everything. */
  readonly storeIndex: number;
  /** The store was damaged, cannot say what it forgot, and this grant is from before: it must not vote. */
  readonly abstains: boolean;
  readonly rules: Rules;
}

export const initialAcceptorState = (grant: Grant): AcceptorState => ({
  grant,
  promised: ownersBallot(grant),
  accepted: null,
  held: [],
  chosen: null,
  closed: false,
});

/** `state` is the last durable record of this instance; leave it out only where the store has never seen the instance. */
export const createAcceptor = (init: {
  grant: Grant;
  storeUuid: string;
  state?: AcceptorState | undefined;
  abstains?: boolean;
  rules?: Rules;
}): Acceptor => ({
  state: init.state ?? initialAcceptorState(init.grant),
  storeUuid: init.storeUuid,
  storeIndex: storeIndexOf(init.grant, init.storeUuid),
  abstains: init.abstains ?? false,
  rules: init.rules ?? RULES,
});

/** Feeds one input; moves `acceptor.state` and returns what to do about it, in order. */
export const stepAcceptor = (acceptor: Acceptor, input: AcceptorInput): AcceptorEffect[] => {
  if (acceptor.storeIndex < 0 && acceptor.rules.membershipIsChecked) return isRequest(input) ? [nack(acceptor, input, 'not_allowed')] : [];
  switch (input.type) {
    case 'PREPARE':
      return onPrepare(acceptor, input);
    case 'STAGE':
      return onStage(acceptor, input);
    case 'ACCEPT':
      return onAccept(acceptor, input);
    case 'LEARN':
      return onLearn(acceptor, input);
    case 'CLOSE':
      return acceptor.state.closed ? [] : [persist(acceptor, { ...acceptor.state, closed: true }), timer('collect', COLLECT_AFTER_MS)];
    case 'TIMER':
      return input.timer === 'recover' ? onRecoverTimer(acceptor) : onCollectTimer(acceptor);
  }
};

/** The acceptor as `GET /paxos/{instance}` shows it. */
export const acceptorStatus = ({ state, storeUuid }: Pick<Acceptor, 'state' | 'storeUuid'>): AcceptorStatus => ({
  instance: instanceKeyOf(state.grant.chunk_id, state.grant.generation),
  store_uuid: storeUuid,
  grant: state.grant,
  promised: state.promised,
  accepted: state.accepted,
  held: [...state.held],
  chosen: state.chosen,
  closed: state.closed,
});

/**
 * Whether a damaged store must abstain here: the grant was issued up to the `grant_seq` that was current when the damage was found, and
 * the store does not hold what was chosen. `lostThroughGrantSeq` is −1 for a store that has lost nothing.
 */
export const mustAbstain = (state: AcceptorState, storeIndex: number, lostThroughGrantSeq: number): boolean =>
  state.grant.grant_seq <= lostThroughGrantSeq &&
  !(state.chosen && (state.chosen.kind !== 'PLACED' || holdsPieceFor(state.held, state.chosen, storeIndex)));

const onPrepare = (acceptor: Acceptor, input: Prepare): AcceptorEffect[] => {
  const { state, rules } = acceptor;
  if (state.chosen) return [chosen(acceptor, state.chosen)];
  if (acceptor.abstains && rules.damagedAbstains) return [nack(acceptor, input, 'abstains')];
  if (state.closed) return [nack(acceptor, input, 'closed')];
  if (input.ballot.round < 1) return [nack(acceptor, input, 'not_allowed')];
  const order = compareBallots(input.ballot, state.promised);
  if (order < 0) return [nack(acceptor, input, 'promised')];
  const promise: Reply = { type: 'PROMISE', store_uuid: acceptor.storeUuid, ballot: input.ballot, accepted: state.accepted, held: state.held as Piece[] };
  if (order === 0) return [reply(promise)];
  return [
    persist(acceptor, { grant: state.grant, promised: input.ballot, accepted: state.accepted, held: state.held, chosen: null, closed: false }),
    reply(promise, rules.promiseIsDurable),
  ];
};

const onStage = (acceptor: Acceptor, input: Stage): AcceptorEffect[] => {
  const { state } = acceptor;
  if (state.closed) return [nack(acceptor, input, 'closed')];
  const staged = reply({ type: 'STAGED', store_uuid: acceptor.storeUuid, piece: input.piece });
  if (holdsPiece(state.held, input.piece)) return [staged];
  const evicted = evictee(state, acceptor.storeIndex, null, acceptor.rules);
  const held = [...withoutPiece(state.held, evicted), input.piece];
  const record = persist(acceptor, { ...state, held });
  return evicted
    ? [{ kind: 'storeBytes', piece: input.piece }, record, { kind: 'dropBytes', piece: evicted }, staged]
    : [{ kind: 'storeBytes', piece: input.piece }, record, staged];
};

/** The numbers are the order of CHUNKPAXOS; (1)'s MAC and hash checks are the shell's. */
const onAccept = (acceptor: Acceptor, input: Accept): AcceptorEffect[] => {
  const { state, rules, storeIndex } = acceptor;
  const { ballot, value, piece, grant } = input;
  if (acceptor.abstains && rules.damagedAbstains) return [nack(acceptor, input, 'abstains')];
  // (1) Round 0 is the owner's alone and never aborts; PLACED needs its piece, attached or held.
  if (ballot.round === 0 && rules.roundZeroIsTheOwners && (ballot.proposer_id !== grant.owner_id || value.kind === 'ABORT')) {
    return [nack(acceptor, input, 'not_allowed')];
  }
  if (!fitsGrant(value, grant.stores.length, grant.k)) return [nack(acceptor, input, 'not_allowed')];
  if (value.kind === 'PLACED' && !(piece && isPieceFor(piece, value, storeIndex)) && !holdsPieceFor(state.held, value, storeIndex)) {
    return [nack(acceptor, input, 'missing_bytes')];
  }
  if (state.accepted && sameBallot(state.accepted.ballot, ballot)) {
    // (2) A vote is a fact, told again also when a higher ballot was promised since.
    if (sameValue(state.accepted.value, value)) return [ack(acceptor, input, true)];
    // (3) One ballot, two values: somebody broke the rules.
    if (rules.equivocationIsRefused) return [nack(acceptor, input, 'equivocation'), { kind: 'emit', event: 'equivocation' }];
  }
  // A store that was damaged may have forgotten a promise, but not harm what it knows to be chosen: it never votes for anything else.
  if (state.chosen && !sameValue(state.chosen, value)) return [chosen(acceptor, state.chosen)];
  if (state.closed) return [nack(acceptor, input, 'closed')];
  // (4)
  if (compareBallots(ballot, state.promised) < 0 && rules.promiseIsHonoured) return [nack(acceptor, input, 'promised')];
  // (5) Bytes, then the vote, in one group; the ACK after its sync.
  return vote(acceptor, input);
};

const vote = (acceptor: Acceptor, input: Accept): AcceptorEffect[] => {
  const { state, rules } = acceptor;
  const { ballot, value, piece } = input;
  const effects: AcceptorEffect[] = [];
  let held = state.held;
  let evicted: Piece | null = null;
  const isNew = value.kind === 'PLACED' && piece !== null && !holdsPiece(held, piece);
  if (isNew) {
    if (rules.bytesBeforeVote) effects.push({ kind: 'storeBytes', piece });
    evicted = evictee(state, acceptor.storeIndex, value, rules);
    held = [...withoutPiece(held, evicted), piece];
  }
  effects.push(
    persist(acceptor, { grant: state.grant, promised: ballot, accepted: { ballot, value }, held, chosen: state.chosen, closed: state.closed }),
  );
  if (isNew && !rules.bytesBeforeVote) effects.push({ kind: 'storeBytes', piece });
  if (evicted) effects.push({ kind: 'dropBytes', piece: evicted });
  effects.push(ack(acceptor, input, rules.voteIsDurable));
  if (!state.chosen) effects.push(timer('recover', RECOVER_AFTER_MS));
  return effects;
};

const onLearn = (acceptor: Acceptor, input: Learn): AcceptorEffect[] => {
  const { state } = acceptor;
  const learned = reply({ type: 'LEARNED', store_uuid: acceptor.storeUuid });
  if (!input.value) return [...(state.closed ? [] : [persist(acceptor, { ...state, closed: true }), timer('collect', COLLECT_AFTER_MS)]), learned];
  if (state.chosen) return sameValue(state.chosen, input.value) ? [learned] : [{ kind: 'emit', event: 'disagreement' }, learned];
  return [persist(acceptor, { ...state, chosen: input.value }), learned, timer('collect', COLLECT_AFTER_MS)];
};

/** The proposer seems dead: whoever asks the metadata service often enough will be heard. */
const onRecoverTimer = ({ state }: Acceptor): AcceptorEffect[] =>
  state.accepted && !state.chosen && !state.closed ? [{ kind: 'emit', event: 'recover' }, timer('recover', RECOVER_AFTER_MS)] : [];

/** After the grace period only the chosen bytes stay, and none of a closed generation. The vote itself stays: it is a fact. */
const onCollectTimer = (acceptor: Acceptor): AcceptorEffect[] => {
  const { state } = acceptor;
  if (!state.chosen && !state.closed) return [];
  const kept = state.held.filter((piece) => !state.closed && isPieceOf(piece, state.chosen, acceptor.storeIndex));
  const dropped = state.held.filter((piece) => !kept.includes(piece));
  if (dropped.length === 0) return [];
  return [persist(acceptor, { ...state, held: kept }), ...dropped.map((piece): AcceptorEffect => ({ kind: 'dropBytes', piece }))];
};

const isRequest = (input: AcceptorInput): input is Prepare | Stage | Accept => input.type === 'PREPARE' || input.type === 'STAGE' || input.type === 'ACCEPT';

const persist = (acceptor: Acceptor, record: AcceptorState): AcceptorEffect => {
  acceptor.state = record;
  return { kind: 'persist', record };
};

const reply = (message: Reply, afterPersist = true): AcceptorEffect => ({ kind: 'send', message, afterPersist });

const chosen = ({ storeUuid }: Acceptor, value: Value): AcceptorEffect => reply({ type: 'CHOSEN', store_uuid: storeUuid, value });

const ack = (acceptor: Acceptor, { ballot, value }: Accept, afterPersist: boolean): AcceptorEffect =>
  reply({ type: 'ACK', store_uuid: acceptor.storeUuid, ballot, value }, afterPersist);

const nack = (acceptor: Acceptor, input: Prepare | Stage | Accept, reason: NackReason): AcceptorEffect => {
  const { promised } = acceptor.state;
  return reply({ type: 'NACK', store_uuid: acceptor.storeUuid, reason, ballot: input.type === 'STAGE' ? promised : input.ballot, promised });
};

const timer = (name: AcceptorTimerName, delayMs: number): AcceptorEffect => ({ kind: 'setTimer', timer: name, delayMs });
