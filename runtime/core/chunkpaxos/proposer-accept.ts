/** Phase 2: get the value voted for, then see to it that every store holds its piece. */
import type { Staged, Value } from '../../contract/paxos.ts';
import { sameBallot } from './ballot.ts';
import type { ProposerEffect } from './effects.ts';
import type { Accept, AckBody } from './messages.ts';
import { everyStore, senderIndex, waitFor } from './proposer-state.ts';
import type { Proposer } from './proposer-state.ts';
import { countStores, q2Of } from './quorum.ts';
import { holdsPieceFor, isErasureCoded, isPieceFor, pieceFor, sameValue } from './value.ts';

/** Proposes `value` at the current ballot. `hasBytes`: its bytes are at hand and are sent to every store not known to hold them. */
export const propose = (proposer: Proposer, value: Value, hasBytes: boolean, out: ProposerEffect[]): void => {
  proposer.value = value;
  proposer.hasBytes = hasBytes;
  proposer.repeats = 0;
  proposer.holders = 0;
  if (value.kind === 'PLACED') {
    for (let index = 0; index < proposer.storeCount; index += 1) {
      const held = proposer.held[index];
      if (held && holdsPieceFor(held, value, index)) proposer.holders |= 1 << index;
    }
    if (mustStageFirst(proposer)) {
      proposer.phase = 'staging';
      sendStage(proposer, everyStore(proposer) & ~proposer.holders, out);
      return waitFor(proposer, out);
    }
  }
  beginAccept(proposer, out);
};

/**
 * Above round 0 an erasure-coded value is proposed only when Q2 stores hold their fragments: a few votes for a value whose fragments
 * reached fewer than k stores would bind every later proposer to bytes that nobody can rebuild.
 */
const mustStageFirst = ({ value, ballot, holders, config }: Proposer): boolean =>
  value!.kind === 'PLACED' && isErasureCoded(value!) && ballot.round > 0 && countStores(holders) < q2Of(config.grant);

const beginAccept = (proposer: Proposer, out: ProposerEffect[]): void => {
  proposer.phase = 'accepting';
  proposer.refused = 0;
  sendAccept(proposer, everyStore(proposer), out);
  waitFor(proposer, out);
};

/** Bytes travel only to stores not known to hold them; one message serves all stores that are sent the same. */
export const sendAccept = (proposer: Proposer, stores: number, out: ProposerEffect[]): void => {
  const { config, ballot, storeCount, hasBytes } = proposer;
  const value = proposer.value!;
  const isShared = value.kind !== 'PLACED' || !isErasureCoded(value);
  let bare: Accept | null = null;
  let full: Accept | null = null;
  for (let to = 0; to < storeCount; to += 1) {
    if ((stores & (1 << to)) === 0) continue;
    if (value.kind !== 'PLACED' || !hasBytes || proposer.holders & (1 << to)) {
      bare ??= { type: 'ACCEPT', grant: config.grant, ballot, value, piece: null };
      out.push({ kind: 'send', to, message: bare });
    } else {
      if (!full || !isShared) full = { type: 'ACCEPT', grant: config.grant, ballot, value, piece: pieceFor(value, to) };
      out.push({ kind: 'send', to, message: full });
    }
  }
};

export const sendStage = (proposer: Proposer, stores: number, out: ProposerEffect[]): void => {
  const value = proposer.value!;
  if (value.kind !== 'PLACED' || !proposer.hasBytes) return;
  for (let to = 0; to < proposer.storeCount; to += 1) {
    if (stores & (1 << to)) out.push({ kind: 'send', to, message: { type: 'STAGE', grant: proposer.config.grant, piece: pieceFor(value, to) } });
  }
};

export const onAck = (proposer: Proposer, ack: AckBody, out: ProposerEffect[]): void => {
  const { phase, value, config, rules } = proposer;
  // While waiting to try again, late votes of the last ballot may still complete it: chosen is chosen.
  if (!value || (phase !== 'accepting' && phase !== 'filling' && phase !== 'waiting')) return;
  if (!sameValue(ack.value, value) || (rules.onlyThisBallotCounts && !sameBallot(ack.ballot, proposer.ballot))) return;
  const index = senderIndex(proposer, ack.store_uuid);
  if (index < 0) return;
  const isNew = (proposer.acked & (1 << index)) === 0;
  if (!isNew && rules.storesCountOnce) return;
  proposer.acked |= 1 << index;
  proposer.ackedCount += 1;
  proposer.acks.push(ack);
  if (value.kind === 'PLACED') proposer.holders |= 1 << index;
  const needed = rules.quorumsIntersect ? q2Of(config.grant) : Math.max(1, q2Of(config.grant) - 1);
  if (!proposer.decided && proposer.ackedCount >= needed) {
    proposer.decided = value;
    out.push({ kind: 'decide', value, ballot: proposer.ballot, learned: false });
    beginFill(proposer, out);
  } else if (phase === 'filling') finishIfFilled(proposer, out);
};

/**
 * Stores that refused the ballot are given their piece without a vote; the others still have the ACCEPT on its way. Without the bytes at
 * hand all that is left is to hear who holds them anyway.
 */
const beginFill = (proposer: Proposer, out: ProposerEffect[]): void => {
  if (proposer.value!.kind !== 'PLACED') return finish(proposer, out);
  proposer.phase = 'filling';
  proposer.repeats = 0;
  sendStage(proposer, proposer.refused & ~proposer.holders, out);
  if (!finishIfFilled(proposer, out)) waitFor(proposer, out);
};

/** Ends a fill in which nobody is left who could still become a holder. */
export const finishIfFilled = (proposer: Proposer, out: ProposerEffect[]): boolean => {
  const settled = proposer.hasBytes ? proposer.holders : proposer.acked | proposer.refused;
  if (settled !== everyStore(proposer)) return false;
  finish(proposer, out);
  return true;
};

export const onStaged = (proposer: Proposer, staged: Staged, out: ProposerEffect[]): void => {
  const { phase, value } = proposer;
  if (!value || value.kind !== 'PLACED') return;
  const index = senderIndex(proposer, staged.store_uuid);
  if (index < 0 || !isPieceFor(staged.piece, value, index)) return;
  proposer.holders |= 1 << index;
  if (phase === 'staging' && countStores(proposer.holders) >= q2Of(proposer.config.grant)) beginAccept(proposer, out);
  else if (phase === 'filling') finishIfFilled(proposer, out);
};

export const finish = (proposer: Proposer, out: ProposerEffect[]): void => {
  proposer.phase = 'done';
  out.push({ kind: 'finish', holders: proposer.holders });
};
