/** LEARN: what was chosen, from the metadata service to this store's instances, one by one or many at once. */
import { parseInstanceKey } from '../../../contract/ids.ts';
import type { LearnRequest } from '../../../contract/paxos.ts';
import type { BriefLearn } from '../../../contract/wire/storage-node.ts';
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
 * Steps all of them side by side, so that they share the log's groups. Resolves with the positions of those that were not taken: this
 * store has no such grant, or the LEARN is not genuine, or its record failed. Sent alone, such a one is answered with the reason.
 */
export const teachMany = async (
  { book, shell, verifier }: { book: ChunkBook; shell: AcceptorShell; verifier: Verifier },
  learns: readonly BriefLearn[],
): Promise<number[]> => {
  const tell = async ({ instance, grant_mac: grantMac, ...rest }: BriefLearn): Promise<boolean> => {
    const key = parseInstanceKey(instance);
    const { record } = key ? await book.look(key.chunkId) : {};
    // Held grants were checked when they came, so an equal MAC names one that is genuine.
    const state = [...(record?.states.values() ?? [])].find(({ grant }) => grant.mac === grantMac && grant.generation === key!.generation);
    if (!state) return false;
    const request: LearnRequest = { grant: state.grant, ...rest };
    verifier.checkLearn(request);
    await teach(shell, request);
    return true;
  };
  const told = await Promise.all(learns.map((learn) => tell(learn).catch(() => false)));
  return told.flatMap((isTold, index) => (isTold ? [] : [index]));
};
