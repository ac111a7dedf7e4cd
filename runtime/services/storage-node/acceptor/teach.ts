/** LEARN: what was chosen, from the metadata service to this store's instances, one by one or many at once. */
import { parseInstanceKey } from '../../../contract/ids.ts';
import type { Grant, LearnRequest, Value } from '../../../contract/paxos.ts';
import type { BriefLearn, LearnBatchReply } from '../../../contract/wire/storage-node.ts';
import { storeIndexOf } from '../../../core/chunkpaxos/quorum.ts';
import { pieceFor } from '../../../core/chunkpaxos/value.ts';
import { locatePiece } from '../content.ts';
import type { Store } from '../engine/types.ts';
import type { ChunkBook } from './book.ts';
import type { AcceptorShell, ShellReply } from './shell.ts';
import type { Verifier } from './verify.ts';

/** Steps the instance of a verified LEARN, then closes what it closes. */
export const teach = async (shell: AcceptorShell, request: LearnRequest): Promise<ShellReply> => {
  const { grant, closed_through: closedThrough } = request;
  const learned = await shell.request(grant, { type: 'LEARN', ...request });
  if (closedThrough >= 0) await shell.closeThrough(grant.chunk_id, closedThrough);
  return learned;
};

/**
 * Steps all of them side by side, so that they share the log's groups. Positions of the batch: `untold` were not taken, because this store
 * has no such grant, or the LEARN is not genuine, or its record failed (sent alone, such a one is answered with the reason); of `held`
 * the chosen bytes are here.
 */
export const teachMany = async (
  { store, book, shell, verifier }: { store: Store; book: ChunkBook; shell: AcceptorShell; verifier: Verifier },
  learns: readonly BriefLearn[],
): Promise<Pick<LearnBatchReply, 'untold' | 'held'>> => {
  const holds = (grant: Grant, value: Value | null): boolean =>
    value?.kind === 'PLACED' && locatePiece(store, { grant }, pieceFor(value, storeIndexOf(grant, store.uuid))).kind === 'good';

  const tell = async ({ instance, grant_mac: grantMac, ...rest }: BriefLearn): Promise<'untold' | 'told' | 'held'> => {
    const key = parseInstanceKey(instance);
    const { record } = key ? await book.look(key.chunkId) : {};
    // Held grants were checked when they came, so an equal MAC names one that is genuine.
    const state = [...(record?.states.values() ?? [])].find(({ grant }) => grant.mac === grantMac && grant.generation === key!.generation);
    if (!state) return 'untold';
    const request: LearnRequest = { grant: state.grant, ...rest };
    verifier.checkLearn(request);
    await teach(shell, request);
    return holds(state.grant, rest.value) ? 'held' : 'told';
  };
  const outcomes = await Promise.all(learns.map((learn) => tell(learn).catch(() => 'untold')));
  const positionsOf = (wanted: string): number[] => outcomes.flatMap((outcome, index) => (outcome === wanted ? [index] : []));
  return { untold: positionsOf('untold'), held: positionsOf('held') };
};
