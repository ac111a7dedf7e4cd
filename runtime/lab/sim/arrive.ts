/** What a message does where it arrives. Whoever is dead hears nothing. */
import type { AcceptorInput, ProposerInput } from '../../core/chunkpaxos/messages.ts';
import { holdsPieceFor, isErasureCoded } from '../../core/chunkpaxos/value.ts';
import type { Actor } from './actor.ts';
import { METADATA, PROPOSERS } from './messages.ts';
import type { Envelope, Fetch, MetadataReply, MetadataRequest } from './messages.ts';
import type { World } from './world.ts';

export const arrive = (world: World, { to, from, generation, message, isBad, id }: Envelope): void => {
  const { coverage, metadata, shell } = world;
  coverage.delivered += 1;
  if (to < METADATA) {
    const store = world.stores[to]!;
    // The shell hashes what is attached before it feeds the core; a mismatch is answered with 422, which tells a proposer nothing.
    if (!store.alive || (isBad && shell.bytesAreVerified)) return;
    store.step(world, generation, message as AcceptorInput, from, isBad, id);
  } else if (to === METADATA) {
    if (!metadata.alive || message.type === 'LEARNED') return;
    metadata.receive(world, from, generation, message as MetadataRequest);
    world.trace?.input(to, generation, id, message, metadata.ledger);
  } else {
    const actor = world.actors[to - PROPOSERS];
    if (!actor?.alive) return;
    if (message.type === 'FETCH') fetchBytes(world, actor, generation, message);
    else actor.receive(world, generation, message as ProposerInput | MetadataReply, id);
  }
};

/** Reading an adopted value: every live store gives its piece if it has it; k of them give the rest. */
const fetchBytes = (world: World, actor: Actor, generation: number, { value }: Fetch): void => {
  if (actor.generation !== generation || !actor.core || value.kind !== 'PLACED') return;
  let count = 0;
  for (let index = 0; index < world.stores.length; index += 1) {
    const store = world.stores[index]!;
    if (store.alive && holdsPieceFor(store.disks[generation]!.pieces, value, index)) count += 1;
  }
  actor.step(world, { type: count >= (isErasureCoded(value) ? world.shape.k : 1) ? 'BYTES' : 'NO_BYTES', value });
};
