/** Phase 1: ask for promises, then choose what to propose. */
import type { PromiseReply, Value } from '../../contract/paxos.ts';
import { sameBallot } from './ballot.ts';
import type { ProposerEffect } from './effects.ts';
import type { Prepare } from './messages.ts';
import { propose } from './proposer-accept.ts';
import { everyStore, hasAllAnswers, senderIndex, useBallot, waitFor } from './proposer-state.ts';
import type { Proposer } from './proposer-state.ts';
import { bindingVote, highestVote, q1Of } from './quorum.ts';
import { ABORT, holdsPieceFor, sameValue } from './value.ts';

/** Begins the next round, above every round seen. */
export const prepare = (proposer: Proposer, out: ProposerEffect[]): void => {
  proposer.roundSeen += 1;
  useBallot(proposer, { round: proposer.roundSeen, proposer_id: proposer.config.runId ?? proposer.config.proposerId });
  proposer.phase = 'preparing';
  sendPrepare(proposer, everyStore(proposer), out);
  waitFor(proposer, out);
};

export const sendPrepare = (proposer: Proposer, stores: number, out: ProposerEffect[]): void => {
  const message: Prepare = { type: 'PREPARE', grant: proposer.config.grant, ballot: proposer.ballot };
  for (let to = 0; to < proposer.storeCount; to += 1) if (stores & (1 << to)) out.push({ kind: 'send', to, message });
};

export const onPromise = (proposer: Proposer, promise: PromiseReply, out: ProposerEffect[]): void => {
  if (!sameBallot(promise.ballot, proposer.ballot)) return;
  // A promise that comes while an adopted value's bytes are being fetched still widens R: nothing was proposed yet.
  const isOpen = proposer.phase === 'preparing' || proposer.phase === 'gathering';
  if (!isOpen && (proposer.rules.oneChoicePerBallot || proposer.phase !== 'accepting')) return;
  const index = senderIndex(proposer, promise.store_uuid);
  if (index < 0) return;
  const isNew = (proposer.promised & (1 << index)) === 0;
  if (!isNew && proposer.rules.storesCountOnce) return;
  proposer.promised |= 1 << index;
  proposer.promisedCount += 1;
  proposer.votes[index] = promise.accepted;
  proposer.held[index] = promise.held;
  if (proposer.phase === 'gathering') return;
  if (proposer.promisedCount >= promisesWanted(proposer) || hasAllAnswers(proposer)) choose(proposer, out);
};

const promisesWanted = ({ config, storeCount }: Proposer): number => Math.min(storeCount, Math.max(q1Of(config.grant), config.promisesWanted ?? 0));

/** The bytes of the adopted value came, or nobody in reach had them: then only a wider R can help. */
export const onBytes = (proposer: Proposer, hasBytes: boolean, out: ProposerEffect[]): void => {
  if (hasBytes) return propose(proposer, proposer.value!, true, out);
  proposer.missing = proposer.value;
  proposer.value = null;
  proposer.phase = 'preparing';
  choose(proposer, out);
};

/** Chooses with the PROMISEs that are here; does nothing while they are fewer than Q1. */
export const choose = (proposer: Proposer, out: ProposerEffect[]): void => {
  const { config, votes, promisedCount, rules } = proposer;
  if (promisedCount < q1Of(config.grant)) return;
  const bound = bindingVote(votes, promisedCount, config.grant, rules);
  if (bound) {
    out.push({ kind: 'emit', event: 'adopt' });
    return proposeOrGather(proposer, bound.value, out);
  }
  out.push({ kind: 'emit', event: 'free' });
  if (config.own) return propose(proposer, config.own, config.hasBytes, out);
  // A recovery saves what was voted for where it can: the bytes are there, and whoever uploaded them may be waiting.
  const highest = highestVote(votes);
  const isLost = highest && proposer.missing && sameValue(highest.value, proposer.missing);
  if (highest && !isLost) return proposeOrGather(proposer, highest.value, out);
  propose(proposer, ABORT, false, out);
};

/** Adopting PLACED means having its bytes, unless every store already holds its piece. */
const proposeOrGather = (proposer: Proposer, value: Value, out: ProposerEffect[]): void => {
  const { config } = proposer;
  if (config.own && config.hasBytes && sameValue(value, config.own)) return propose(proposer, config.own, true, out);
  if (value.kind !== 'PLACED') return propose(proposer, value, false, out);
  let sources = 0;
  for (let index = 0; index < proposer.storeCount; index += 1) {
    const held = proposer.held[index];
    if (held && holdsPieceFor(held, value, index)) sources |= 1 << index;
  }
  if (sources === everyStore(proposer)) return propose(proposer, value, false, out);
  if (proposer.missing && sameValue(value, proposer.missing)) return; // More promises may free us; the timer ends the wait.
  proposer.value = value;
  proposer.phase = 'gathering';
  out.push({ kind: 'fetch', value, sources });
};
