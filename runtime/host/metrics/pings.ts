/**
 * How long a small request to each node takes: HEAD /ping at the address that clients use, from here. One node after the other, because
 * requests that leave together wait for each other in this process and would measure that.
 */
import type { ChildStatus } from '../../contract/control/cluster.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { isServing } from '../../core/supervision/child-state.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/http/client.ts';

/** The smart client measures as often. */
export const PING_MS = 3 * SECOND_MS;
/** A slower answer is no answer to somebody who plays a video. */
export const PING_MS_MAX = 2 * SECOND_MS;
/** A node that takes longer does not hold up the next one's turn. */
const TURN_MS = 30;

export interface Pings {
  /** The last measurement; null when the node did not answer it, or was not asked. */
  latestMs(nodeId: string): number | null;
  stop(): void;
}

export const startPings = (http: HttpClient, clock: Clock, children: () => readonly ChildStatus[]): Pings => {
  let isStopped = false;
  let measured = new Map<string, number | null>();

  const ping = async ({ name, url }: ChildStatus): Promise<void> => {
    const startMs = clock.nowMs();
    try {
      const { stream } = await http.request(`${url}/ping`, { method: 'HEAD', timeoutMs: PING_MS_MAX });
      measured.set(name, clock.nowMs() - startMs);
      stream.resume();
    } catch {
      measured.set(name, null); // Whoever does not answer is shown by that; why is told elsewhere.
    }
  };

  /** Resolves when the node has answered, or its turn is over. */
  const takeTurn = (node: ChildStatus): Promise<void> =>
    new Promise((resolve) => {
      const cancelTurn = clock.after(TURN_MS, resolve);
      void ping(node).then(() => {
        cancelTurn();
        resolve();
      });
    });

  const round = async (): Promise<void> => {
    const nodes = children().filter(({ role, phase, url }) => role === 'storage-node' && url !== null && isServing(phase));
    const kept = nodes.map(({ name }) => [name, measured.get(name) ?? null] as const);
    measured = new Map(kept);
    for (const node of nodes) {
      if (isStopped) return;
      await takeTurn(node);
    }
  };
  const go = (): void => {
    if (!isStopped) cancel = clock.after(PING_MS, () => void round().finally(go));
  };
  let cancel = (): void => {};
  go();

  return {
    latestMs: (nodeId) => measured.get(nodeId) ?? null,
    stop() {
      isStopped = true;
      cancel();
    },
  };
};
