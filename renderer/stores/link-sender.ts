/**
 * Changes of links on their way to the host. A slider that is dragged makes sixty a second; what is sent of it is at most one in `stepMs`, always
 * the last value, and never two at once: a host that is slow is not buried. Until the host has answered, a change counts as made.
 */
import type { LinkNodes } from '../../runtime/contract/control/network.ts';
import { mergeChanges } from '../../runtime/contract/link-settings.ts';
import type { LinkChange } from '../../runtime/contract/link.ts';

export interface PendingChange {
  nodeIds: LinkNodes;
  change: LinkChange;
}

export interface LinkSender {
  /** Resolves when the host has taken it, and rejects with what kept it from doing so; changes that were merged share the outcome. */
  push(nodeIds: LinkNodes, change: LinkChange): Promise<void>;
  /** What the host has not confirmed, in order. */
  pending(): readonly PendingChange[];
  /** Forgets what was not sent yet: something else takes its place. */
  drop(): void;
}

export interface LinkSenderOptions {
  send(change: PendingChange): Promise<void>;
  /** What is pending has changed. */
  onPending(): void;
  stepMs: number;
}

interface Batch extends PendingChange {
  outcome: PromiseWithResolvers<void>;
}

const isSameTarget = (a: LinkNodes, b: LinkNodes): boolean => String(a) === String(b);

export const createLinkSender = ({ send, onPending, stepMs }: LinkSenderOptions): LinkSender => {
  let queue: Batch[] = [];
  let sending: Batch | null = null;
  let sentMs = -Infinity;
  let sentNodeIds: LinkNodes | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const sendNext = async (): Promise<void> => {
    const batch = queue.shift()!;
    sending = batch;
    sentMs = Date.now();
    sentNodeIds = batch.nodeIds;
    try {
      await send(batch);
      batch.outcome.resolve();
    } catch (error) {
      batch.outcome.reject(error);
    }
    sending = null;
    onPending();
    plan();
  };
  const plan = (): void => {
    clearTimeout(timer);
    if (sending || queue.length === 0) return;
    // Only the same links can be dragged; what is done to others one after the other need not wait.
    const waitMs = sentNodeIds !== null && isSameTarget(sentNodeIds, queue[0]!.nodeIds) ? sentMs + stepMs - Date.now() : 0;
    if (waitMs > 0) timer = setTimeout(plan, waitMs);
    else void sendNext();
  };

  return {
    push: (nodeIds, change) => {
      const last = queue.at(-1);
      let batch: Batch;
      if (last && isSameTarget(last.nodeIds, nodeIds)) {
        last.change = mergeChanges(last.change, change);
        batch = last;
      } else {
        batch = { nodeIds, change, outcome: Promise.withResolvers() };
        // Whoever does not wait for the outcome does not have to handle it either.
        batch.outcome.promise.catch(() => undefined);
        queue.push(batch);
      }
      plan();
      onPending();
      return batch.outcome.promise;
    },
    pending: () => (sending ? [sending, ...queue] : queue),
    drop: () => {
      clearTimeout(timer);
      const dropped = queue;
      queue = [];
      for (const { outcome } of dropped) outcome.resolve();
      onPending();
    },
  };
};
