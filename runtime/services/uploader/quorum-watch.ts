/** Notices that a chunk waits for a quorum, and says how many of its stores answer. */
import type { PaxosTransport } from '../../client/paxos/transport.ts';
import type { Grant } from '../../contract/paxos.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { q2Of } from '../../core/chunkpaxos/quorum.ts';
import type { Clock } from '../../platform/clock.ts';

/** A healthy chunk is decided long before; who waits longer wants to know what for. */
const QUIET_MS = 2 * SECOND_MS;
const LOOK_AGAIN_MS = SECOND_MS;

export interface QuorumWatch {
  /** The transport for one generation, whose stores are listened to. */
  listen(grant: Grant, transport: PaxosTransport): PaxosTransport;
  /** The chunk waits no more. */
  stop(): void;
}

/** `onChange` is told what the chunk waits for, in words, and null once it waits no more. */
export const watchQuorum = (clock: Clock, onChange: (waitingFor: string | null) => void): QuorumWatch => {
  /** Node ids whose last call was answered. */
  const answering = new Set<string>();
  let current: Grant | undefined;
  let told: string | null = null;
  const tell = (waitingFor: string | null): void => {
    if (waitingFor !== told) onChange(waitingFor);
    told = waitingFor;
  };
  const look = (): void => {
    cancelTimer = clock.after(LOOK_AGAIN_MS, look);
    if (!current) return;
    const needed = q2Of(current);
    const answered = current.stores.filter((store) => answering.has(store.node_id)).length;
    tell(answered >= needed ? null : `${answered} of ${current.stores.length} stores have answered, ${needed} needed`);
  };
  let cancelTimer = clock.after(QUIET_MS, look);

  return {
    listen(grant, transport) {
      current = grant;
      const hear = async <T>(nodeId: string, asking: Promise<T>): Promise<T> => {
        try {
          const reply = await asking;
          answering.add(nodeId);
          return reply;
        } catch (error) {
          answering.delete(nodeId);
          throw error;
        }
      };
      return {
        ...transport,
        prepare: (store, request, signal) => hear(store.node_id, transport.prepare(store, request, signal)),
        stage: (store, header, bytes, signal) => hear(store.node_id, transport.stage(store, header, bytes, signal)),
        accept: (store, header, bytes, signal) => hear(store.node_id, transport.accept(store, header, bytes, signal)),
      };
    },
    stop() {
      cancelTimer();
      tell(null);
    },
  };
};
