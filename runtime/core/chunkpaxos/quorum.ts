/**
 * The arithmetic that decides. A store set is a bit mask over the grant's stores (a grant has at most 16).
 *
 *   Q2 = k + 1   ACKs of one ballot choose a value: enough that k pieces survive the loss of one more store
 *   Q1 = m       PROMISEs let a proposer choose what to propose
 *
 * Q1 + Q2 = N + 1, so every Q1 meets every Q2. A grant of one store is its own quorum for both.
 */
import type { Grant, Value, Vote } from '../../contract/paxos.ts';
import { compareBallots } from './ballot.ts';
import { RULES } from './rules.ts';
import type { Rules } from './rules.ts';
import { sameValue } from './value.ts';

export const q1Of = (grant: Pick<Grant, 'm'>): number => Math.max(1, grant.m);
export const q2Of = (grant: Pick<Grant, 'k' | 'm'>): number => Math.min(grant.k + 1, grant.k + grant.m);

/** The store's position in the grant, or −1 for a store that the grant does not name. */
export const storeIndexOf = (grant: Pick<Grant, 'stores'>, storeUuid: string): number => {
  const { stores } = grant;
  for (let index = 0; index < stores.length; index += 1) if (stores[index]!.store_uuid === storeUuid) return index;
  return -1;
};

export const countStores = (mask: number): number => {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

export const allStores = (storeCount: number): number => (1 << storeCount) - 1;

/** What each store answered to PREPARE: its last vote, null without one, undefined while it has not answered. */
export type VotesByStore = readonly (Vote | null | undefined)[];

export const highestVote = (votes: VotesByStore): Vote | null => {
  let highest: Vote | null = null;
  for (let index = 0; index < votes.length; index += 1) {
    const vote = votes[index];
    if (vote && (!highest || compareBallots(vote.ballot, highest.ballot) > 0)) highest = vote;
  }
  return highest;
};

/**
 * Whether `value` may already be chosen, or still become so, below the ballot that these stores promised: its votes, at any ballot, and
 * all the silent stores might make Q2. Votes of every ballot count because a store that voted again for the same value, at a higher
 * ballot, shows only that later vote.
 */
export const mayBeChosen = (value: Value, votes: VotesByStore, answeredCount: number, grant: Grant, rules: Rules = RULES): boolean => {
  let count = grant.stores.length - answeredCount;
  const only = rules.votesOfAnyBallotCount ? null : highestVote(votes);
  for (let index = 0; index < votes.length; index += 1) {
    const vote = votes[index];
    if (vote && sameValue(vote.value, value) && (!only || compareBallots(vote.ballot, only.ballot) === 0)) count += 1;
  }
  return count >= q2Of(grant);
};

/**
 * The vote a proposer is bound to adopt, or null when it is free. `votes` come from at least Q1 stores. If any value may be chosen, the
 * value of the highest vote is the safe one: by induction it is the chosen one if there is one.
 */
export const bindingVote = (votes: VotesByStore, answeredCount: number, grant: Grant, rules: Rules = RULES): Vote | null => {
  if (!rules.mayBeChosenIsAdopted) return null;
  for (let index = 0; index < votes.length; index += 1) {
    const vote = votes[index];
    if (vote && mayBeChosen(vote.value, votes, answeredCount, grant, rules)) {
      return rules.highestBallotIsAdopted ? highestVote(votes) : lowestVote(votes);
    }
  }
  return null;
};

const lowestVote = (votes: VotesByStore): Vote | null => {
  let lowest: Vote | null = null;
  for (const vote of votes) if (vote && (!lowest || compareBallots(vote.ballot, lowest.ballot) < 0)) lowest = vote;
  return lowest;
};
