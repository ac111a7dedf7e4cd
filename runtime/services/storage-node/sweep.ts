/**
 * One slow walk over all acceptor records after the start: timers are memory only, so instances that were open or had bytes to collect
 * get theirs again, and records of deleted videos whose grants have expired are dropped.
 */
import { isChunkId } from '../../contract/ids.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { ChunkBook } from './acceptor/book.ts';
import type { AcceptorShell } from './acceptor/shell.ts';
import type { Store } from './engine/types.ts';

/** About 2,000 records a second: a few percent of one core. */
const BATCH_RECORDS = 100;
const PAUSE_MS = 50;

export interface SweepOptions {
  store: Store;
  book: ChunkBook;
  shell: AcceptorShell;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export const sweepRecords = async ({ store, book, shell, clock, log, signal }: SweepOptions): Promise<void> => {
  const nowSeconds = (): number => clock.wallMs() / 1000;
  let seenCount = 0;
  for (const chunkId of store.keys('acceptor')) {
    if (signal.aborted) return;
    if (!isChunkId(chunkId)) continue;
    if (++seenCount % BATCH_RECORDS === 0) {
      try {
        await sleep(clock, PAUSE_MS, signal);
      } catch {
        return; // The node is stopping; the next start walks again.
      }
    }
    try {
      const { record } = await book.readFromLog(chunkId);
      const states = [...record.states.values()];
      if (record.deleted && states.every(({ grant }) => grant.not_after <= nowSeconds())) await book.change(chunkId, (entry) => book.drop(entry));
      else for (const state of states) shell.rearm(state);
    } catch (error) {
      log.warn({ err: error, chunkId }, 'a record could not be looked after');
    }
  }
};
