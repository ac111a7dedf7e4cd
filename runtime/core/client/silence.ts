/** How long a request may hear nothing. */
import type { ClientKind } from '../../contract/client-kind.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { percentileOf } from '../scheduling/percentile.ts';
import { FIRST_BYTE_FACTOR, FIRST_BYTES_MIN, PATIENCE_FACTOR_MAX, QUEUE_PATIENCE, SILENCE_MS_MAX, SILENCE_MS_MIN, STALL_FACTOR } from './limits.ts';
import { type ClientState, nodeOf, type RequestState } from './state.ts';

/** What clients without measurements wait; naive programs wait long. */
const SILENCE_MS: Readonly<Record<Exclude<ClientKind, 'smart' | 'oracle'>, number>> = { naive: 10 * SECOND_MS, 'naive-retry': 2 * SECOND_MS, 'random-two': 2 * SECOND_MS };

const clamp = (ms: number): number => Math.min(SILENCE_MS_MAX, Math.max(SILENCE_MS_MIN, ms));

/**
 * What a share (0–1) of a node's first bytes took at most, of all nodes' while it has too few of its own; Infinity while there are too few of all.
 * The returned function is good for this moment.
 */
export const createUsualFirstByte = (state: ClientState, share: number): ((nodeId: string) => number) => {
  let ofAll: number | undefined;
  const countAll = (): number => {
    const all = [...state.nodes.values()].flatMap((node) => node.estimate.firstBytesMs);
    return all.length >= FIRST_BYTES_MIN ? percentileOf(all, share)! : Infinity;
  };
  return (nodeId) => {
    const own = nodeOf(state, nodeId).estimate.firstBytesMs;
    return own.length >= FIRST_BYTES_MIN ? percentileOf(own, share)! : Math.max((ofAll ??= countAll()), ...own);
  };
};

/**
 * When requests are given up, by what is known at this moment. After rounds in which nobody gave the chunk they wait longer: then the network may
 * just be slower than was thought.
 *
 * To the smart client a node is silent when nothing comes from it at all, since a slow link serves one request after the other; but not for ever.
 */
export const createSilentAt = (state: ClientState): ((request: RequestState) => number) => {
  const usualMs = createUsualFirstByte(state, 0.95);
  const { client } = state;
  return ({ sequence, nodeId, firstByteAtMs, heardAtMs }) => {
    const patience = Math.min(PATIENCE_FACTOR_MAX, 2 ** state.chunks.get(sequence)!.missCount);
    if (client !== 'smart' && client !== 'oracle') return heardAtMs + SILENCE_MS[client] * patience;
    const silenceMs = clamp((firstByteAtMs === null ? FIRST_BYTE_FACTOR : STALL_FACTOR) * usualMs(nodeId)) * patience;
    const quietSinceMs = Math.max(heardAtMs, nodeOf(state, nodeId).heardAtMs);
    return Math.min(quietSinceMs + silenceMs, heardAtMs + QUEUE_PATIENCE * silenceMs);
  };
};
