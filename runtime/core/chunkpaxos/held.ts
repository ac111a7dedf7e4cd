/** The pieces that one store keeps for one instance: few, and never without those that a vote or a decision names. */
import { HELD_PIECES_MAX } from '../../contract/paxos.ts';
import type { Piece, Value } from '../../contract/paxos.ts';
import type { AcceptorState } from './acceptor.ts';
import type { Rules } from './rules.ts';
import { isPieceFor } from './value.ts';

export const holdsPiece = (held: readonly Piece[], piece: Piece): boolean => {
  for (let index = 0; index < held.length; index += 1) if (held[index]!.index === piece.index && held[index]!.sha256 === piece.sha256) return true;
  return false;
};

export const withoutPiece = (held: readonly Piece[], piece: Piece | null): readonly Piece[] => (piece ? held.filter((other) => other !== piece) : held);

export const isPieceOf = (piece: Piece, value: Value | null, storeIndex: number): boolean =>
  value !== null && value.kind === 'PLACED' && isPieceFor(piece, value, storeIndex);

/**
 * The oldest piece that nothing needs, once the store is full; null while there is room. `next` is the value about to be voted for. Of
 * HELD_PIECES_MAX pieces at most three are needed (voted, chosen, next), so a full store always finds one.
 */
export const evictee = (state: AcceptorState, storeIndex: number, next: Value | null, rules: Rules): Piece | null => {
  if (state.held.length < HELD_PIECES_MAX) return null;
  const isNeeded = (piece: Piece): boolean =>
    isPieceOf(piece, state.accepted?.value ?? null, storeIndex) || isPieceOf(piece, state.chosen, storeIndex) || isPieceOf(piece, next, storeIndex);
  return state.held.find((piece) => !rules.votedBytesAreKept || !isNeeded(piece)) ?? null;
};
