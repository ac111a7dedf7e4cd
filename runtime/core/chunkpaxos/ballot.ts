/** Ballots order all attempts at one instance: by round, then by proposer id. */
import type { Ballot, Grant } from '../../contract/paxos.ts';

/** Negative, zero or positive, as `a` is below, equal to or above `b`. Proposer ids compare by code unit, the same on every machine. */
export const compareBallots = (a: Ballot, b: Ballot): number => {
  if (a === b) return 0;
  if (a.round !== b.round) return a.round - b.round;
  if (a.proposer_id === b.proposer_id) return 0;
  return a.proposer_id < b.proposer_id ? -1 : 1;
};

export const sameBallot = (a: Ballot, b: Ballot): boolean => a === b || (a.round === b.round && a.proposer_id === b.proposer_id);

/** The lowest ballot, promised to the owner by the grant itself: that is why its first try needs no PREPARE. */
export const ownersBallot = (grant: Grant): Ballot => ({ round: 0, proposer_id: grant.owner_id });
