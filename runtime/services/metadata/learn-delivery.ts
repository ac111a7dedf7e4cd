/**
 * Brings LEARNs to the stores: one request per node for all that is to be told at the time. A LEARN there names its grant by its MAC, which
 * spares both sides the larger half; what a store cannot take so, because it never saw the instance, is sent again alone and in full.
 */
import { instanceKeyOf } from '../../contract/ids.ts';
import { VStackError } from '../../contract/errors.ts';
import type { GrantStore, LearnRequest, Value } from '../../contract/paxos.ts';
import type { BriefLearn, LearnBatch, LearnBatchReply } from '../../contract/wire/storage-node.ts';
import type { Context } from './context.ts';
import type { Instance } from './store/grants.ts';
import type { Node } from './store/nodes.ts';

/** A store that syncs takes milliseconds; one that is paused must not hold up what the others are to be told. */
const ANSWER_MS_MAX = 2000;
/** After a silence a node is left alone for this long. */
const SUSPECT_MS = 5000;

/** What the stores of an instance are to be told. */
export interface Telling {
  instance: Instance;
  /** Null when the generation was closed undecided. */
  value: Value | null;
  closedThrough: number;
  /** Every store is known to have its piece. */
  isComplete?: boolean;
}

interface Addressed {
  telling: Telling;
  store: GrantStore;
  node: Node;
}

export interface Delivered {
  /** Not every store of these is settled. */
  untold: Telling[];
  /** Stores that said they have the chosen bytes. What a store says when we ask it ourselves, over its own address, is proof enough. */
  held: Map<Telling, string[]>;
}

/** Tells every store of every instance, at most LEARNS_PER_BATCH_MAX of them at once. */
export type Deliver = (tellings: readonly Telling[]) => Promise<Delivered>;

export const createDelivery = ({ clock, nodes, keys, client, settings, signal, log }: Context): Deliver => {
  const silentUntilMs = new Map<string, number>();
  nodes.onRegistered((node) => silentUntilMs.delete(node.nodeId));

  /** `gone`: the disk or the node is gone for good, and nothing is left to be told. */
  const reach = (store: GrantStore): Node | 'gone' | 'away' => {
    const node = nodes.get(store.node_id);
    if (!node) return 'away';
    // A node that comes back after it was given up asks by itself.
    if (node.storeUuid !== store.store_uuid || nodes.downMs(node) > settings.moveAfterMs) return 'gone';
    return nodes.statusOf(node) === 'down' || (silentUntilMs.get(node.nodeId) ?? 0) > clock.nowMs() ? 'away' : node;
  };

  const keyOf = ({ chunkId, generation }: Instance): string => instanceKeyOf(chunkId, generation);

  const macOf = ({ telling: { instance, value, closedThrough }, store }: Addressed): string =>
    keys.signLearn(instance.grant, value, closedThrough, store);

  /** A node that is silent is left alone for a while; one that answers with an error is not silent. */
  const isSilent = (node: Node, error: unknown): boolean => {
    const hasAnswered = error instanceof VStackError && error.details?.status !== undefined;
    if (!hasAnswered) silentUntilMs.set(node.nodeId, clock.nowMs() + SUSPECT_MS);
    return !hasAnswered;
  };

  /** Resolves with whether the store was told. */
  const tellInFull = async (addressed: Addressed): Promise<boolean> => {
    const { node, telling } = addressed;
    const { instance, value, closedThrough } = telling;
    const json: LearnRequest = { grant: instance.grant, value, closed_through: closedThrough, mac: macOf(addressed) };
    try {
      await client.json(`${node.directUrl}/paxos/${keyOf(instance)}/learn`, { method: 'POST', json, timeoutMs: ANSWER_MS_MAX, signal });
      return true;
    } catch (error) {
      isSilent(node, error);
      log.debug({ err: error, node: node.nodeId, instance: keyOf(instance) }, 'a store could not be told');
      return false;
    }
  };

  const tellNode = async (node: Node, all: readonly Addressed[]): Promise<{ untold: readonly Addressed[]; held: readonly Addressed[] }> => {
    const learns = all.map((addressed): BriefLearn => {
      const { instance, value, closedThrough } = addressed.telling;
      return { instance: keyOf(instance), grant_mac: instance.grant.mac, value, closed_through: closedThrough, mac: macOf(addressed) };
    });
    const json: LearnBatch = { learns };
    let left = all;
    let held: Addressed[] = [];
    try {
      const reply = await client.json<LearnBatchReply>(`${node.directUrl}/paxos/learn`, { method: 'POST', json, timeoutMs: ANSWER_MS_MAX, signal });
      left = reply.untold.flatMap((index) => all[index] ?? []);
      held = reply.held.flatMap((index) => all[index] ?? []);
    } catch (error) {
      log.debug({ err: error, node: node.nodeId, count: all.length }, 'a node did not take a batch of LEARNs');
      if (isSilent(node, error)) return { untold: all, held };
    }
    const told = await Promise.all(left.map((addressed) => tellInFull(addressed)));
    return { untold: left.filter((_, index) => !told[index]), held };
  };

  return async (tellings) => {
    const untold = new Set<Telling>();
    const addressed: Addressed[] = [];
    for (const telling of tellings) {
      for (const store of telling.instance.grant.stores) {
        const node = reach(store);
        if (node === 'gone') continue;
        if (node === 'away') untold.add(telling);
        else addressed.push({ telling, store, node });
      }
    }
    const byNode = Map.groupBy(addressed, ({ node }) => node);
    const outcomes = await Promise.all([...byNode].map(([node, all]) => tellNode(node, all)));
    for (const { telling } of outcomes.flatMap((outcome) => outcome.untold)) untold.add(telling);
    const held = Map.groupBy(outcomes.flatMap((outcome) => outcome.held), ({ telling }) => telling);
    return { untold: [...untold], held: new Map([...held].map(([telling, all]) => [telling, all.map(({ store }) => store.store_uuid)])) };
  };
};
