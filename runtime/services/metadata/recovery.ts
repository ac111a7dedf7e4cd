/**
 * Recovery: every granted instance ends, also when its uploader died. An acceptor that voted and heard nothing asks; and the sweep finds
 * instances that no acceptor can ask about because nothing of them ever arrived.
 */
import { VStackError } from '../../contract/errors.ts';
import { instanceKeyOf } from '../../contract/ids.ts';
import type { Value } from '../../contract/paxos.ts';
import { planRecovery } from '../../core/chunkpaxos/recovery.ts';
import { commitCertificate } from './commit.ts';
import type { Context } from './context.ts';
import { decide, PATIENCE_SHORT } from './decide.ts';
import type { LearnQueue } from './learn.ts';
import { ledgerOf, valueOf } from './ledger.ts';
import { addEvent } from './store/events.ts';
import { closeThrough, getInstance, listStale, type Instance } from './store/grants.ts';

/** Recoveries run beside live uploads and must not take their disks away. */
const RECOVERIES_AT_ONCE = 8;
/** An instance without a quorum in reach is tried again after this. */
const RETRY_MS = 30_000;

export interface Recovery {
  /** Decides the instance if it is not decided yet; resolves with its value, null when it was closed undecided. */
  recover(chunkId: string, generation: number): Promise<Value | null>;
  sweep(): Promise<void>;
}

/** `onManifest`: a version of a manifest was finished that its own caller did not finish. */
export const createRecovery = (context: Context, learns: LearnQueue, onManifest: () => void = () => {}): Recovery => {
  const { db, clock, log } = context;
  const running = new Map<string, Promise<Value | null>>();
  const retryAtMs = new Map<string, number>();

  const close = async (instance: Instance, why: string): Promise<null> => {
    await db.write(() => {
      closeThrough(db, instance.chunkId, instance.generation);
      addEvent(db, clock.wallMs(), 'recovery-closed', instance.chunkId, `${instanceKeyOf(instance.chunkId, instance.generation)}: ${why}`);
    });
    learns.push(instance);
    return null;
  };

  const run = async (instance: Instance): Promise<Value | null> => {
    if (instance.grant.not_after * 1000 <= clock.wallMs()) return close(instance, 'its grant ran out undecided');
    // Whoever voted is worth waiting for: a value that reached one store only can still be saved for its uploader.
    const { value, certificate, holders } = await decide(context, { instance, own: null, promisesWanted: instance.grant.stores.length, limits: PATIENCE_SHORT });
    // A store that says CHOSEN was told so by us, hence the row stands already.
    if (certificate) await commitCertificate(context, learns, certificate, { proven: holders });
    if (certificate && instance.kind === 'manifest') onManifest();
    else learns.push(instance);
    const outcome = `${instanceKeyOf(instance.chunkId, instance.generation)} ended as ${value.kind}`;
    await db.write(() => addEvent(db, clock.wallMs(), 'recovered', instance.chunkId, outcome));
    return value;
  };

  const recover = async (chunkId: string, generation: number): Promise<Value | null> => {
    // A provisional row must not be told to a store: what it learns is for ever.
    context.assertWritable();
    const instance = getInstance(db, chunkId, generation);
    if (!instance) throw new VStackError('not_found', `${instanceKeyOf(chunkId, generation)} was not granted by this database.`);
    const plan = planRecovery(ledgerOf(db, chunkId), generation);
    if (plan.kind !== 'run') {
      learns.push(instance);
      return valueOf(db, instance) ?? null;
    }
    const key = instanceKeyOf(chunkId, generation);
    let work = running.get(key);
    if (!work) {
      work = run(instance).finally(() => running.delete(key));
      running.set(key, work);
    }
    return work;
  };

  return {
    recover,
    async sweep() {
      const nowMs = clock.wallMs();
      const beforeMs = nowMs - context.settings.recoverAfterMs;
      const stale = listStale(db, beforeMs, beforeMs, RECOVERIES_AT_ONCE * 8);
      const due = stale.filter((instance) => (retryAtMs.get(instanceKeyOf(instance.chunkId, instance.generation)) ?? 0) <= nowMs);
      await Promise.all(
        due.slice(0, RECOVERIES_AT_ONCE).map(async ({ chunkId, generation }) => {
          const key = instanceKeyOf(chunkId, generation);
          try {
            await recover(chunkId, generation);
            retryAtMs.delete(key);
          } catch (error) {
            retryAtMs.set(key, clock.wallMs() + RETRY_MS);
            log.warn({ err: error, instance: key }, 'an instance could not be recovered yet');
          }
        }),
      );
    },
  };
};
