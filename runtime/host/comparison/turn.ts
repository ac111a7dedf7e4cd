/** One at a time: a comparison, a demo and whoever else needs the whole network to itself. */
import { VStackError } from '../../contract/errors.ts';

export interface Turn {
  /** Who has it, in words for people; null: nobody. */
  holder(): string | null;
  /** Returns how to give it back. @throws VStackError already_running while somebody has it */
  take(holder: string): () => void;
}

export const createTurn = (): Turn => {
  let holder: string | null = null;
  return {
    holder: () => holder,
    take(next) {
      if (holder !== null) throw new VStackError('already_running', `${holder} runs already. Stop it first; two at once would share the links of the nodes.`);
      holder = next;
      return () => {
        holder = null;
      };
    },
  };
};
