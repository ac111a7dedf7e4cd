/**
 * LEARN: telling the stores what was chosen, after the row is durable. Nobody waits for it: a store that was not told asks by itself
 * (it has accepted and heard nothing), and what could not be delivered becomes a job.
 */
import { instanceKeyOf, parseInstanceKey } from '../../contract/ids.ts';
import type { GrantStore, LearnRequest, Value } from '../../contract/paxos.ts';
import type { Context } from './context.ts';
import { ledgerOf, valueOf } from './ledger.ts';
import { getInstance, listInstances, type Instance } from './store/grants.ts';
import { addJob, deleteJob, dueJobs, postponeJob, type Job } from './store/jobs.ts';

/** A LEARN is a few hundred bytes to a process on the same machine; more at once only fills queues. */
const LEARNS_AT_ONCE = 16;
/** A store that syncs takes milliseconds; one that is paused must not hold up what the others are to be told. */
const ANSWER_MS_MAX = 2000;
/** After a silence a node is left alone for this long. */
const SUSPECT_MS = 5000;
const RETRY_MS = 10_000;
const RETRY_MS_MAX = 10 * 60_000;
const JOBS_PER_SWEEP = 256;

export const retryDelayMs = (attempts: number): number => Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** Math.min(attempts, 10));

export interface LearnQueue {
  /** Tells the stores of this instance, and those of earlier generations that it closed, when its turn comes. */
  push(instance: Instance): void;
  /** Tells every store of the instance now. Resolves with whether all are settled. */
  tellNow(instance: Instance): Promise<boolean>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Tries what could not be delivered before. */
  sweep(): Promise<void>;
}

const keyOf = ({ chunkId, generation }: Instance): string => instanceKeyOf(chunkId, generation);

export const createLearnQueue = (context: Context): LearnQueue => {
  const { db, clock, nodes, keys, client, settings, signal, log } = context;
  const queue = new Map<string, Instance>();
  const running = new Set<Promise<void>>();
  const silentUntilMs = new Map<string, number>();
  nodes.onRegistered((node) => silentUntilMs.delete(node.nodeId));

  /** Resolves with whether the store is settled: told, or given up because its disk or its node is gone for good. */
  const tellStore = async ({ grant }: Instance, value: Value | null, closedThrough: number, store: GrantStore): Promise<boolean> => {
    const node = nodes.get(store.node_id);
    if (!node) return false;
    // A node that comes back after it was given up asks by itself.
    if (node.storeUuid !== store.store_uuid || nodes.downMs(node) > settings.moveAfterMs) return true;
    if (nodes.statusOf(node) === 'down' || (silentUntilMs.get(node.nodeId) ?? 0) > clock.nowMs()) return false;
    const body: LearnRequest = { grant, value, closed_through: closedThrough, mac: keys.signLearn(grant, value, closedThrough, store) };
    const instance = instanceKeyOf(grant.chunk_id, grant.generation);
    try {
      await client.json(`${node.directUrl}/paxos/${instance}/learn`, { method: 'POST', json: body, timeoutMs: ANSWER_MS_MAX, signal });
      return true;
    } catch (error) {
      silentUntilMs.set(node.nodeId, clock.nowMs() + SUSPECT_MS);
      log.debug({ err: error, node: store.node_id, instance }, 'a store could not be told');
      return false;
    }
  };

  const tellNow = async (instance: Instance): Promise<boolean> => {
    const value = valueOf(db, instance);
    if (value === undefined) return true;
    const { row, closedThrough } = ledgerOf(db, instance.chunkId);
    // The row's own generation is still read, whatever happened to later ones: only what lies before it may go.
    const through = row ? row.generation - 1 : closedThrough;
    const settled = await Promise.all(instance.grant.stores.map((store) => tellStore(instance, value, through, store)));
    return settled.every(Boolean);
  };

  const tell = async (given: Instance): Promise<void> => {
    const affected = given.generation === 0 ? [given] : listInstances(db, given.chunkId).filter(({ generation }) => generation <= given.generation);
    for (const { chunkId, generation } of affected) {
      const instance = getInstance(db, chunkId, generation);
      if (!instance || (await tellNow(instance))) continue;
      await db.write(() => addJob(db, 'learn', keyOf(instance), 'a store was out of reach', clock.wallMs() + RETRY_MS));
    }
  };

  const pump = (): void => {
    for (const [key, instance] of queue) {
      if (running.size >= LEARNS_AT_ONCE || signal.aborted) return;
      queue.delete(key);
      const work = tell(instance)
        .catch((error: unknown) => log.error({ err: error }, 'telling the stores failed'))
        .finally(() => {
          running.delete(work);
          pump();
        });
      running.add(work);
    }
  };

  const retry = async (job: Job): Promise<void> => {
    const key = parseInstanceKey(job.subject);
    const instance = key && getInstance(db, key.chunkId, key.generation);
    const isDone = !instance || (await tellNow(instance));
    if (!isDone && signal.aborted) return;
    await db.write(() => (isDone ? deleteJob(db, 'learn', job.subject) : postponeJob(db, job, job.reason, clock.wallMs() + retryDelayMs(job.attempts))));
  };

  return {
    push(instance) {
      queue.set(keyOf(instance), instance);
      pump();
    },
    tellNow,
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async sweep() {
      const jobs = dueJobs(db, 'learn', clock.wallMs(), JOBS_PER_SWEEP);
      for (let first = 0; first < jobs.length; first += LEARNS_AT_ONCE) await Promise.all(jobs.slice(first, first + LEARNS_AT_ONCE).map(retry));
    },
  };
};
