/**
 * Recovery: an uploader may die at any point, and its instances still end. An acceptor that voted and heard no decision for
 * RECOVER_AFTER_MS asks the metadata service, which answers with what it knows or finishes the instance as a proposer of its own.
 */
import type { Grant } from '../../contract/paxos.ts';
import type { Ledger } from './learner.ts';
import type { ProposerConfig } from './proposer-state.ts';

export type RecoveryPlan =
  /** The decision is known: tell the store again (its LEARN was lost). */
  | { kind: 'tell' }
  /** The generation was closed undecided: the store may forget its bytes. */
  | { kind: 'close' }
  /** Run a proposer with `recoveryConfig`, then commit what it decides. */
  | { kind: 'run' };

/** What to do about a store that asks for `generation`. */
export const planRecovery = (ledger: Ledger, generation: number): RecoveryPlan => {
  if (ledger.row?.generation === generation || ledger.aborted.includes(generation)) return { kind: 'tell' };
  // While a move is under way its old row is still read; before the first row exists, a closed generation is nobody's.
  if (generation <= ledger.closedThrough) return { kind: 'close' };
  return { kind: 'run' };
};

/** A recovery brings no value of its own: it adopts what may be chosen, saves what was voted for if it can, else proposes ABORT. */
export const recoveryConfig = (grant: Grant, proposerId: string, seed: number): ProposerConfig => ({
  grant,
  proposerId,
  own: null,
  hasBytes: false,
  seed,
});
