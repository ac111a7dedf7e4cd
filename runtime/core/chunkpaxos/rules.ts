/**
 * The rules that make ChunkPaxos safe, by name, each true. They are switches only so that the simulator can take one away and show that
 * its checker notices: every rule has a mutant, and a rule whose mutant goes unnoticed would mean that the checker is blind.
 */
export interface Rules {
  /** An acceptor answers PROMISE only after the promise is durable. */
  readonly promiseIsDurable: boolean;
  /** An acceptor answers ACK only after the vote is durable. */
  readonly voteIsDurable: boolean;
  /** The bytes are durable before the vote that names them. */
  readonly bytesBeforeVote: boolean;
  /** An ACCEPT below the promised ballot is refused. */
  readonly promiseIsHonoured: boolean;
  /** A second value at an accepted ballot is refused. */
  readonly equivocationIsRefused: boolean;
  /** An acceptor votes only where its grant names its store. */
  readonly membershipIsChecked: boolean;
  /** A damaged store does not vote in instances it may have forgotten. */
  readonly damagedAbstains: boolean;
  /** Staging never evicts accepted or chosen bytes. */
  readonly votedBytesAreKept: boolean;
  /** Round 0 belongs to the grant's owner. */
  readonly roundZeroIsTheOwners: boolean;
  /** A proposer proposes one value per ballot: PROMISEs after choosing are ignored. */
  readonly oneChoicePerBallot: boolean;
  /** A proposer that finds a value that may be chosen adopts a voted one. */
  readonly mayBeChosenIsAdopted: boolean;
  /** … and it is the one of the highest ballot. */
  readonly highestBallotIsAdopted: boolean;
  /** Votes of any ballot count towards "may be chosen", not only those of the highest. */
  readonly votesOfAnyBallotCount: boolean;
  /** Two answers of one store are one answer. */
  readonly storesCountOnce: boolean;
  /** Only stores of the grant count. */
  readonly foreignStoresAreIgnored: boolean;
  /** Only ACKs of the current ballot count. */
  readonly onlyThisBallotCounts: boolean;
  /** Q2 = k + 1, not fewer. */
  readonly quorumsIntersect: boolean;
  /** No COMMIT in a closed generation. */
  readonly closedGenerationsRefuse: boolean;
  /** After a commit, a new generation may only hold the same bytes. */
  readonly rowContentIsFixed: boolean;
  /** LEARN and the answer to a COMMIT leave only after the row is durable. */
  readonly rowIsDurable: boolean;
}

export const RULES: Rules = Object.freeze({
  promiseIsDurable: true,
  voteIsDurable: true,
  bytesBeforeVote: true,
  promiseIsHonoured: true,
  equivocationIsRefused: true,
  membershipIsChecked: true,
  damagedAbstains: true,
  votedBytesAreKept: true,
  roundZeroIsTheOwners: true,
  oneChoicePerBallot: true,
  mayBeChosenIsAdopted: true,
  highestBallotIsAdopted: true,
  votesOfAnyBallotCount: true,
  storesCountOnce: true,
  foreignStoresAreIgnored: true,
  onlyThisBallotCounts: true,
  quorumsIntersect: true,
  closedGenerationsRefuse: true,
  rowContentIsFixed: true,
  rowIsDurable: true,
});
