/**
 * The durable acceptor: the pure core of runtime/core/chunkpaxos with a log beneath it. One request is one task of its chunk:
 *
 *   verified request → step → storeBytes + persist in one group, one sync → reply (ACKs get their MAC) → dropBytes, timers
 *
 * The core believes what its state says it holds. Bytes can rot or be put by a plain PUT, so before each step the state's `held` is made
 * to say what the store really has.
 */
import { HELD_PIECES_MAX, type Ack, type Grant, type Piece, type Value } from '../../../contract/paxos.ts';
import { VStackError } from '../../../contract/errors.ts';
import { fragmentIdOf, instanceKeyOf } from '../../../contract/ids.ts';
import { createAcceptor, mustAbstain, stepAcceptor, type Acceptor, type AcceptorState } from '../../../core/chunkpaxos/acceptor.ts';
import type { AcceptorEffect, AcceptorEvent } from '../../../core/chunkpaxos/effects.ts';
import { instanceIdOf, type AcceptorInput, type AcceptorTimerName, type Reply } from '../../../core/chunkpaxos/messages.ts';
import { pieceFor } from '../../../core/chunkpaxos/value.ts';
import type { Logger } from '../../../platform/log.ts';
import { locatePiece, locatePut, pieceKeyOf, pieceKindOf } from '../content.ts';
import type { Store, StoreWrite } from '../engine/types.ts';
import type { BookEntry, ChunkBook } from './book.ts';
import type { DamageWatch } from './damage.ts';
import type { ChunkRecord } from './record.ts';
import type { Timers } from './timers.ts';
import type { Verifier } from './verify.ts';

/** What the shell answers: the core's reply, with the ACK's MAC. */
export type ShellReply = Exclude<Reply, { type: 'ACK' }> | Ack;

export interface Attached {
  piece: Piece;
  /** Match the piece's hash: whoever attaches them has checked. */
  bytes: Uint8Array;
}

export interface AcceptorShell {
  /** Steps the instance of a verified grant. Resolves when the reply may be sent. */
  request(grant: Grant, input: AcceptorInput, attached?: Attached): Promise<ShellReply>;
  /** Closes every generation of the chunk up to this one, in the grant's incarnation and earlier ones. */
  closeThrough(chunkId: string, generation: number): Promise<void>;
  /** Arms the timers of an instance that was found in the log at the start. */
  rearm(state: AcceptorState): void;
}

export interface ShellOptions {
  store: Store;
  book: ChunkBook;
  damage: DamageWatch;
  verifier: Verifier;
  timers: Timers;
  log: Logger;
  /** Asks the metadata service to decide an instance whose proposer seems dead. */
  onRecover(grant: Grant): void;
  onEvent?(event: AcceptorEvent, instance: string): void;
}

/** How soon after a start open votes are looked after: soon, but not in the rush of everybody's start. */
const REARM_AFTER_MS = 5_000;

export const createAcceptorShell = ({ store, book, damage, verifier, timers, log, onRecover, onEvent }: ShellOptions): AcceptorShell => {
  /** The state's `held`, corrected to what can really be read. */
  const trueHeld = (state: AcceptorState, storeIndex: number): readonly Piece[] => {
    const isHere = (piece: Piece): boolean => locatePiece(store, state, piece).kind === 'good';
    const held = state.held.filter(isHere);
    const has = (piece: Piece): boolean => held.some(({ index, sha256 }) => index === piece.index && sha256 === piece.sha256);
    const voted = storeIndex < 0 ? [] : [state.chosen, state.accepted?.value];
    const wanted: Piece[] = voted.flatMap((value) => (value?.kind === 'PLACED' ? [pieceFor(value, storeIndex)] : []));
    const put = storeIndex < 0 ? undefined : locatePut(store, putIdOf(state.grant, storeIndex));
    if (put?.kind === 'good') wanted.push({ index: state.grant.k > 1 ? storeIndex : 0, sha256: put.stat.sha256 });
    for (const piece of wanted) if (held.length < HELD_PIECES_MAX && !has(piece) && isHere(piece)) held.push(piece);
    const isSame = held.length === state.held.length && held.every((piece, index) => piece === state.held[index]);
    return isSame ? state.held : held;
  };

  const openAcceptor = (entry: BookEntry, grant: Grant): Acceptor => {
    const state = entry.record.states.get(instanceIdOf(grant));
    const acceptor = createAcceptor({ grant, storeUuid: store.uuid, ...(state && { state }) });
    const held = trueHeld(acceptor.state, acceptor.storeIndex);
    if (held !== acceptor.state.held) acceptor.state = { ...acceptor.state, held };
    const abstains = mustAbstain(acceptor.state, acceptor.storeIndex, damage.lostThrough(grant, entry.record.lost, entry.isDamaged));
    return abstains ? createAcceptor({ grant, storeUuid: store.uuid, state: acceptor.state, abstains }) : acceptor;
  };

  const arm = (state: AcceptorState, timer: AcceptorTimerName, delayMs: number): void => {
    if (timer === 'collect' && !state.closed && state.held.length <= 1) return; // What was chosen stays; there is nothing to collect.
    const { grant } = state;
    timers.set(`${timer} ${instanceIdOf(grant)}`, delayMs, () => {
      book
        .change(grant.chunk_id, (entry) => step(entry, grant, { type: 'TIMER', timer }))
        .catch((error: unknown) => log.warn({ err: error, instance: instanceIdOf(grant) }, `the ${timer} timer of an instance failed`));
    });
  };

  /** Bytes that no other instance of the chunk needs. */
  const dropsOf = (record: ChunkRecord, grant: Grant, dropped: readonly Piece[]): StoreWrite[] =>
    dropped
      .filter((piece) => ![...record.states.values()].some((state) => state.held.some((held) => held.sha256 === piece.sha256)))
      .map((piece): StoreWrite => ({ kind: pieceKindOf({ grant }), key: pieceKeyOf(grant.chunk_id, piece.sha256), deleted: true }));

  /**
   * A PLACED value of one piece says how long its bytes are, and a vote for a wrong length could never be served. A fragment's length
   * follows from the code, which this layer does not know.
   */
  const checkLength = (state: AcceptorState, value: Value, attached: Attached | undefined): void => {
    if (value.kind !== 'PLACED' || state.grant.k !== 1) return;
    const located = attached ? undefined : locatePiece(store, state, pieceFor(value, 0));
    const sizeBytes = attached ? attached.bytes.length : located?.kind === 'good' ? located.stat.sizeBytes : undefined;
    if (sizeBytes === undefined || sizeBytes === value.size_bytes) return;
    const where = attached ? 'were attached' : 'are held here under this SHA-256';
    throw new VStackError('checksum_mismatch', `The value names ${value.size_bytes} bytes; ${sizeBytes} ${where}.`);
  };

  const step = async (entry: BookEntry, grant: Grant, input: AcceptorInput, attached?: Attached): Promise<ShellReply | undefined> => {
    const acceptor = openAcceptor(entry, grant);
    if (input.type === 'ACCEPT') checkLength(acceptor.state, input.value, attached);
    const effects = stepAcceptor(acceptor, input);
    const reply = effects.find((effect) => effect.kind === 'send')?.message;
    const bytes = bytesToStore(acceptor.state, effects, reply, attached);
    const isChanged = effects.some((effect) => effect.kind === 'persist');
    if (isChanged || bytes.length > 0) {
      // A chunk whose record was damaged starts a new one, which says up to which grant the old one is forgotten.
      const lost = entry.isDamaged ? damage.current : entry.record.lost;
      if (entry.isDamaged && !lost) {
        throw new VStackError('unavailable', `The record of ${entry.chunkId} is damaged; it is replaced once the metadata service was heard.`);
      }
      const states = new Map(entry.record.states).set(instanceIdOf(grant), acceptor.state);
      await book.save(entry, { states, ...(lost && { lost }), ...(entry.record.deleted && { deleted: true }) }, bytes);
    }
    afterwards(entry, acceptor, effects);
    return reply?.type === 'ACK' ? { ...reply, mac: verifier.ackMac(grant, reply.ballot, reply.value) } : reply;
  };

  /** What the core asks to store; and bytes that rotted here and were brought again although the vote already stands. */
  const bytesToStore = (
    state: AcceptorState,
    effects: readonly AcceptorEffect[],
    reply: Reply | undefined,
    attached: Attached | undefined,
  ): StoreWrite[] => {
    if (!attached || (reply?.type !== 'ACK' && reply?.type !== 'STAGED')) return [];
    const isAsked = effects.some((effect) => effect.kind === 'storeBytes');
    if (!isAsked && locatePiece(store, state, attached.piece).kind === 'good') return [];
    const { piece, bytes } = attached;
    return [{ kind: pieceKindOf(state), key: pieceKeyOf(state.grant.chunk_id, piece.sha256), bytes, sha256: piece.sha256 }];
  };

  const afterwards = (entry: BookEntry, { state }: Acceptor, effects: readonly AcceptorEffect[]): void => {
    const { grant } = state;
    const dropped = effects.flatMap((effect) => (effect.kind === 'dropBytes' ? [effect.piece] : []));
    const drops = dropped.length > 0 ? dropsOf(entry.record, grant, dropped) : [];
    if (drops.length > 0) store.commit(drops).catch((error: unknown) => log.warn({ err: error }, 'old bytes could not be dropped'));
    // What is decided needs no recovery; thousands of timers that would find that out are spared.
    if (state.chosen || state.closed) timers.cancel(`recover ${instanceIdOf(grant)}`);
    for (const effect of effects) {
      if (effect.kind === 'setTimer') arm(state, effect.timer, effect.delayMs);
      if (effect.kind === 'emit') report(effect.event, grant);
    }
  };

  const report = (event: AcceptorEvent, grant: Grant): void => {
    const instance = instanceKeyOf(grant.chunk_id, grant.generation);
    onEvent?.(event, instance);
    if (event === 'recover') onRecover(grant);
    else log.error({ instance }, `${event}: somebody does not keep the rules of ChunkPaxos`);
  };

  return {
    async request(grant, input, attached) {
      const reply = await book.change(grant.chunk_id, (entry) => step(entry, grant, input, attached));
      if (!reply) throw new VStackError('internal', `The acceptor of ${instanceKeyOf(grant.chunk_id, grant.generation)} gave no answer.`);
      return reply;
    },
    closeThrough: (chunkId, generation) =>
      book.change(chunkId, async (entry) => {
        for (const state of [...entry.record.states.values()]) {
          if (state.grant.generation <= generation && !state.closed) await step(entry, state.grant, { type: 'CLOSE' });
        }
      }),
    rearm(state) {
      if (state.accepted && !state.chosen && !state.closed) arm(state, 'recover', REARM_AFTER_MS);
      else if (state.closed ? state.held.length > 0 : state.chosen && state.held.length > 1) arm(state, 'collect', REARM_AFTER_MS);
    },
  };
};

/** The id under which a classic client puts what this store is to hold. */
const putIdOf = (grant: Grant, storeIndex: number): string => (grant.k > 1 ? fragmentIdOf(grant.chunk_id, storeIndex) : grant.chunk_id);
