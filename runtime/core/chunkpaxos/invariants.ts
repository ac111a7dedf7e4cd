/**
 * The safety of one instance, judged from the outside: from votes and promises that are durable, never from what code claims about itself.
 * An observer (simulator, live visualizer) reports what it sees, as it happens; each report is checked against all before it.
 * Stores are numbered as in the grant; −1 is a store that the grant does not name.
 *
 * Reports return the name of the invariant they broke, or null. The checks are incremental: one report costs a walk over the ballots
 * used so far, a handful.
 */
import type { Ballot, Value } from '../../contract/paxos.ts';
import { compareBallots, sameBallot } from './ballot.ts';
import { countStores } from './quorum.ts';
import { sameValue } from './value.ts';

export type Invariant =
  | 'Agreement' | 'Validity' | 'OneValuePerBallot' | 'OneVotePerBallot' | 'SafeAt' | 'PromiseMonotonic' | 'PromiseHonoured'
  | 'DurableBeforeReply' | 'CommitImpliesChosen' | 'Stability' | 'GenerationClosed' | 'Recoverable' | 'ForeignStore' | 'Liveness';

/** One ballot's history: the value proposed at it and who voted. */
interface BallotRecord {
  readonly ballot: Ballot;
  readonly value: Value;
  voters: number;
}

export interface InstanceObserver {
  readonly storeCount: number;
  readonly q1: number;
  readonly q2: number;
  readonly ballots: BallotRecord[];
  /** Highest durable promise, and highest promise told to anyone, per store. */
  readonly promisedDurably: (Ballot | null)[];
  readonly promisedAloud: (Ballot | null)[];
  /** Stores that can never vote again: wiped, or abstaining for good. */
  lost: number;
  chosen: Value | null;
}

export const createObserver = (storeCount: number, q1: number, q2: number): InstanceObserver => ({
  storeCount,
  q1,
  q2,
  ballots: [],
  promisedDurably: new Array<Ballot | null>(storeCount).fill(null),
  promisedAloud: new Array<Ballot | null>(storeCount).fill(null),
  lost: 0,
  chosen: null,
});

/** A proposer sent ACCEPT for this. */
export const observeAccept = (observer: InstanceObserver, ballot: Ballot, value: Value): Invariant | null => {
  const known = recordOf(observer, ballot);
  if (known) return sameValue(known.value, value) ? null : 'OneValuePerBallot';
  observer.ballots.push({ ballot, value, voters: 0 });
  return isSafeAt(observer, ballot, value) ? null : 'SafeAt';
};

/** A vote is on the disk of a store. */
export const observeVote = (observer: InstanceObserver, store: number, ballot: Ballot, value: Value): Invariant | null => {
  if (store < 0) return 'ForeignStore';
  const aloud = observer.promisedAloud[store];
  let record: BallotRecord | undefined;
  for (const other of observer.ballots) {
    if (!sameBallot(other.ballot, ballot)) continue;
    if (sameValue(other.value, value)) record = other;
    else if (other.voters & (1 << store)) return 'OneVotePerBallot';
  }
  if (!record) return recordOf(observer, ballot) ? 'OneValuePerBallot' : 'Validity';
  if (record.voters & (1 << store)) return null;
  if (aloud && compareBallots(ballot, aloud) < 0) return 'PromiseHonoured';
  record.voters |= 1 << store;
  if (countStores(record.voters) < observer.q2) return null;
  if (observer.chosen && !sameValue(observer.chosen, value)) return 'Agreement';
  observer.chosen = value;
  return null;
};

/** A promise is on the disk of a store, newly or again after a restart. */
export const observePromise = (observer: InstanceObserver, store: number, promised: Ballot): Invariant | null => {
  if (store < 0) return null;
  const aloud = observer.promisedAloud[store];
  observer.promisedDurably[store] = promised;
  return aloud && compareBallots(promised, aloud) < 0 ? 'PromiseMonotonic' : null;
};

/** A store told somebody that it promised this. */
export const observePromiseSent = (observer: InstanceObserver, store: number, ballot: Ballot): Invariant | null => {
  if (store < 0) return 'ForeignStore';
  const durable = observer.promisedDurably[store];
  const aloud = observer.promisedAloud[store];
  if (!aloud || compareBallots(ballot, aloud) > 0) observer.promisedAloud[store] = ballot;
  return !durable || compareBallots(durable, ballot) < 0 ? 'DurableBeforeReply' : null;
};

/** A store told somebody that it voted for this. */
export const observeAckSent = (observer: InstanceObserver, store: number, ballot: Ballot): Invariant | null => {
  if (store < 0) return 'ForeignStore';
  const record = recordOf(observer, ballot);
  return record && record.voters & (1 << store) ? null : 'DurableBeforeReply';
};

/** The metadata service made this decision durable, or was told that it is one. */
export const observeDecision = (observer: InstanceObserver, value: Value): Invariant | null =>
  observer.chosen && sameValue(observer.chosen, value) ? null : 'CommitImpliesChosen';

export const observeLost = (observer: InstanceObserver, store: number): void => {
  observer.lost |= 1 << store;
};

/**
 * SafeAt(b, v) of the `Voting` specification: below b no other value is chosen or can still be. Ballots not used yet are covered by
 * counting who is past them: Q1 stores that promised b leave fewer than Q2 for anything below.
 */
const isSafeAt = (observer: InstanceObserver, ballot: Ballot, value: Value): boolean => {
  const { ballots, promisedDurably, storeCount, lost, q2 } = observer;
  if (ballot.round > 0 && storeCount - countPast(observer, ballot) >= q2) return false;
  for (let index = 0; index < ballots.length; index += 1) {
    const other = ballots[index]!;
    if (compareBallots(other.ballot, ballot) >= 0 || sameValue(other.value, value)) continue;
    let count = 0;
    for (let store = 0; store < storeCount; store += 1) {
      const promised = promisedDurably[store];
      const hasVoted = (other.voters & (1 << store)) !== 0;
      const canVote = (lost & (1 << store)) === 0 && !(promised && compareBallots(promised, other.ballot) > 0);
      if (hasVoted || canVote) count += 1;
    }
    if (count >= q2) return false;
  }
  return true;
};

/** Stores that cannot vote below `ballot` any more. */
const countPast = ({ promisedDurably, storeCount, lost }: InstanceObserver, ballot: Ballot): number => {
  let count = 0;
  for (let store = 0; store < storeCount; store += 1) {
    const promised = promisedDurably[store];
    if (lost & (1 << store) || (promised && compareBallots(promised, ballot) >= 0)) count += 1;
  }
  return count;
};

const recordOf = (observer: InstanceObserver, ballot: Ballot): BallotRecord | undefined => {
  const { ballots } = observer;
  for (let index = 0; index < ballots.length; index += 1) if (sameBallot(ballots[index]!.ballot, ballot)) return ballots[index];
  return undefined;
};
