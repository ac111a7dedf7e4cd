/**
 * What a core asks its shell to do, in this order, one step's effects before the next step's input:
 *
 *   storeBytes, persist   append to the log; both of one step go into one group, bytes first, and need one sync
 *   send                  with `afterPersist`, only once everything appended so far for this instance is durable
 *   dropBytes             once everything appended so far is durable
 *   setTimer              (re)starts the timer of that name
 *   emit                  tells observers; changes nothing
 */
import type { Ballot, Piece, Value } from '../../contract/paxos.ts';
import type { AcceptorState } from './acceptor.ts';
import type { AcceptorTimerName, Reply, Request } from './messages.ts';

export type AcceptorEffect =
  | { kind: 'storeBytes'; piece: Piece }
  | { kind: 'persist'; record: AcceptorState }
  | { kind: 'dropBytes'; piece: Piece }
  /** The answer to the request being stepped. */
  | { kind: 'send'; message: Reply; afterPersist: boolean }
  | { kind: 'setTimer'; timer: AcceptorTimerName; delayMs: number }
  | { kind: 'emit'; event: AcceptorEvent };

/**
 * `recover`: ask the metadata service to finish this instance. `equivocation`: a proposer named two values at one ballot.
 * `disagreement`: a LEARN contradicts what was learned before. The last two are alarms: they never happen while everyone keeps the rules.
 */
export type AcceptorEvent = 'recover' | 'equivocation' | 'disagreement';

export type ProposerEffect =
  | { kind: 'send'; to: number; message: Request }
  /** One timer only: setting it replaces the one before. */
  | { kind: 'setTimer'; delayMs: number }
  /** Get the bytes of an adopted value from stores in `sources` (a mask; 0 when none is known to hold them), then feed BYTES or NO_BYTES. */
  | { kind: 'fetch'; value: Value; sources: number }
  /** The instance is decided. `learned`: a store said so, hence the metadata service already knows and there is no certificate. */
  | { kind: 'decide'; value: Value; ballot: Ballot; learned: boolean }
  /** Nothing is left to do; `holders` is the mask of stores known to hold their piece. */
  | { kind: 'finish'; holders: number }
  | { kind: 'giveUp' }
  | { kind: 'emit'; event: ProposerEvent };

export type ProposerEvent = 'adopt' | 'free' | 'preempted';
