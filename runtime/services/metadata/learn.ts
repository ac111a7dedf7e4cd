/**
 * LEARN: telling the stores what was chosen, after the row is durable. Nobody waits for it: a store that was not told asks by itself
 * (it has accepted and heard nothing), and what could not be delivered becomes a job.
 */
import { instanceKeyOf, parseInstanceKey } from '../../contract/ids.ts';
import type { GrantStore, LearnRequest, Value } from '../../contract/paxos.ts';
import type { Context } from './context.ts';
import { ledgerOf, valueOf } from './ledger.ts';
import { getInstance, listInstances, type Instance } from './store/grants.ts';
import { addJob, deleteJob, dueJobs, postponeJob } from './store/jobs.ts';

/** A LEARN is a few hundred bytes to a process on the same machine; more at once only fills queues. */
const LEARNS_AT_ONCE = 16;
const RETRY_MS = 10_000;
const RETRY_MS_MAX = 10 * 60_000;
const JOBS_PER_SWEEP = 64;

export const retryDelayMs = (attempts: number): number => Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** Math.min(attempts, 10));

/** Tells one store. Resolves with whether the store is settled: told, or gone for good because its node has another disk now. */
const tellStore = async (context: Context, { grant }: Instance, value: Value | null, closedThrough: number, store: GrantStore): Promise<boolean> => {
  const node = context.nodes.get(store.node_id);
  if (!node) return false;
  if (node.storeUuid !== store.store_uuid) return true;
  const body: LearnRequest = { grant, value, closed_through: closedThrough, mac: context.keys.signLearn(grant, value, closedThrough, store) };
  try {
    const answer = await context.client.request(`${node.directUrl}/paxos/${instanceKeyOf(grant.chunk_id, grant.generation)}/learn`, {
      method: 'POST',
      json: body,
      signal: context.signal,
    });
    await answer.bytes();
    return true;
  } catch (error) {
    context.log.debug({ err: error, node: store.node_id, instance: instanceKeyOf(grant.chunk_id, grant.generation) }, 'a store could not be told');
    return false;
  }
};

/** Tells every store of the instance. Resolves with whether all are settled. */
export const tellStores = async (context: Context, instance: Instance): Promise<boolean> => {
  const value = valueOf(context.db, instance);
  if (value === undefined) return true;
  const { row, closedThrough } = ledgerOf(context.db, instance.chunkId);
  // The row's own generation is still read, whatever happened to later ones: only what lies before it may go.
  const through = row ? row.generation - 1 : closedThrough;
  const settled = await Promise.all(instance.grant.stores.map((store) => tellStore(context, instance, value, through, store)));
  return settled.every(Boolean);
};

export interface LearnQueue {
  /** Tells the stores of this instance, and those of earlier generations that it closed, when its turn comes. */
  push(instance: Instance): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Tries what could not be delivered before. */
  sweep(): Promise<void>;
}

export const createLearnQueue = (context: Context): LearnQueue => {
  const { db, clock } = context;
  const queue: Instance[] = [];
  const running = new Set<Promise<void>>();

  const tell = async (given: Instance): Promise<void> => {
    for (const instance of given.generation === 0 ? [given] : listInstances(db, given.chunkId).filter(({ generation }) => generation <= given.generation)) {
      const current = getInstance(db, instance.chunkId, instance.generation);
      if (!current || (await tellStores(context, current))) continue;
      await db.write(() => addJob(db, 'learn', instanceKeyOf(instance.chunkId, instance.generation), 'a store was out of reach', clock.wallMs() + RETRY_MS));
    }
  };

  const pump = (): void => {
    while (queue.length > 0 && running.size < LEARNS_AT_ONCE && !context.signal.aborted) {
      const work = tell(queue.shift()!)
        .catch((error: unknown) => context.log.error({ err: error }, 'telling the stores failed'))
        .finally(() => {
          running.delete(work);
          pump();
        });
      running.add(work);
    }
  };

  return {
    push(instance) {
      queue.push(instance);
      pump();
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async sweep() {
      for (const job of dueJobs(db, 'learn', clock.wallMs(), JOBS_PER_SWEEP)) {
        const key = parseInstanceKey(job.subject);
        const instance = key && getInstance(db, key.chunkId, key.generation);
        const isDone = !instance || (await tellStores(context, instance));
        if (!isDone && context.signal.aborted) return;
        await db.write(() =>
          isDone ? deleteJob(db, 'learn', job.subject) : postponeJob(db, job, job.reason, clock.wallMs() + retryDelayMs(job.attempts)),
        );
      }
    },
  };
};
