/** What strikes between two steps. Lost disks stay few: losing more than the redundancy bears is no fault that anything survives. */
import type { Value } from '../../contract/paxos.ts';
import { Actor } from './actor.ts';
import { FOREIGN_UUID, LITTER, PROPOSERS_MAX, VALUES } from './fixtures.ts';
import { PROPOSERS } from './messages.ts';
import type { World } from './world.ts';

/** Strikes the fault whose share of the rates holds `ticket` (1 … the sum of all rates). */
export const strikeFault = (world: World, ticket: number): void => {
  const { options } = world;
  let bound = options.crash;
  if (ticket <= bound) return crashStore(world);
  if (ticket <= (bound += options.wipe)) return loseDisk(world, true);
  if (ticket <= (bound += options.damage)) return loseDisk(world, false);
  if (ticket <= (bound += options.proposerDeath)) return killProposer(world);
  if (ticket <= (bound += options.metadataCrash)) return crashMetadata(world);
  if (ticket <= (bound += options.foreignVote)) return castForeignVote(world);
  if (ticket <= bound + options.litter) return stageLitter(world);
  return actImpatiently(world);
};

const crashStore = (world: World): void => {
  const { draws, stores, options } = world;
  const store = stores[draws.draw(stores.length)]!;
  if (store.alive) store.crash(world, draws.chance(options.powerLoss), draws.draw(store.pending.length + 1));
  else if (draws.chance(options.powerLoss)) store.losePower(world);
  else store.restart(world);
};

const loseDisk = (world: World, isWholeDisk: boolean): void => {
  const { draws, stores, shape, metadata } = world;
  if (world.wipesTotal >= Math.max(1, shape.m - 1) || metadata.durable.issued < 0) return;
  const store = stores[draws.draw(stores.length)]!;
  if (store.alive) store.crash(world, false, 0);
  world.wipesTotal += 1;
  if (isWholeDisk) store.wipe(world);
  else {
    store.losePower(world);
    store.damage(world, draws.draw(metadata.durable.issued + 1));
  }
  for (let generation = 0; generation <= metadata.durable.issued; generation += 1) world.checkRecoverable(generation);
  store.restart(world);
};

/** An uploader's process ends; it may start again, with the same file and a fresh id. */
const killProposer = (world: World): void => {
  const { draws, actors, shell } = world;
  const actor = actors[draws.draw(actors.length)]!;
  if (!actor.alive || actor.state === 'over') return;
  world.coverage.proposerDeaths += 1;
  actor.die();
  world.trace?.event('crash', actor.address, 0, null);
  if (!actor.own || actors.length >= PROPOSERS_MAX || draws.draw(2) === 0) return;
  if (!shell.proposerIdIsFresh && actor.core) return startAgainAsBefore(world, actor);
  const next = new Actor(actors.length, actor.own);
  actors.push(next);
  next.askForGrant(world, Math.max(0, actor.generation) - 1);
};

/** Only where the rule is missing: the same id, round 0 again, and by now other bytes under the same name. */
const startAgainAsBefore = (world: World, before: Actor): void => {
  const { actors, options } = world;
  const next = new Actor(actors.length, VALUES[options.shape]![actors.length]!);
  actors.push(next);
  next.start(world, before.core!.config.grant, before.core!.config.proposerId);
};

const crashMetadata = (world: World): void => {
  const { metadata, actors } = world;
  if (!metadata.alive) {
    metadata.alive = true;
    return;
  }
  metadata.crash(world);
  // Recoveries run inside the service and end with it.
  for (const actor of actors) if (!actor.own) actor.die();
};

/** A vote that must not count, or must not be cast: from a store outside the grant, or for a second value at a used ballot. */
const castForeignVote = (world: World): void => {
  const { draws, actors, stores, options } = world;
  const actor = actors[draws.draw(actors.length)]!;
  const { core, generation } = actor;
  if (!actor.alive || !core?.value) return;
  if (draws.draw(2) === 0) {
    const { ballot, value } = core;
    return world.send(PROPOSERS + actor.serial, 0, generation, { type: 'ACK', store_uuid: FOREIGN_UUID, ballot, value });
  }
  const store = stores[draws.draw(stores.length)]!;
  const vote = store.disks[generation]!.record?.accepted;
  if (!store.alive || !vote || store.acceptor(world, generation).state.accepted !== vote) return;
  const other: Value = VALUES[options.shape]!.find((value) => value !== vote.value)!;
  const { held } = store.acceptor(world, generation).state;
  // The second value's bytes come along, so that nothing but the rule refuses it.
  const index = other.kind === 'PLACED' && other.fragment_sha256.length > 0 ? store.index : 0;
  const sha256 = other.kind === 'PLACED' ? (other.fragment_sha256[store.index] ?? other.sha256) : '';
  const piece = held.find((known) => known.sha256 === sha256) ?? { index, sha256 };
  store.step(world, generation, { type: 'ACCEPT', grant: core.config.grant, ballot: vote.ballot, value: other, piece }, -1, false);
};

const stageLitter = (world: World): void => {
  const { draws, stores, metadata } = world;
  const generation = metadata.durable.issued;
  const grant = metadata.grantOf(generation);
  const store = stores[draws.draw(stores.length)]!;
  if (!grant || !store.alive) return;
  // A burst, else a schedule is over before the store is full.
  for (let count = 0; count < 3; count += 1) store.step(world, generation, { type: 'STAGE', grant, piece: LITTER[draws.draw(LITTER.length)]! }, -1, false);
};

/** Somebody asks for the next generation although the present one may be about to be committed. */
const actImpatiently = (world: World): void => {
  const { draws, actors, metadata } = world;
  const { issued } = metadata.ledger;
  if (issued < 0 || actors.length >= PROPOSERS_MAX || !metadata.alive) return;
  const brings = draws.draw(actors.length);
  const actor = new Actor(actors.length, actors[brings]!.own ?? VALUES[world.options.shape]![actors.length]!);
  actors.push(actor);
  actor.askForGrant(world, issued);
};
