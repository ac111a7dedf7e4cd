/** The calls that wait for an answer, by number, and what ends them: an answer, a cancellation, a lost connection. */
import type { CancelSignal } from '../../runtime/contract/control/index.ts';
import { fromErrorBody, VStackError } from '../../runtime/contract/errors.ts';

interface Waiting {
  resolve: (output: unknown) => void;
  reject: (error: VStackError) => void;
}

export interface PendingCalls {
  /** Sends through `send(id)` and waits; an aborted signal calls `cancel(id)` and waits on for the host's word. */
  open(send: (id: number) => void, cancel: (id: number) => void, signal?: CancelSignal): Promise<unknown>;
  resolve(id: number, output: unknown): void;
  reject(id: number, error: unknown): void;
  /** Ends everything: nobody will answer any more. */
  rejectAll(reason: VStackError): void;
}

export const createPendingCalls = (): PendingCalls => {
  const waiting = new Map<number, Waiting>();
  let idNext = 1;

  const take = (id: number): Waiting | undefined => {
    const entry = waiting.get(id);
    waiting.delete(id);
    return entry;
  };

  return {
    open: async (send, cancel, signal) => {
      if (signal?.aborted) throw new VStackError('cancelled', 'The call was cancelled before it was sent.');
      const id = idNext++;
      const onAbort = (): void => cancel(id);
      try {
        return await new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          signal?.addEventListener('abort', onAbort, { once: true });
          send(id);
        });
      } finally {
        waiting.delete(id);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    resolve: (id, output) => take(id)?.resolve(output),
    reject: (id, error) => take(id)?.reject(fromErrorBody(error)),
    rejectAll: (reason) => {
      for (const entry of waiting.values()) entry.reject(reason);
      waiting.clear();
    },
  };
};
