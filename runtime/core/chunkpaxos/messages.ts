/**
 * What goes in and out of the cores. Requests and replies are the contract's, so that a shell passes them on as they came; the cores
 * add the inputs that come from no peer (timers, fetched bytes). Two things are the shells' alone and are settled before a message is fed:
 *
 *   - grants and LEARNs carry a valid MAC, and a grant is not expired (a LEARN's may be);
 *   - attached bytes match the `sha256` of the piece that names them.
 *
 * An ACK leaves the core without its MAC; the storage node adds it. A certificate's MACs are checked before its acks are fed.
 */
import type {
  AcceptHeader, Ack, Chosen, Grant, Learned, LearnRequest, Nack, PrepareRequest, PromiseReply, StageHeader, Staged, Value,
} from '../../contract/paxos.ts';

export type Prepare = { type: 'PREPARE' } & PrepareRequest;
export type Stage = { type: 'STAGE' } & StageHeader;
export type Accept = { type: 'ACCEPT' } & AcceptHeader;
export type Learn = { type: 'LEARN'; grant: Grant; value: Value | null } & Partial<Omit<LearnRequest, 'grant' | 'value'>>;

/** A later LEARN closed this generation: its bytes are no longer read. */
export interface Close {
  type: 'CLOSE';
}
export interface AcceptorTimer {
  type: 'TIMER';
  timer: AcceptorTimerName;
}
export type AcceptorTimerName = 'recover' | 'collect';

/** What a proposer asks of a store. */
export type Request = Prepare | Stage | Accept;
export type AcceptorInput = Request | Learn | Close | AcceptorTimer;

export type AckBody = Omit<Ack, 'mac'>;
export type Reply = PromiseReply | Chosen | Staged | AckBody | Nack | Learned;

export type ProposerInput =
  | { type: 'START' }
  | { type: 'TIMER' }
  | Exclude<Reply, Learned>
  /** The bytes of an adopted value are here, or nobody in reach could give them. */
  | { type: 'BYTES'; value: Value }
  | { type: 'NO_BYTES'; value: Value };

/** Names an instance across rebuilds of the metadata database. */
export const instanceIdOf = (grant: Pick<Grant, 'incarnation' | 'chunk_id' | 'generation'>): string =>
  `${grant.incarnation}/${grant.chunk_id}.g${grant.generation}`;
