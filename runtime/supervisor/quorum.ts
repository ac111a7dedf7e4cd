/** The last step of a launch: the metadata service itself must say which nodes it can use. */
import { z } from 'zod';
import { VStackError } from '../contract/errors.ts';
import { SECOND_MS } from '../contract/units.ts';
import { sleep, type Clock } from '../platform/clock.ts';
import { createHttpClient } from '../platform/http/client.ts';

/** New chunks go to three nodes where there are as many, so a cluster with fewer than it could have is not up yet. */
export const REPLICA_COUNT = 3;

/** Nodes register right after they are ready; this is patience for a machine under load. */
const REGISTERED_MS_MAX = 10 * SECOND_MS;
const LOOK_AGAIN_MS = 25;

const HealthyNodes = z.array(z.looseObject({ node_id: z.string() }));

export interface QuorumQuestion {
  metadataUrl: string;
  secret: string;
  /** The nodes that are ready. */
  nodeIds: readonly string[];
  /** How many nodes the cluster has, ready or not. */
  nodeCount: number;
}

/**
 * Waits until every ready node is registered and healthy; content with enough of them once patience ends.
 * @returns the ids that the metadata service counts as healthy
 * @throws VStackError no_quorum naming who is missing; cancelled
 */
export const waitForQuorum = async (question: QuorumQuestion, clock: Clock, signal: AbortSignal): Promise<string[]> => {
  const { metadataUrl, secret, nodeIds, nodeCount } = question;
  const neededCount = Math.min(REPLICA_COUNT, nodeCount);
  const untilMs = clock.nowMs() + REGISTERED_MS_MAX;
  const client = createHttpClient({ secret });
  try {
    for (;;) {
      const answer = await client.json(`${metadataUrl}/nodes/healthy`, { signal });
      const known = new Set(HealthyNodes.parse(answer).map(({ node_id }) => node_id));
      const healthy = nodeIds.filter((nodeId) => known.has(nodeId));
      const isEveryoneHere = healthy.length === nodeIds.length && healthy.length >= neededCount;
      if (isEveryoneHere) return healthy;
      if (clock.nowMs() >= untilMs || nodeIds.length < neededCount) {
        if (healthy.length >= neededCount) return healthy;
        const missing = nodeIds.filter((nodeId) => !known.has(nodeId));
        throw new VStackError(
          'no_quorum',
          `Expected at least ${neededCount} healthy nodes of ${nodeCount}; the metadata service knows ${healthy.length}` +
            `${missing.length > 0 ? ` (not ${missing.join(', ')})` : ''}. The nodes' logs say why.`,
        );
      }
      await sleep(clock, LOOK_AGAIN_MS, signal);
    }
  } finally {
    client.close();
  }
};
