/**
 * Where the bytes of an id lie, and which bytes an id stands for.
 *
 *   plain PUT of `id`                  record (chunk, `id`)
 *   piece of an instance of `chunkId`  record (chunk or fragment, `chunkId/<sha256>`), shared by all generations
 *
 * A plain PUT counts as staged for every instance of its chunk, so bytes are looked for in both places.
 */
import { formatBallot, type Piece } from '../../contract/paxos.ts';
import { fragmentIdOf } from '../../contract/ids.ts';
import type { AcceptorState } from '../../core/chunkpaxos/acceptor.ts';
import type { RecordKind, Store, StoreStat } from './engine/types.ts';

/** What a request names: a chunk, or one fragment of it. */
export interface ContentId {
  /** As it came. */
  id: string;
  chunkId: string;
  /** Undefined for the whole chunk. */
  fragmentIndex?: number;
}

const FRAGMENT_PATTERN = /^(.+)-frag-(0|[1-9][0-9]?)$/;

/** The id must be valid already. */
export const contentIdOf = (id: string): ContentId => {
  const match = FRAGMENT_PATTERN.exec(id);
  return match ? { id, chunkId: match[1]!, fragmentIndex: Number(match[2]) } : { id, chunkId: id };
};

export const pieceKeyOf = (chunkId: string, sha256: string): string => `${chunkId}/${sha256}`;
export const pieceKindOf = (state: Pick<AcceptorState, 'grant'>): 'chunk' | 'fragment' => (state.grant.k > 1 ? 'fragment' : 'chunk');

/** Good bytes, known damage (with what the bytes were), or nothing. */
export type Located = { kind: 'good'; stat: StoreStat } | { kind: 'damaged'; sha256: string | undefined } | { kind: 'missing' };

const MISSING: Located = { kind: 'missing' };

export const locatePiece = (store: Store, state: Pick<AcceptorState, 'grant'>, piece: Piece): Located => {
  const { chunk_id: chunkId } = state.grant;
  const kind = pieceKindOf(state);
  const key = pieceKeyOf(chunkId, piece.sha256);
  const stat = store.stat(kind, key);
  if (stat) return { kind: 'good', stat };
  const put = locatePut(store, kind === 'chunk' ? chunkId : fragmentIdOf(chunkId, piece.index));
  if (put.kind === 'good' && put.stat.sha256 === piece.sha256) return put;
  if (put.kind === 'damaged' && put.sha256 === piece.sha256) return put;
  return store.isQuarantined(kind, key) ? { kind: 'damaged', sha256: piece.sha256 } : MISSING;
};

export const locatePut = (store: Store, id: string): Located => {
  const stat = store.stat('chunk', id);
  if (stat) return { kind: 'good', stat };
  if (!store.isQuarantined('chunk', id)) return MISSING;
  return { kind: 'damaged', sha256: store.quarantined().find((damage) => damage.kind === 'chunk' && damage.key === id)?.sha256 };
};

/** One content that an id may stand for. */
export interface Candidate {
  state: AcceptorState;
  piece: Piece;
}

export interface Standing {
  level: 'committed' | 'accepted' | 'staged' | 'none';
  /** In the order in which they are tried; a committed or accepted one is what the id stands for, whether its bytes are here or not. */
  candidates: Candidate[];
}

const newestFirst = (a: AcceptorState, b: AcceptorState): number =>
  b.grant.generation - a.grant.generation || b.grant.grant_seq - a.grant.grant_seq;

const pieceOf = (state: AcceptorState, value: AcceptorState['chosen'], { fragmentIndex }: ContentId): Piece | undefined => {
  if (value?.kind !== 'PLACED') return undefined;
  if (fragmentIndex === undefined) return state.grant.k === 1 ? { index: 0, sha256: value.sha256 } : undefined;
  const sha256 = value.fragment_sha256[fragmentIndex];
  return sha256 === undefined ? undefined : { index: fragmentIndex, sha256 };
};

/** What the instances say about an id: the committed content, else the accepted, else the staged. `generation` looks at that one only. */
export const standingOf = (states: Iterable<AcceptorState>, wanted: ContentId, generation?: number): Standing => {
  const sorted = [...states].filter((state) => generation === undefined || state.grant.generation === generation).sort(newestFirst);
  const chosen = sorted.filter((state) => state.chosen && state.chosen.kind !== 'ABORT');
  if (chosen.length > 0) {
    // DELETED has no bytes, and what stood there before must not show through it.
    if (chosen[0]!.chosen!.kind === 'DELETED') return { level: 'committed', candidates: [] };
    return { level: 'committed', candidates: candidatesOf(chosen, (state) => [pieceOf(state, state.chosen, wanted)]) };
  }
  const open = sorted.filter((state) => !state.chosen && !state.closed);
  const accepted = open.filter((state) => state.accepted?.value.kind === 'PLACED');
  if (accepted.length > 0) {
    return { level: 'accepted', candidates: candidatesOf(accepted, (state) => [pieceOf(state, state.accepted!.value, wanted)]) };
  }
  const wantedIndex = wanted.fragmentIndex ?? 0;
  const isOfWantedShape = ({ grant }: AcceptorState): boolean => grant.k > 1 === (wanted.fragmentIndex !== undefined);
  const staged = candidatesOf(open.filter(isOfWantedShape), ({ held }) => held.filter((piece) => piece.index === wantedIndex).reverse());
  return staged.length > 0 ? { level: 'staged', candidates: staged } : { level: 'none', candidates: [] };
};

const candidatesOf = (states: AcceptorState[], piecesOf: (state: AcceptorState) => (Piece | undefined)[]): Candidate[] =>
  states.flatMap((state) => piecesOf(state).flatMap((piece) => (piece ? [{ state, piece }] : [])));

/** What a read of an id is answered with. */
export interface Serving {
  kind: RecordKind;
  key: string;
  stat: StoreStat;
  /** `round.proposerId` of the vote, when there is one. */
  ballot: string | undefined;
}

/** `damaged` when the bytes were here and are not good any more. */
export const servingOf = (
  store: Store,
  states: Iterable<AcceptorState>,
  wanted: ContentId,
  generation?: number,
): Serving | 'damaged' | undefined => {
  const { level, candidates } = standingOf(states, wanted, generation);
  let isDamaged = false;
  for (const { state, piece } of candidates) {
    const located = locatePiece(store, state, piece);
    if (located.kind === 'good') return serve(located.stat, state.accepted ? formatBallot(state.accepted.ballot) : undefined);
    isDamaged ||= located.kind === 'damaged';
  }
  // A plain PUT shows only where no vote or decision says what the id stands for, and it is of no generation.
  if ((level === 'none' || level === 'staged') && generation === undefined) {
    const put = locatePut(store, wanted.id);
    if (put.kind === 'good') return serve(put.stat, undefined);
    isDamaged ||= put.kind === 'damaged';
  }
  return isDamaged ? 'damaged' : undefined;
};

const serve = (stat: StoreStat, ballot: string | undefined): Serving => ({ kind: stat.kind, key: stat.key, stat, ballot });
