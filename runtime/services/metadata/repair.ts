/**
 * Repair: every committed chunk gets its verified holders back.
 *
 *   a store of the grant lacks its piece, its node is up     fill: read from a holder, STAGE, then LEARN
 *   a store is gone (disk replaced, node down too long),     move: generation g + 1 on the remaining holders and new nodes,
 *   or the grant has run out                                 for the same bytes
 *
 * Most endangered chunks first, then the most watched, then the smallest. Replicated chunks only: rebuilding fragments needs the codec.
 */
import { VStackError } from '../../contract/errors.ts';
import type { GrantStore } from '../../contract/paxos.ts';
import { sha256Hex } from '../../platform/crypto.ts';
import { commitCertificate } from './commit.ts';
import type { Context } from './context.ts';
import { decide, freshProposerId, PATIENCE_SHORT, transportOf } from './decide.ts';
import { nextGeneration } from './grants.ts';
import { addHolders } from './holders.ts';
import { retryDelayMs, type LearnQueue } from './learn.ts';
import { placedValueOf } from './ledger.ts';
import { deletePlacementsBelow, getChunk, listPlacements, type Chunk } from './store/chunks.ts';
import { addEvent } from './store/events.ts';
import { getInstance, newestInstance, type Instance } from './store/grants.ts';
import { addRepairsOfNode, deleteJob, dueRepairs, postponeJob, type Job } from './store/jobs.ts';
import { getVideo, isGone } from './store/videos.ts';

/** Repair must leave disks and memory to the living: this many chunks of at most 8 MiB at once. */
const REPAIRS_AT_ONCE = 4;
/** A round of repairs ends after this, so that the other background work has its turn. */
const SWEEP_MS_MAX = 3000;

type StoreState = 'holds' | 'lacks' | 'away' | 'lost';

const stateOf = ({ nodes, settings }: Context, store: GrantStore, holders: ReadonlySet<string>): StoreState => {
  const node = nodes.get(store.node_id);
  if (!node || node.storeUuid !== store.store_uuid) return 'lost';
  if (nodes.downMs(node) > settings.moveAfterMs) return 'lost';
  if (holders.has(store.store_uuid)) return 'holds';
  return nodes.statusOf(node) === 'down' || node.condition !== 'ok' ? 'away' : 'lacks';
};

const readFromHolders = async (context: Context, chunk: Chunk, instance: Instance, holders: readonly GrantStore[]): Promise<Uint8Array> => {
  const transport = transportOf(context);
  for (const store of holders) {
    try {
      const bytes = await transport.read(store, instance.grant, { index: 0, sha256: chunk.sha256 }, context.signal);
      if (bytes && sha256Hex(bytes) === chunk.sha256) return bytes;
      context.log.warn({ chunk: chunk.chunkId, node: store.node_id }, 'a holder gave wrong bytes or none');
    } catch (error) {
      context.log.debug({ err: error, chunk: chunk.chunkId, node: store.node_id }, 'a holder is out of reach');
    }
  }
  throw new VStackError('unavailable', `No holder of ${chunk.chunkId} in reach could give its bytes.`);
};

/** Fills one store of the grant. Its STAGED is what we asked it ourselves, over its own address: proof enough that it holds the piece. */
const fill = async (context: Context, chunk: Chunk, instance: Instance, store: GrantStore, bytes: Uint8Array): Promise<void> => {
  const piece = { index: 0, sha256: chunk.sha256 };
  const reply = await transportOf(context).stage(store, { grant: instance.grant, piece }, bytes, context.signal);
  if (reply.type !== 'STAGED') throw new VStackError('unavailable', `${store.node_id} did not take ${chunk.chunkId}: ${reply.reason}.`);
  await context.db.write(() => {
    addHolders(context, instance, placedValueOf(chunk), [store.store_uuid]);
    addEvent(context.db, context.clock.wallMs(), 'repaired', chunk.chunkId, `filled ${store.node_id}`);
  });
};

/** Decides the next generation for the same bytes, on the remaining holders first. */
const move = async (context: Context, learns: LearnQueue, chunk: Chunk, instance: Instance, holders: readonly GrantStore[]): Promise<void> => {
  const { db, clock } = context;
  const proposerId = freshProposerId(context);
  const bytes = await readFromHolders(context, chunk, instance, holders);
  const newest = newestInstance(db, chunk.chunkId)!;
  const request = { generation: newest.generation, ownerId: proposerId, sha256: chunk.sha256, keep: holders.map(({ node_id: nodeId }) => nodeId) };
  const grant = await nextGeneration(context, chunk.chunkId, request);
  const next = getInstance(db, chunk.chunkId, grant.generation)!;
  const own = placedValueOf(chunk);
  const { value, certificate, holders: filled } = await decide(context, { instance: next, proposerId, own, bytes, limits: PATIENCE_SHORT });
  if (!certificate || value.kind !== 'PLACED') throw new VStackError('conflict', `The move of ${chunk.chunkId} ended as ${value.kind}.`);
  const alongside = (): void => {
    deletePlacementsBelow(db, chunk.chunkId, grant.generation);
    addEvent(db, clock.wallMs(), 'moved', chunk.chunkId, `generation ${grant.generation} on ${grant.stores.map(({ node_id: nodeId }) => nodeId).join(', ')}`);
  };
  await commitCertificate(context, learns, certificate, { proven: filled, alongside });
};

/** Resolves with why the chunk is not whole yet; undefined when it is, or is no longer wanted. */
const repairChunk = async (context: Context, learns: LearnQueue, chunkId: string): Promise<string | undefined> => {
  const { db, nodes, clock } = context;
  const chunk = getChunk(db, chunkId);
  const instance = chunk && getInstance(db, chunkId, chunk.generation);
  const video = chunk && getVideo(db, chunk.videoId);
  if (!chunk || !instance || !video || isGone(video)) return undefined;
  if (chunk.kind === 'manifest' && chunk.sequenceNum < video.manifestVersion) return undefined;
  const byState = (): Map<StoreState, GrantStore[]> => {
    const verified = new Set(listPlacements(db, chunkId, chunk.generation).map(({ storeUuid }) => storeUuid));
    return Map.groupBy(instance.grant.stores, (store) => stateOf(context, store, verified));
  };
  let states = byState();
  const of = (state: StoreState): GrantStore[] => states.get(state) ?? [];
  if (of('lacks').length > 0) {
    // A store whose vote came after the commit says so when it is told, which spares reading and sending the bytes.
    await learns.tellNow(instance);
    states = byState();
  }
  const holders = of('holds');
  if (holders.length >= chunk.k + chunk.m) return undefined;
  if (chunk.k > 1) return 'fragments are rebuilt by the redundancy codec';
  if (holders.length === 0) return 'no holder is left in reach';
  const isExpired = instance.grant.not_after * 1000 <= clock.wallMs();
  if (of('lacks').length > 0 && !isExpired) {
    const bytes = await readFromHolders(context, chunk, instance, holders);
    for (const store of of('lacks')) await fill(context, chunk, instance, store, bytes);
    await learns.tellNow(instance);
  }
  const needsMove = of('lost').length > 0 || (isExpired && of('lacks').length > 0);
  const usable = nodes.healthy().length;
  if (needsMove && usable > holders.length) {
    await move(context, learns, chunk, instance, holders);
    return 'moved; its stores are being filled'; // Its commit has ended the job if every store has its piece.
  }
  if (needsMove) return `no further node is healthy (${usable} are)`;
  return of('away').length > 0 ? `waiting for ${of('away').map(({ node_id: nodeId }) => nodeId).join(', ')}` : undefined;
};

export interface Repair {
  sweep(): Promise<void>;
}

export const createRepair = (context: Context, learns: LearnQueue): Repair => {
  const { db, clock, nodes, settings, log } = context;
  const givenUp = new Set<string>();
  nodes.onRegistered((node) => givenUp.delete(node.nodeId));

  const giveUpLongDown = async (): Promise<void> => {
    for (const node of nodes.all()) {
      if (nodes.downMs(node) <= settings.moveAfterMs || givenUp.has(node.nodeId)) continue;
      givenUp.add(node.nodeId);
      await db.write(() => {
        const affected = addRepairsOfNode(db, node.nodeId, `${node.nodeId} is down for too long`, clock.wallMs());
        addEvent(db, clock.wallMs(), 'node-lost', node.nodeId, `${affected} chunks to move`);
      });
    }
  };

  const work = async (job: Job): Promise<void> => {
    let reason: string | undefined;
    try {
      reason = await repairChunk(context, learns, job.subject);
    } catch (error) {
      if (context.signal.aborted) return;
      reason = (error as Error).message;
      log.warn({ err: error, chunk: job.subject }, 'a repair has to wait');
    }
    const dueMs = clock.wallMs() + retryDelayMs(job.attempts);
    await db.write(() => (reason === undefined ? deleteJob(db, 'repair', job.subject) : postponeJob(db, job, reason, dueMs)));
  };

  return {
    async sweep() {
      await giveUpLongDown();
      const endMs = clock.nowMs() + SWEEP_MS_MAX;
      // A repair that has to wait is put off, so that every pass finds other ones.
      for (let jobs = dueRepairs(db, clock.wallMs(), REPAIRS_AT_ONCE); jobs.length > 0; jobs = dueRepairs(db, clock.wallMs(), REPAIRS_AT_ONCE)) {
        await Promise.all(jobs.map(work));
        if (clock.nowMs() > endMs || context.signal.aborted) return;
      }
    },
  };
};
