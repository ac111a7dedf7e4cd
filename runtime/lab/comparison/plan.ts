/**
 * What a comparison does, session by session, drawn from its seed before anything runs:
 *
 *   block −1 (warm-up)   A B C D E      not counted: connections, caches and the compiler get warm
 *   block 0              A B C D E      victim 3, fault at 0.41 s, seed 17
 *   block 1              E D C B A      victim 1, fault at 0.77 s, seed 4
 *   block 2              B C D E A      …
 *
 * Every second block goes backwards, and after two blocks the order turns by one: with two clients that is ABBA BAAB, and over twice as many
 * blocks as there are clients each has stood in each place equally often. Victims come in rounds: each node once before any comes again.
 */
import type { ComparedClient, ComparisonCondition } from '../../contract/comparison.ts';
import type { PlannedSession } from '../../contract/lab-worker.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { seededRandom, type Random } from '../../platform/random.ts';
import { isInsideSession } from './conditions.ts';

export const WARM_UP_BLOCK = -1;
const SEEDS_COUNT = 2 ** 31;

export interface PlanRequest {
  clients: readonly ComparedClient[];
  blockCount: number;
  seed: number;
  condition: ComparisonCondition;
  /** Who may be the victim. */
  nodeIds: readonly string[];
}

const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
};

/** The order of the clients in a block. */
const orderOf = (base: readonly ComparedClient[], block: number): ComparedClient[] => {
  const turn = Math.floor(block / 2) % base.length;
  const turned = [...base.slice(turn), ...base.slice(0, turn)];
  return block % 2 === 0 ? turned : turned.reverse();
};

export const planSessions = ({ clients, blockCount, seed, condition, nodeIds }: PlanRequest): PlannedSession[] => {
  const random = seededRandom(seed);
  const base = shuffled(clients, random);
  let victims: string[] = [];
  const sessions: PlannedSession[] = [];
  for (let block = WARM_UP_BLOCK; block < blockCount; block++) {
    if (victims.length === 0 || block === 0) victims = shuffled(nodeIds, random);
    const { fault } = condition;
    const victimId = fault === null ? null : (victims.pop() ?? null);
    const faultSec = fault === null ? null : fault.fromSec + random() * (fault.toSec - fault.fromSec);
    const faultAtMs = faultSec === null ? null : isInsideSession(condition) ? Math.round(faultSec * SECOND_MS) : 0;
    const blockSeed = Math.floor(random() * SEEDS_COUNT);
    const order = block === WARM_UP_BLOCK ? base : orderOf(base, block);
    for (const [place, client] of order.entries()) sessions.push({ block, place, client, seed: blockSeed, victimId, faultAtMs });
  }
  return sessions;
};
