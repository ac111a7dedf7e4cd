/** Requests to a child that wait for their reply. */
import type { ChildMessage } from '../contract/child.ts';
import { fromErrorBody, VStackError } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';

type Reply = Extract<ChildMessage, { kind: 'reply' }>;

export interface PendingCalls {
  /** `send` is given the id under which the reply will come. @throws VStackError timeout, unavailable, or what the child answered */
  add(name: string, timeoutMs: number, send: (id: number) => void): Promise<unknown>;
  settle(reply: Reply): void;
  /** The child is gone: nobody will answer any more. */
  rejectAll(reason: string): void;
}

export const createPendingCalls = (clock: Clock, childName: string): PendingCalls => {
  let nextId = 1;
  const pending = new Map<number, (outcome: Reply | VStackError) => void>();
  return {
    add: (name, timeoutMs, send) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        const cancelTimer = clock.after(timeoutMs, () =>
          pending.get(id)?.(new VStackError('timeout', `${childName} did not answer the call "${name}" within ${timeoutMs} ms.`)),
        );
        pending.set(id, (outcome) => {
          pending.delete(id);
          cancelTimer();
          if (outcome instanceof VStackError) reject(outcome);
          else if (outcome.ok) resolve(outcome.output);
          else reject(fromErrorBody(outcome.error));
        });
        send(id);
      }),
    // A reply that comes after its timeout finds nobody waiting; that is fine.
    settle: (reply) => pending.get(reply.id)?.(reply),
    rejectAll(reason) {
      for (const finish of [...pending.values()]) finish(new VStackError('unavailable', reason));
    },
  };
};
