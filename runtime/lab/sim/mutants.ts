/**
 * Ways to be wrong. A mutant is the correct code without one rule: of the core (core/chunkpaxos/rules.ts), or of the shell around it (below).
 * The checker must notice every one of them, else it is blind.
 */
import { RULES } from '../../core/chunkpaxos/rules.ts';
import type { Rules } from '../../core/chunkpaxos/rules.ts';

/** What a storage node and its neighbours owe to the core. */
export interface ShellRules {
  /** What was written before a crash is synced before the first answer. */
  readonly startupIsSynced: boolean;
  /** A failed sync ends writing; it is never taken for a good one on a second try. */
  readonly failedSyncEndsWriting: boolean;
  /** A wiped disk is a new store. */
  readonly wipedStoreIsNew: boolean;
  /** Attached bytes are hashed before they are fed. */
  readonly bytesAreVerified: boolean;
  /** A restarted proposer takes a fresh id. */
  readonly proposerIdIsFresh: boolean;
}

export const SHELL_RULES: ShellRules = Object.freeze({
  startupIsSynced: true,
  failedSyncEndsWriting: true,
  wipedStoreIsNew: true,
  bytesAreVerified: true,
  proposerIdIsFresh: true,
});

export type RuleName = keyof Rules | keyof ShellRules;

/** Every mutant by its name, with the rule it lacks. */
export const MUTANTS = {
  'promise not made durable': 'promiseIsDurable',
  'vote not made durable': 'voteIsDurable',
  'ack before bytes': 'bytesBeforeVote',
  'promise ignored': 'promiseIsHonoured',
  'equivocation accepted': 'equivocationIsRefused',
  'foreign acceptor votes': 'membershipIsChecked',
  'damaged store answers empty': 'damagedAbstains',
  'voted bytes evicted': 'votedBytesAreKept',
  'everyone uses round 0': 'roundZeroIsTheOwners',
  'two values at one ballot': 'oneChoicePerBallot',
  'own value instead of adoption': 'mayBeChosenIsAdopted',
  'lowest ballot adopted': 'highestBallotIsAdopted',
  'only highest-ballot votes counted': 'votesOfAnyBallotCount',
  'same store counted twice': 'storesCountOnce',
  'foreign vote counted': 'foreignStoresAreIgnored',
  'votes of other ballots counted': 'onlyThisBallotCounts',
  'quorum one too small': 'quorumsIntersect',
  'commit in a closed generation': 'closedGenerationsRefuse',
  'row content changed': 'rowContentIsFixed',
  'told before the row is durable': 'rowIsDurable',
  're-ack without start-up sync': 'startupIsSynced',
  'failed sync believed': 'failedSyncEndsWriting',
  'wiped store votes': 'wipedStoreIsNew',
  'bytes not verified': 'bytesAreVerified',
  'round 0 again after a restart': 'proposerIdIsFresh',
} as const satisfies Record<string, RuleName>;

export type MutantName = keyof typeof MUTANTS;
export const MUTANT_NAMES = Object.keys(MUTANTS) as MutantName[];

/** The rules without the mutant's; all of them without a mutant. */
export const rulesOf = (mutant: MutantName | null): { rules: Rules; shell: ShellRules } => {
  if (!mutant) return { rules: RULES, shell: SHELL_RULES };
  const rule = MUTANTS[mutant];
  return rule in RULES ? { rules: { ...RULES, [rule]: false }, shell: SHELL_RULES } : { rules: RULES, shell: { ...SHELL_RULES, [rule]: false } };
};
