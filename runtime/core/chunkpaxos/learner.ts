/**
 * The learner's memory of one chunk, in the metadata service: which generations were granted, which are closed, and the row.
 *
 *              ISSUE g + 1 closes ≤ g for every later COMMIT
 *   granted g ─────────────────────────────────────────────► granted g + 1
 *      │ COMMIT(g, PLACED | DELETED)                             │ COMMIT(g + 1, the same sha256)
 *      ▼                                                         ▼
 *   row of g, durable before the answer ────────────────────► row of g + 1; g's bytes may be collected
 *      │ COMMIT(g, ABORT)
 *      └─► g is closed without a row
 *
 * Pure and JSON: the service keeps it in its database, the simulator in memory. `stepLearner` returns what to persist and what to tell; the
 * LEARN and every good answer leave only after the ledger it returns is durable.
 */
import type { Value } from '../../contract/paxos.ts';
import { RULES } from './rules.ts';
import type { Rules } from './rules.ts';
import { sameValue } from './value.ts';

export interface Row {
  readonly generation: number;
  readonly value: Value;
}

export interface Ledger {
  /** The highest generation granted, −1 for none. */
  readonly issued: number;
  /** Every generation ≤ this is closed: a COMMIT for it is refused unless it is the row's own, repeated. */
  readonly closedThrough: number;
  readonly row: Row | null;
  /** Generations that ended in ABORT, so that a repeated COMMIT is answered as the first one was. */
  readonly aborted: readonly number[];
}

export const EMPTY_LEDGER: Ledger = Object.freeze({ issued: -1, closedThrough: -1, row: null, aborted: Object.freeze([]) as readonly number[] });

export type LearnerInput =
  /**
   * Somebody asks for the generation after `after` (−1: the first). `sha256` is what they mean to place there, null for "anything": after a
   * commit only the same bytes may move.
   */
  | { type: 'ISSUE'; after: number; sha256: string | null }
  /** A certificate for this was verified. */
  | { type: 'COMMIT'; generation: number; value: Value };

export type LearnerEffect =
  | { kind: 'persist'; ledger: Ledger }
  /** Grant this generation; issuing one that was issued before means: answer with the same grant. */
  | { kind: 'grant'; generation: number; afterPersist: boolean }
  | { kind: 'committed'; generation: number; value: Value; afterPersist: boolean }
  /** Tell the stores of that generation's grant. */
  | { kind: 'learn'; generation: number; value: Value | null; closedThrough: number; afterPersist: boolean }
  | { kind: 'refuse'; reason: 'generation_closed' | 'conflict' | 'not_granted' };

/** Feeds one input; the caller's ledger stays as it was, the new one is in the `persist` effect. */
export const stepLearner = (ledger: Ledger, input: LearnerInput, rules: Rules = RULES): LearnerEffect[] =>
  input.type === 'ISSUE' ? onIssue(ledger, input.after, input.sha256, rules) : onCommit(ledger, input.generation, input.value, rules);

const onIssue = (ledger: Ledger, after: number, sha256: string | null, rules: Rules): LearnerEffect[] => {
  const generation = after + 1;
  const { row } = ledger;
  const mayMove = !row || !rules.rowContentIsFixed || (row.value.kind === 'PLACED' && row.value.sha256 === sha256);
  if (generation > ledger.issued + 1) return [{ kind: 'refuse', reason: 'not_granted' }];
  // Whoever brings other bytes than the row's is sent where the decision is known, once: in a generation opened for a move it could get
  // them chosen, and no COMMIT would ever take them.
  if (row && !mayMove) {
    return after < row.generation ? [{ kind: 'grant', generation: row.generation, afterPersist: true }] : [{ kind: 'refuse', reason: 'conflict' }];
  }
  // The first asker made it exist; everyone else is given the same.
  if (generation <= ledger.issued) return [{ kind: 'grant', generation: ledger.issued, afterPersist: true }];
  return [
    { kind: 'persist', ledger: { ...ledger, issued: generation, closedThrough: Math.max(ledger.closedThrough, after) } },
    { kind: 'grant', generation, afterPersist: true },
  ];
};

const onCommit = (ledger: Ledger, generation: number, value: Value, rules: Rules): LearnerEffect[] => {
  const { row } = ledger;
  if (generation > ledger.issued) return [{ kind: 'refuse', reason: 'not_granted' }];
  // A repeated COMMIT, its answer lost, is answered again.
  if (row?.generation === generation && sameValue(row.value, value)) return told(ledger, generation, value);
  if (value.kind === 'ABORT' && ledger.aborted.includes(generation)) return told(ledger, generation, value);
  if (generation <= ledger.closedThrough && rules.closedGenerationsRefuse) return [{ kind: 'refuse', reason: 'generation_closed' }];
  if (value.kind === 'ABORT') {
    const next = { ...ledger, closedThrough: Math.max(ledger.closedThrough, generation), aborted: [...ledger.aborted, generation] };
    return [{ kind: 'persist', ledger: next }, ...told(next, generation, value)];
  }
  if (row && rules.rowContentIsFixed && !sameContent(row.value, value)) return [{ kind: 'refuse', reason: 'conflict' }];
  const next = { ...ledger, row: { generation, value } };
  return [{ kind: 'persist', ledger: next }, ...told(next, generation, value, rules.rowIsDurable)];
};

/** The answer and the LEARN. */
const told = (ledger: Ledger, generation: number, value: Value, afterPersist = true): LearnerEffect[] => [
  { kind: 'committed', generation, value, afterPersist },
  { kind: 'learn', generation, value, closedThrough: collectableThrough(ledger), afterPersist },
];

/** Closed generations whose bytes nobody reads any more: while a move is under way, the row's own generation still is. */
export const collectableThrough = (ledger: Ledger): number =>
  ledger.row ? Math.min(ledger.closedThrough, ledger.row.generation - 1) : ledger.closedThrough;

/** A move may change how the bytes are cut into fragments, never the bytes. */
const sameContent = (a: Value, b: Value): boolean =>
  a.kind === 'PLACED' && b.kind === 'PLACED' ? a.sha256 === b.sha256 && a.size_bytes === b.size_bytes : sameValue(a, b);
