/**
 * LEARN: telling the stores what was chosen, after the row is durable. Nobody waits for it: a store that was not told asks by itself
 * (it has accepted and heard nothing), and what could not be delivered becomes a job.
 */
import { instanceKeyOf, parseInstanceKey } from '../../contract/ids.ts';
import { collectableThrough } from '../../core/chunkpaxos/learner.ts';
import type { Context } from './context.ts';
import { recordHolders } from './holders.ts';
import { createDelivery, type Telling } from './learn-delivery.ts';
import { ledgerOf, valueOf } from './ledger.ts';
import { getInstance, listInstances, type Instance } from './store/grants.ts';
import { addJob, deleteJob, dueJobs, postponeJob, type Job } from './store/jobs.ts';

/** What is decided meanwhile shares a request to each node and a sync there. Nobody waits for a LEARN, so gathering costs nothing. */
const GATHER_MS = 20;
/** Well below LEARNS_PER_BATCH_MAX, because an instance may bring along the generations that it closed. */
const INSTANCES_PER_BATCH_MAX = 64;
/** A batch that waits for a paused node must not hold up the next. */
const BATCHES_AT_ONCE = 16;
const RETRY_MS = 10_000;
const RETRY_MS_MAX = 10 * 60_000;
const JOBS_PER_SWEEP = 256;

export const retryDelayMs = (attempts: number): number => Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** Math.min(attempts, 10));

export interface LearnQueue {
  /** Tells the stores of this instance, and those of earlier generations that it closed, soon. `known` spares looking it up. */
  push(instance: Instance, known?: Omit<Telling, 'instance'>): void;
  /** Tells every store of the instance now and records which ones have the bytes. Resolves with whether all are settled. */
  tellNow(instance: Instance): Promise<boolean>;
  /** Tells what waits now; resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Tries what could not be delivered before. */
  sweep(): Promise<void>;
}

const keyOf = ({ chunkId, generation }: Instance): string => instanceKeyOf(chunkId, generation);

export const createLearnQueue = (context: Context): LearnQueue => {
  const { db, clock, signal, log } = context;
  const deliver = createDelivery(context);
  const queue = new Map<string, { instance: Instance; known: Omit<Telling, 'instance'> | undefined }>();
  const running = new Set<Promise<void>>();
  let cancelTimer: (() => void) | undefined;

  /** Undefined while the instance is open: there is nothing to tell. */
  const tellingOf = (instance: Instance): Telling | undefined => {
    const value = valueOf(db, instance);
    return value === undefined ? undefined : { instance, value, closedThrough: collectableThrough(ledgerOf(db, instance.chunkId)) };
  };

  const tellNow = async (instance: Instance): Promise<boolean> => {
    const telling = tellingOf(instance);
    if (!telling) return true;
    const { untold, held } = await deliver([telling]);
    const storeUuids = held.get(telling) ?? [];
    if (storeUuids.length > 0 && !signal.aborted) await db.write(() => recordHolders(context, instance, telling.value, storeUuids));
    return untold.length === 0;
  };

  const tellBatch = async (batch: readonly { instance: Instance; known: Omit<Telling, 'instance'> | undefined }[]): Promise<void> => {
    const tellings = batch.flatMap(({ instance, known }): Telling[] => {
      const { chunkId, generation } = instance;
      if (known && generation === 0) return [{ instance, ...known }];
      return listInstances(db, chunkId).flatMap((each) => (each.generation > generation ? [] : (tellingOf(each) ?? [])));
    });
    const { untold, held } = await deliver(tellings);
    const news = [...held].filter(([{ isComplete }]) => isComplete === false);
    if (untold.length === 0 && news.length === 0) return;
    const dueMs = clock.wallMs() + RETRY_MS;
    await db.write(() => {
      for (const { instance } of untold) addJob(db, 'learn', keyOf(instance), 'a store was out of reach', dueMs);
      for (const [{ instance, value }, storeUuids] of news) recordHolders(context, instance, value, storeUuids);
    });
  };

  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    while (queue.size > 0 && running.size < BATCHES_AT_ONCE && !signal.aborted) {
      const batch = [...queue].slice(0, INSTANCES_PER_BATCH_MAX);
      for (const [key] of batch) queue.delete(key);
      const work = tellBatch(batch.map(([, queued]) => queued))
        .catch((error: unknown) => log.error({ err: error }, 'telling the stores failed'))
        .finally(() => {
          running.delete(work);
          if (queue.size > 0) gather();
        });
      running.add(work);
    }
  };

  const gather = (): void => {
    if (queue.size >= INSTANCES_PER_BATCH_MAX) flush();
    else cancelTimer ??= clock.after(GATHER_MS, flush);
  };

  const retry = async (job: Job): Promise<void> => {
    const key = parseInstanceKey(job.subject);
    const instance = key && getInstance(db, key.chunkId, key.generation);
    const isDone = !instance || (await tellNow(instance));
    if (!isDone && signal.aborted) return;
    await db.write(() => (isDone ? deleteJob(db, 'learn', job.subject) : postponeJob(db, job, job.reason, clock.wallMs() + retryDelayMs(job.attempts))));
  };

  return {
    push(instance, known) {
      if (signal.aborted) return;
      queue.set(keyOf(instance), { instance, known });
      gather();
    },
    tellNow,
    async idle() {
      flush();
      while (running.size > 0) {
        await Promise.all(running);
        flush();
      }
    },
    async sweep() {
      const jobs = dueJobs(db, 'learn', clock.wallMs(), JOBS_PER_SWEEP);
      for (let first = 0; first < jobs.length; first += BATCHES_AT_ONCE) await Promise.all(jobs.slice(first, first + BATCHES_AT_ONCE).map(retry));
    },
  };
};
