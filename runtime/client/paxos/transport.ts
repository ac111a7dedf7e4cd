/**
 * How a proposer reaches the stores. A store's NACK is an answer like any other; a call rejects only when no answer came (the loop treats
 * that as silence and asks again). Calls end early when `signal` aborts, and those that carry bytes must end by themselves in a time that
 * suits their size: the loop takes them for slow, not for silent, until they do.
 */
import type {
  AcceptHeader, AcceptorStatus, AcceptReply, Grant, GrantStore, Learned, LearnRequest, Piece, PrepareReply, PrepareRequest, StageHeader, StageReply,
} from '../../contract/paxos.ts';

export interface PaxosTransport {
  prepare(store: GrantStore, request: PrepareRequest, signal: AbortSignal): Promise<PrepareReply>;
  stage(store: GrantStore, header: StageHeader, bytes: Uint8Array, signal: AbortSignal): Promise<StageReply>;
  /** `bytes` are those of `header.piece`, null when it is null. */
  accept(store: GrantStore, header: AcceptHeader, bytes: Uint8Array | null, signal: AbortSignal): Promise<AcceptReply>;
  learn(store: GrantStore, request: LearnRequest, signal: AbortSignal): Promise<Learned>;
  /** The acceptor's public state; null when the store has never seen the instance. */
  status(store: GrantStore, grant: Grant, signal: AbortSignal): Promise<AcceptorStatus | null>;
  /** The piece's bytes as the store gives them, not yet verified; null when it has none. */
  read(store: GrantStore, grant: Grant, piece: Piece, signal: AbortSignal): Promise<Uint8Array | null>;
}

/** One timer that the loop restarts; a test can drive it by hand. */
export interface LoopTimers {
  set(callback: () => void, delayMs: number): () => void;
}

export const systemTimers: LoopTimers = {
  set(callback, delayMs) {
    const handle = setTimeout(callback, delayMs);
    return () => clearTimeout(handle);
  },
};
