/** Values and the pieces of them that single stores hold. */
import type { Piece, PlacedValue, Value } from '../../contract/paxos.ts';

export const ABORT: Value = Object.freeze({ kind: 'ABORT' });
export const DELETED: Value = Object.freeze({ kind: 'DELETED' });

export const sameValue = (a: Value, b: Value): boolean => a === b || (a.kind === b.kind && (a.kind !== 'PLACED' || samePlaced(a, b as PlacedValue)));

const samePlaced = (a: PlacedValue, b: PlacedValue): boolean =>
  a.sha256 === b.sha256 &&
  a.size_bytes === b.size_bytes &&
  a.fragment_sha256.length === b.fragment_sha256.length &&
  a.fragment_sha256.every((sha256, index) => sha256 === b.fragment_sha256[index]);

export const isErasureCoded = (value: PlacedValue): boolean => value.fragment_sha256.length > 0;

/** What the grant's store number `storeIndex` must hold of `value`: its own fragment, or the whole chunk. */
export const pieceFor = (value: PlacedValue, storeIndex: number): Piece =>
  isErasureCoded(value) ? { index: storeIndex, sha256: value.fragment_sha256[storeIndex] ?? '' } : { index: 0, sha256: value.sha256 };

export const isPieceFor = (piece: Piece, value: PlacedValue, storeIndex: number): boolean =>
  isErasureCoded(value)
    ? piece.index === storeIndex && piece.sha256 === value.fragment_sha256[storeIndex]
    : piece.index === 0 && piece.sha256 === value.sha256;

export const holdsPieceFor = (held: readonly Piece[], value: PlacedValue, storeIndex: number): boolean => {
  for (let index = 0; index < held.length; index += 1) if (isPieceFor(held[index]!, value, storeIndex)) return true;
  return false;
};

/** Whether the value fits the grant: a fragment for every store of an erasure-coded grant, none for a replicated one. */
export const fitsGrant = (value: Value, storeCount: number, dataCount: number): boolean =>
  value.kind !== 'PLACED' || value.fragment_sha256.length === (dataCount > 1 ? storeCount : 0);
