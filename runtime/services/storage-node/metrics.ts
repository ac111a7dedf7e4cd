/** What the node counts, for GET /metrics. */
import type { Metrics } from '../../platform/http/metrics.ts';
import type { ByteBudget } from '../shared/byte-budget.ts';
import type { Store, StoreEvent, StoreWrite } from './engine/types.ts';
import type { FaultPoints } from './faults.ts';

export interface WatchedParts {
  store: Store;
  faults: FaultPoints;
  bodies: ByteBudget;
  reads: ByteBudget;
  slowReads: ByteBudget;
  /** Bodies in the spool. */
  spooled: () => number;
}

/** Bodies received; chunks sent to players (over signed URLs) and to holders of the secret. */
export type BytesDirection = 'in' | 'out-player' | 'out-service';

export interface NodeMetrics {
  bytes(direction: BytesDirection, bytes: number): void;
  readWay(way: 'fast' | 'slow' | 'stalled'): void;
  storeEvent(event: StoreEvent): void;
  paxosEvent(event: string): void;
  /** Counts the store's commits from now on. */
  countCommits(store: Store): void;
  /** Since the start, for beats. */
  counters(): { readBytes: number; servedBytes: number; writtenBytes: number };
  /** Gauges that need the running parts. */
  watch(parts: WatchedParts): void;
}

export const createNodeMetrics = (metrics: Metrics): NodeMetrics => {
  const countBytes = metrics.counter('chunk_bytes_total', 'Bytes of chunks received and sent.');
  const countReads = metrics.counter('chunk_reads_total', 'Answers with bytes, by the way they went: fast, slow, or stalled on the way.');
  const countStoreEvents = metrics.counter('store_events_total', 'What the store noticed, by kind (rot, healed, compacted, …).');
  const countPaxosEvents = metrics.counter('paxos_events_total', 'Recoveries asked for and alarms raised by acceptors.');
  const countCommits = metrics.counter('store_commits_total', 'Writes to the log; divided by syncs it is the size of a group.');
  const countRecords = metrics.counter('store_records_written_total', 'Records written, by kind.');

  const total = { readBytes: 0, servedBytes: 0, writtenBytes: 0 };

  return {
    bytes(direction, bytes) {
      const [way, reader] = direction.split('-') as ['in' | 'out', string?];
      countBytes({ direction: way, ...(reader && { reader }) }, bytes);
      if (direction === 'out-player') total.readBytes += bytes;
      if (direction === 'out-service') total.servedBytes += bytes;
    },
    counters: () => ({ ...total }),
    readWay: (way) => countReads({ way }),
    storeEvent: (event) => countStoreEvents({ kind: event.kind }),
    paxosEvent: (event) => countPaxosEvents({ event }),
    countCommits(store) {
      const commit = store.commit.bind(store);
      store.commit = async (writes: readonly StoreWrite[]) => {
        await commit(writes);
        countCommits();
        for (const write of writes) {
          countRecords({ kind: write.kind });
          if ('bytes' in write && write.kind !== 'acceptor') total.writtenBytes += write.bytes.length;
        }
      };
    },
    watch({ store, faults, bodies, reads, slowReads, spooled }) {
      metrics.gauge('store_chunks', 'Readable chunks and fragments.', () => store.health().chunkCount);
      metrics.gauge('store_used_bytes', 'Bytes this store occupies on its disk.', () => store.health().usedBytes);
      metrics.gauge('store_live_bytes', 'Bytes of records that are not garbage.', () => store.health().liveBytes);
      metrics.gauge('store_capacity_bytes', 'What this store may occupy.', () => store.health().capacityBytes);
      metrics.gauge('store_damage', 'Damaged records and regions not yet healed.', () => store.health().damageCount);
      metrics.gauge('store_writable', '1 while the store takes writes.', () => (store.health().writable ? 1 : 0));
      metrics.gauge('store_index_bytes', 'Memory of the index.', () => store.health().indexBytes);
      metrics.readCounter('store_syncs_total', 'Syncs of files.', () => faults.syncCount);
      metrics.gauge('buffer_bytes', 'Memory in use for bodies and reads.', () => [
        [{ use: 'bodies' }, bodies.usedBytes],
        [{ use: 'reads' }, reads.usedBytes],
        [{ use: 'slow_reads' }, slowReads.usedBytes],
      ]);
      metrics.gauge('buffer_waiting', 'Requests waiting for memory.', () => [
        [{ use: 'bodies' }, bodies.waitingCount],
        [{ use: 'reads' }, reads.waitingCount],
        [{ use: 'slow_reads' }, slowReads.waitingCount],
      ]);
      metrics.gauge('spooled_bodies', 'Slow bodies waiting on disk.', spooled);
    },
  };
};
