/** Stops children: ask, wait the stated delay, kill. */
import { sleep, type Clock } from '../platform/clock.ts';
import type { SupervisedChild } from './supervised-child.ts';

/** Three such stages in a row (uploader, nodes, links with metadata) and their margins fit into the 5 s within which everything must be gone. */
export const STOP_GRACE_MS = 1300;

/** A killed process is gone within milliseconds; one that the kernel holds (a dead disk) is not waited for. */
const KILLED_MS_MAX = 300;

/** Resolves when all have ended, or when nothing more can be done about those that have not; never rejects. */
export const stopTogether = async (children: readonly SupervisedChild[], clock: Clock, graceMs = STOP_GRACE_MS): Promise<void> => {
  const finished = new AbortController();
  const ended = Promise.all(children.map((child) => {
    child.stop(graceMs);
    return child.when((phase) => phase === 'stopped', finished.signal);
  }));
  const patience = sleep(clock, graceMs + KILLED_MS_MAX, finished.signal);
  await Promise.race([ended, patience]);
  finished.abort();
  // Whichever lost the race ends with the abort, which is no failure.
  await Promise.allSettled([ended, patience]);
};
