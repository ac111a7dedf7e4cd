/** For commands that need a host and would rather start one than fail: the running one, or one of their own that ends with them. */
import type { ControlClient } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { ensureLaunched } from './launch.ts';
import { closeTelling } from './up.ts';

export interface HostForWork {
  client: ControlClient;
  /** The page of this host, signed in; null where it serves none. */
  pageUrl: string | null;
  /** Resolves when the host has gone, whoever ended it. */
  closed: Promise<unknown>;
}

export const withHost = async (context: CliContext, { needsCluster }: { needsCluster: boolean }, work: (host: HostForWork) => CommandResult): CommandResult => {
  try {
    const remote = await context.attach();
    try {
      return await work({ client: remote, pageUrl: await context.signInUrl().catch(() => null), closed: remote.closed });
    } finally {
      remote.close();
    }
  } catch (error) {
    // A host that runs without a cluster answers the same code by itself; only a missing host is made up for.
    if (!(error instanceof VStackError) || error.code !== 'not_running' || (await context.readClusterFile().then(() => true, () => false))) throw error;
  }
  const own = await context.startHost({ door: 'cli', port: 0 });
  try {
    if (needsCluster) await ensureLaunched(own.client, {}, context);
    return await work({ client: own.client, pageUrl: own.signInUrl, closed: own.closed });
  } finally {
    await closeTelling(own, context);
  }
};

/** Starts something and follows it by its events until it is over; Ctrl-C stops it. @throws VStackError unavailable when the host goes, and what kept it from starting */
export const follow = <Status>(parts: {
  /** Answers with the first status. */
  start(): Promise<Status>;
  on(callback: (status: Status) => void): () => void;
  isOver(status: Status): boolean;
  onStatus(status: Status): void;
  stop(): Promise<unknown>;
  closed: Promise<unknown>;
  signal: AbortSignal;
}): Promise<Status> =>
  new Promise((resolve, reject) => {
    const { start, on, isOver, onStatus, stop, closed, signal } = parts;
    /** What was told before the answer to the start had come. */
    let early: Status[] | null = [];
    const finish = (act: () => void): void => {
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const look = (status: Status): void => {
      if (early !== null) return void early.push(status);
      onStatus(status);
      if (isOver(status)) finish(() => resolve(status));
    };
    const fail = (error: unknown): void => finish(() => reject(error as Error));
    const onAbort = (): void => void stop().catch(fail);
    const unsubscribe = on(look);
    const begin = (first: Status): void => {
      const told = [first, ...(early ?? [])];
      early = null;
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      told.forEach(look);
    };
    start().then(begin, fail);
    void closed.then(() => fail(new VStackError('unavailable', 'The host ended meanwhile.')));
  });
