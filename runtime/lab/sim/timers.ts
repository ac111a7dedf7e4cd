/** Timers have no clock here: any that runs may fire next. */
import { GENERATIONS_MAX } from './fixtures.ts';
import type { World } from './world.ts';

/** A running timer as one number, so that choosing among them makes no garbage: kind, then owner, then generation. */
const ACTOR_TIMER = 0;
const ACTOR_RETRY = 1000;
const STORE_RECOVER = 2000;
const STORE_COLLECT = 3000;

const running: number[] = [];

const listTimers = ({ actors, stores, metadata }: World): void => {
  running.length = 0;
  for (let index = 0; index < actors.length; index += 1) {
    const actor = actors[index]!;
    if (actor.isTimerArmed) running.push(ACTOR_TIMER + index);
    if (actor.isRetryArmed && metadata.alive) running.push(ACTOR_RETRY + index);
  }
  for (let index = 0; index < stores.length; index += 1) {
    const store = stores[index]!;
    if (!store.alive || (store.recoverArmed | store.collectArmed) === 0) continue;
    for (let generation = 0; generation < GENERATIONS_MAX; generation += 1) {
      if (store.recoverArmed & (1 << generation)) running.push(STORE_RECOVER + index * GENERATIONS_MAX + generation);
      if (store.collectArmed & (1 << generation)) running.push(STORE_COLLECT + index * GENERATIONS_MAX + generation);
    }
  }
};

export const hasTimer = (world: World): boolean => {
  listTimers(world);
  return running.length > 0;
};

/** Fires one of those that `hasTimer` just listed. */
export const fireTimer = (world: World): void => {
  // Once the faults end, a proposer that waits goes on before others: what growing, random waits do where there is a clock.
  const goesOn = world.isHealing && running.includes(world.lastActorTimer);
  const code = goesOn ? world.lastActorTimer : running[world.draws.draw(running.length)]!;
  if (code < ACTOR_RETRY) world.lastActorTimer = code;
  if (code < STORE_RECOVER) {
    const actor = world.actors[code % 1000]!;
    if (code >= ACTOR_RETRY) world.trace?.event('timer', actor.address, 0, { timer: 'retry' });
    if (code >= ACTOR_RETRY) actor.onRetry(world);
    else actor.onTimer(world);
    return;
  }
  const rest = code % 1000;
  const store = world.stores[Math.floor(rest / GENERATIONS_MAX)]!;
  const generation = rest % GENERATIONS_MAX;
  const timer = code >= STORE_COLLECT ? 'collect' : 'recover';
  if (timer === 'collect') store.collectArmed &= ~(1 << generation);
  else store.recoverArmed &= ~(1 << generation);
  store.step(world, generation, { type: 'TIMER', timer }, -1, false);
};
