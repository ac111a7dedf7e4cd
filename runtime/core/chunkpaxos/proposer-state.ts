/** What a proposer remembers, and the small words its phases are written in. */
import type { Ballot, Grant, Piece, Value, Vote } from '../../contract/paxos.ts';
import { ownersBallot } from './ballot.ts';
import type { ProposerEffect } from './effects.ts';
import { PROPOSER_LIMITS } from './limits.ts';
import type { ProposerLimits } from './limits.ts';
import type { AckBody } from './messages.ts';
import { allStores, storeIndexOf } from './quorum.ts';
import { RULES } from './rules.ts';
import type { Rules } from './rules.ts';

export type ProposerPhase = 'idle' | 'preparing' | 'gathering' | 'staging' | 'accepting' | 'filling' | 'waiting' | 'done' | 'failed';

export interface ProposerConfig {
  readonly grant: Grant;
  /** Fresh at every process start. Equal to the grant's owner it may use round 0, for one value only, however often it runs. */
  readonly proposerId: string;
  /**
   * Names this run's ballots above round 0. Two runs of one process for the same instance must not share them: each begins at round 1
   * again and may choose otherwise, and a ballot has one value.
   * @default proposerId, which is enough where an id runs an instance once
   */
  readonly runId?: string;
  /** What to propose when free; null for a recovery, which adopts a voted value if it can and else proposes ABORT. */
  readonly own: Value | null;
  /** Whether the bytes of `own` are at hand; false when the stores already hold them (classic clients PUT first). */
  readonly hasBytes: boolean;
  /**
   * How many PROMISEs to hear before choosing, at most N; when the timer fires, Q1 are enough. More than Q1 shows more votes: a value that
   * looked as if it might be chosen turns out not to be, or a lone vote is found and saved.
   * @default Q1
   */
  readonly promisesWanted?: number;
  /** The start of the back-off's randomness. */
  readonly seed: number;
  readonly limits?: ProposerLimits;
  readonly rules?: Rules;
}

/** Masks are over the grant's stores. */
export interface Proposer {
  readonly config: ProposerConfig;
  readonly limits: ProposerLimits;
  readonly rules: Rules;
  readonly storeCount: number;
  phase: ProposerPhase;
  ballot: Ballot;
  /** The highest round seen anywhere; the next ballot is one above. */
  roundSeen: number;
  /** This ballot's value, null until chosen. */
  value: Value | null;
  /** Whether the bytes of `value` are at hand. */
  hasBytes: boolean;
  /** A value whose bytes nobody in reach could give, so that this ballot does not ask for it again. */
  missing: Value | null;
  /** What each store answered to this ballot's PREPARE: its vote and what it holds. */
  votes: (Vote | null | undefined)[];
  held: (readonly Piece[] | undefined)[];
  promisedCount: number;
  promised: number;
  /** Refused this ballot. */
  refused: number;
  /** Voted in this ballot; `acks` are the votes, in order of arrival, for the certificate. */
  acked: number;
  ackedCount: number;
  acks: AckBody[];
  /** Are known to hold their piece of `value`. */
  holders: number;
  decided: Value | null;
  /** Ballots given up so far. */
  attempt: number;
  /** How often this ballot's requests were repeated. */
  repeats: number;
  seed: number;
}

export const createProposer = (config: ProposerConfig): Proposer => ({
  config,
  limits: config.limits ?? PROPOSER_LIMITS,
  rules: config.rules ?? RULES,
  storeCount: config.grant.stores.length,
  phase: 'idle',
  ballot: ownersBallot(config.grant),
  roundSeen: 0,
  value: null,
  hasBytes: false,
  missing: null,
  votes: [],
  held: [],
  promisedCount: 0,
  promised: 0,
  refused: 0,
  acked: 0,
  ackedCount: 0,
  acks: [],
  holders: 0,
  decided: null,
  attempt: 0,
  repeats: 0,
  seed: config.seed,
});

/** Forgets what stores said about the ballot before. */
export const useBallot = (proposer: Proposer, ballot: Ballot): void => {
  proposer.ballot = ballot;
  proposer.value = null;
  proposer.hasBytes = false;
  proposer.missing = null;
  proposer.votes = [];
  proposer.held = [];
  proposer.promisedCount = 0;
  proposer.promised = 0;
  proposer.refused = 0;
  proposer.acked = 0;
  proposer.ackedCount = 0;
  proposer.acks = [];
  proposer.holders = 0;
  proposer.repeats = 0;
};

/** The store's position, or −1 for a store whose word does not count here. */
export const senderIndex = (proposer: Proposer, storeUuid: string): number => {
  const index = storeIndexOf(proposer.config.grant, storeUuid);
  // Without the rule a stranger is taken for the first store: any position will do to show that the checker sees it.
  return index < 0 && !proposer.rules.foreignStoresAreIgnored ? 0 : index;
};

export const everyStore = (proposer: Proposer): number => allStores(proposer.storeCount);

/** Every store answered this ballot's PREPARE, one way or the other: waiting longer helps nobody. */
export const hasAllAnswers = (proposer: Proposer): boolean => (proposer.promised | proposer.refused) === everyStore(proposer);

export const waitFor = (proposer: Proposer, out: ProposerEffect[]): void => {
  out.push({ kind: 'setTimer', delayMs: proposer.limits.replyTimeoutMs });
};
