/**
 * What an undisturbed decision costs, counted on the real cores: messages until the proposer may send COMMIT with all N answers in,
 * round trips, and syncs per acceptor (a step that persists is one group, hence one sync).
 */
import { createAcceptor, stepAcceptor } from '../../core/chunkpaxos/acceptor.ts';
import type { ProposerInput, Request } from '../../core/chunkpaxos/messages.ts';
import { createProposer, stepProposer } from '../../core/chunkpaxos/proposer.ts';
import { grantOf, PROPOSER_IDS, VALUES } from './fixtures.ts';
import { SHAPES } from './options.ts';

export interface DecisionCost {
  shape: string;
  storeCount: number;
  path: 'fast' | 'classic';
  messages: number;
  roundTrips: number;
  syncsPerAcceptor: number;
}

/** Everything of one direction arrives before anything of the other leaves, so that turns are round trips. */
export const countMessages = (shape: number, path: 'fast' | 'classic'): DecisionCost => {
  const { name, k, m } = SHAPES[shape]!;
  const grant = grantOf(shape, 0, 0, [], 0);
  const acceptors = grant.stores.map(({ store_uuid }) => createAcceptor({ grant, storeUuid: store_uuid }));
  const proposer = createProposer({ grant, proposerId: PROPOSER_IDS[path === 'fast' ? 0 : 1]!, own: VALUES[shape]![0]!, hasBytes: true, seed: 1 });
  const syncs = acceptors.map(() => 0);
  let messages = 0;
  let roundTrips = 0;
  let requests: { to: number; message: Request }[] = [];

  const feed = (input: ProposerInput): void => {
    for (const effect of stepProposer(proposer, input)) if (effect.kind === 'send') requests.push(effect);
  };
  feed({ type: 'START' });
  while (requests.length > 0) {
    const sent = requests;
    const replies: ProposerInput[] = [];
    requests = [];
    roundTrips += 1;
    for (const { to, message } of sent) {
      const effects = stepAcceptor(acceptors[to]!, message);
      if (effects.some((effect) => effect.kind === 'persist')) syncs[to]! += 1;
      for (const effect of effects) if (effect.kind === 'send') replies.push(effect.message as ProposerInput);
    }
    messages += sent.length + replies.length;
    for (const reply of replies) feed(reply);
  }
  return { shape: name, storeCount: k + m, path, messages, roundTrips, syncsPerAcceptor: Math.max(...syncs) };
};
