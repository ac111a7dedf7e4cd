/**
 * The proposer of one instance: an uploader with bytes, or the metadata service finishing what an uploader left behind.
 *
 *          owner's first try                                Q2 ACKs
 *   idle ──────────────────────────────────► accepting ─────────────────► filling ───► done
 *    │                                        ▲   │ ▲                      every store gets its piece
 *    │ anyone else, any retry                 │   │ └────────────────┐
 *    ▼           Q1 PROMISEs: choose          │   │ preempted        │ Q2 stores hold their fragment
 *   preparing ────────────────────────────────┤   ▼                  │
 *    ▲  ▲  │ a store knows it: CHOSEN         │  waiting          staging (erasure-coded, rounds ≥ 1)
 *    │  │  └───────────────────► done         │   │                  ▲
 *    │  │ nobody has its bytes                │   │                  │
 *    │  └───────────────────── gathering ─────┴───┼──────────────────┘
 *    │                     (bytes of an adopted   │
 *    └──────── next round ─────── value) ─────────┴─────────► failed, after `ballotsMax`
 *
 * One value per ballot: once proposed, later PROMISEs of that ballot change nothing. The back-off's randomness comes from `seed`.
 */
import type { Chosen, Nack } from '../../contract/paxos.ts';
import { sameBallot } from './ballot.ts';
import type { ProposerEffect } from './effects.ts';
import { backOffDelayMs, nextSeed } from './limits.ts';
import type { ProposerInput } from './messages.ts';
import { finish, finishIfFilled, onAck, onStaged, propose, sendAccept, sendStage } from './proposer-accept.ts';
import { choose, onBytes, onPromise, prepare, sendPrepare } from './proposer-prepare.ts';
import { everyStore, hasAllAnswers, senderIndex, useBallot, waitFor } from './proposer-state.ts';
import type { Proposer } from './proposer-state.ts';
import { countStores, q1Of, q2Of } from './quorum.ts';
import { sameValue } from './value.ts';

export { createProposer } from './proposer-state.ts';
export type { Proposer, ProposerConfig, ProposerPhase } from './proposer-state.ts';

/** Feeds one input; moves `proposer` and returns what to do about it, in order. Inputs that no longer matter change nothing. */
export const stepProposer = (proposer: Proposer, input: ProposerInput): ProposerEffect[] => {
  const out: ProposerEffect[] = [];
  if (proposer.phase === 'done' || proposer.phase === 'failed') return out;
  switch (input.type) {
    case 'START':
      if (proposer.phase === 'idle') start(proposer, out);
      break;
    case 'PROMISE':
      onPromise(proposer, input, out);
      break;
    case 'ACK':
      onAck(proposer, input, out);
      break;
    case 'STAGED':
      onStaged(proposer, input, out);
      break;
    case 'NACK':
      onNack(proposer, input, out);
      break;
    case 'CHOSEN':
      onChosen(proposer, input, out);
      break;
    case 'BYTES':
    case 'NO_BYTES':
      if (proposer.phase === 'gathering' && sameValue(input.value, proposer.value!)) onBytes(proposer, input.type === 'BYTES', out);
      break;
    case 'TIMER':
      onTimer(proposer, out);
      break;
  }
  return out;
};

/** Fast path: the grant already promised round 0 to its owner, at most one value and never ABORT. Everyone else prepares first. */
const start = (proposer: Proposer, out: ProposerEffect[]): void => {
  const { own, hasBytes, proposerId, grant } = proposer.config;
  const mayUseRoundZero = proposerId === grant.owner_id || !proposer.rules.roundZeroIsTheOwners;
  if (!mayUseRoundZero || !own || own.kind === 'ABORT') return prepare(proposer, out);
  useBallot(proposer, { round: 0, proposer_id: proposerId });
  propose(proposer, own, hasBytes, out);
};

const onChosen = (proposer: Proposer, chosen: Chosen, out: ProposerEffect[]): void => {
  if (proposer.decided || senderIndex(proposer, chosen.store_uuid) < 0) return;
  proposer.decided = chosen.value;
  proposer.holders = 0;
  out.push({ kind: 'decide', value: chosen.value, ballot: proposer.ballot, learned: true });
  finish(proposer, out);
};

const onNack = (proposer: Proposer, nack: Nack, out: ProposerEffect[]): void => {
  if (nack.promised.round > proposer.roundSeen) proposer.roundSeen = nack.promised.round;
  const index = senderIndex(proposer, nack.store_uuid);
  if (index < 0 || !sameBallot(nack.ballot, proposer.ballot)) return;
  const bit = 1 << index;
  const { phase, config, storeCount } = proposer;
  if (nack.reason === 'missing_bytes' && proposer.hasBytes && proposer.holders & bit) {
    proposer.holders &= ~bit; // It told us it held them; it no longer does.
    if (phase === 'accepting' || phase === 'filling') sendAccept(proposer, bit, out);
    return;
  }
  const isNew = (proposer.refused & bit) === 0;
  proposer.refused |= bit;
  const willingCount = storeCount - countStores(proposer.refused);
  if (phase === 'filling') {
    // Once per store: a store that refuses to stage as well would else be asked for ever. The timer asks again, a few times.
    if (!finishIfFilled(proposer, out) && isNew) sendStage(proposer, bit & ~proposer.holders, out);
  } else if (phase === 'accepting' && willingCount < q2Of(config.grant)) backOff(proposer, out);
  else if (phase === 'preparing' && willingCount < q1Of(config.grant)) backOff(proposer, out);
  else if (phase === 'preparing' && hasAllAnswers(proposer)) {
    // Choose with what there is, unless just that did not help.
    if (proposer.missing === null) choose(proposer, out);
    else backOff(proposer, out);
  }
};

const onTimer = (proposer: Proposer, out: ProposerEffect[]): void => {
  const { phase, limits } = proposer;
  if (phase === 'idle') return;
  if (phase === 'waiting') return prepare(proposer, out);
  if (phase === 'preparing' && proposer.missing === null && proposer.promisedCount >= q1Of(proposer.config.grant)) {
    waitFor(proposer, out);
    return choose(proposer, out);
  }
  if (phase === 'filling') {
    if (!proposer.hasBytes || proposer.repeats >= limits.fillsMax) return finish(proposer, out);
  } else if (phase === 'gathering' || proposer.repeats >= limits.resendsMax) return backOff(proposer, out);
  proposer.repeats += 1;
  repeat(proposer, out);
  waitFor(proposer, out);
};

/** Asks again who has not answered. Every request may be repeated: acceptors answer the same thing twice. */
const repeat = (proposer: Proposer, out: ProposerEffect[]): void => {
  const { phase, promised, refused, acked, holders } = proposer;
  const all = everyStore(proposer);
  if (phase === 'preparing') return sendPrepare(proposer, all & ~promised & ~refused, out);
  if (phase === 'staging') return sendStage(proposer, all & ~holders, out);
  sendAccept(proposer, all & ~acked & ~refused, out);
  if (phase === 'filling') sendStage(proposer, refused & ~holders, out);
};

const backOff = (proposer: Proposer, out: ProposerEffect[]): void => {
  proposer.attempt += 1;
  out.push({ kind: 'emit', event: 'preempted' });
  if (proposer.attempt >= proposer.limits.ballotsMax) {
    proposer.phase = 'failed';
    out.push({ kind: 'giveUp' });
    return;
  }
  proposer.phase = 'waiting';
  proposer.seed = nextSeed(proposer.seed);
  out.push({ kind: 'setTimer', delayMs: backOffDelayMs(proposer.limits, proposer.attempt, proposer.seed) });
};
