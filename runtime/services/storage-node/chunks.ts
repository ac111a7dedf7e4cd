/** What may be done to a chunk by its id: find it, put it, delete it. The rules of WIRE, apart from HTTP. */
import { VStackError } from '../../contract/errors.ts';
import type { AcceptorState } from '../../core/chunkpaxos/acceptor.ts';
import type { ChunkBook, BookEntry } from './acceptor/book.ts';
import { contentIdOf, locatePiece, locatePut, pieceKeyOf, pieceKindOf, servingOf, standingOf, type ContentId, type Serving } from './content.ts';
import type { Store, StoreWrite } from './engine/types.ts';

export interface Chunks {
  /** Throws `not_found`, or `corrupt` when the bytes were here and are damaged. */
  find(id: string, generation?: number): Promise<Serving>;
  /** Resolves when the bytes are durable: true when they are new here. Throws `conflict` when the id stands for other bytes. */
  put(id: string, bytes: Uint8Array, sha256: string): Promise<boolean>;
  /** Throws `not_found`, and `chunk_in_use` while a vote or a decision names the bytes, unless forced. */
  remove(id: string, options: { isForced: boolean }): Promise<void>;
}

export const createChunks = (store: Store, book: ChunkBook, wallMs: () => number): Chunks => {
  const damaged = (id: string): VStackError =>
    new VStackError('corrupt', `The bytes of ${id} are damaged on this node. Read them from another; putting them again heals.`);

  const serve = (entry: BookEntry, wanted: ContentId, generation: number | undefined): Serving => {
    if (entry.isDamaged) throw damaged(wanted.id);
    const serving = servingOf(store, entry.record.states.values(), wanted, generation);
    if (serving === 'damaged') throw damaged(wanted.id);
    if (!serving) {
      throw new VStackError('not_found', `This node has no chunk ${wanted.id}${generation === undefined ? '' : ` of generation ${generation}`}.`);
    }
    return serving;
  };

  const putTask = async (entry: BookEntry, wanted: ContentId, bytes: Uint8Array, sha256: string): Promise<boolean> => {
    const { id } = wanted;
    const conflict = (standing: string): VStackError =>
      new VStackError('conflict', `${id} stands for the bytes ${standing}; these are ${sha256}. A chunk never changes: use another id.`);
    if (entry.isDamaged) throw damaged(id);
    const { level, candidates } = standingOf(entry.record.states.values(), wanted);
    const same = candidates.find(({ piece }) => piece.sha256 === sha256);
    if (same) {
      if (locatePiece(store, same.state, same.piece).kind === 'good') return false;
      await store.commit([{ kind: pieceKindOf(same.state), key: pieceKeyOf(wanted.chunkId, sha256), bytes, sha256 }]);
      return true;
    }
    if (level !== 'none') throw conflict(candidates[0]?.piece.sha256 ?? 'of a deleted or erasure-coded chunk');
    const put = locatePut(store, id);
    if (put.kind === 'good') {
      if (put.stat.sha256 !== sha256) throw conflict(put.stat.sha256);
      return false;
    }
    if (put.kind === 'damaged' && put.sha256 !== undefined && put.sha256 !== sha256) throw conflict(put.sha256);
    await store.commit([{ kind: 'chunk', key: id, bytes, sha256 }]);
    return true;
  };

  /** Whether this node promised to keep bytes of this instance. */
  const isNamed = ({ accepted, chosen, closed }: AcceptorState): boolean =>
    !closed && (chosen ? chosen.kind === 'PLACED' : accepted?.value.kind === 'PLACED');

  const removeTask = async (entry: BookEntry, wanted: ContentId, isForced: boolean): Promise<void> => {
    const states = [...entry.record.states.values()];
    const bytes: StoreWrite[] = [];
    for (const state of states) {
      for (const piece of state.held) bytes.push({ kind: pieceKindOf(state), key: pieceKeyOf(wanted.chunkId, piece.sha256), deleted: true });
    }
    if (locatePut(store, wanted.id).kind !== 'missing') bytes.push({ kind: 'chunk', key: wanted.id, deleted: true });
    if (bytes.length === 0 && states.length === 0) throw new VStackError('not_found', `This node has no chunk ${wanted.id}.`);
    if (!isForced && states.some(isNamed)) {
      throw new VStackError('chunk_in_use', `${wanted.id} is part of a placement. Delete its video, or let the metadata service force it.`);
    }
    if (states.length === 0) return store.commit(bytes);
    // What was voted is kept as long as a grant is valid: forgetting a vote could undo a decision.
    const isExpired = states.every((state) => state.grant.not_after * 1000 <= wallMs());
    if (isForced && isExpired) return book.drop(entry, bytes);
    const emptied = new Map([...entry.record.states].map(([instance, state]) => [instance, { ...state, held: [], closed: state.closed || isForced }]));
    return book.save(entry, { ...entry.record, states: emptied, ...(isForced && { deleted: true }) }, bytes);
  };

  return {
    async find(id, generation) {
      const wanted = contentIdOf(id);
      return serve(book.peek(wanted.chunkId) ?? (await book.look(wanted.chunkId)), wanted, generation);
    },
    put(id, bytes, sha256) {
      const wanted = contentIdOf(id);
      return book.change(wanted.chunkId, (entry) => putTask(entry, wanted, bytes, sha256));
    },
    remove(id, { isForced }) {
      const wanted = contentIdOf(id);
      return book.change(wanted.chunkId, (entry) => removeTask(entry, wanted, isForced));
    },
  };
};
