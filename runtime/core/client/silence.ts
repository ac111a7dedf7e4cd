/** How long a request may hear nothing. */
import { figuresOf } from '../scheduling/node-estimate.ts';
import type { ClientKind } from '../../contract/client-kind.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { FIRST_BYTE_FACTOR, FIRST_BYTES_MIN, PATIENCE_FACTOR_MAX, QUEUE_PATIENCE, SILENCE_MS_MAX, SILENCE_MS_MIN, STALL_FACTOR } from './limits.ts';
import type { NodeState } from './nodes.ts';
import type { RequestState } from './state.ts';

/** What clients without measurements wait; naive programs wait long. */
const SILENCE_MS: Readonly<Record<Exclude<ClientKind, 'smart' | 'oracle'>, number>> = { naive: 10 * SECOND_MS, 'naive-retry': 2 * SECOND_MS, 'random-two': 2 * SECOND_MS };

const clamp = (ms: number): number => Math.min(SILENCE_MS_MAX, Math.max(SILENCE_MS_MIN, ms));

/** `missCount`: rounds in which nobody gave the chunk; then the network may just be slower than was thought. */
export const silencesOf = (client: ClientKind, node: NodeState, missCount: number): Pick<RequestState, 'firstByteMsMax' | 'stallMsMax' | 'queuePatience'> => {
  const patience = Math.min(PATIENCE_FACTOR_MAX, 2 ** missCount);
  if (client !== 'smart' && client !== 'oracle') return { firstByteMsMax: SILENCE_MS[client] * patience, stallMsMax: SILENCE_MS[client] * patience, queuePatience: 1 };
  const p95 = node.estimate.firstBytesMs.length < FIRST_BYTES_MIN ? Infinity : figuresOf(node.estimate).firstByteMsP95!;
  return { firstByteMsMax: clamp(FIRST_BYTE_FACTOR * p95) * patience, stallMsMax: clamp(STALL_FACTOR * p95) * patience, queuePatience: QUEUE_PATIENCE };
};

/**
 * When a request is given up. Silence counts from the last byte of any request of the same node, since a slow link serves one after the other;
 * but not for ever.
 */
export const silentAtMs = (request: RequestState, node: NodeState): number => {
  const silenceMs = request.firstByteAtMs === null ? request.firstByteMsMax : request.stallMsMax;
  const quietSinceMs = Math.max(request.heardAtMs, node.heardAtMs);
  return Math.min(quietSinceMs + silenceMs, request.heardAtMs + request.queuePatience * silenceMs);
};
