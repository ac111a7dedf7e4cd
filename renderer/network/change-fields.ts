/** Fields of a change: which figures of a link it names, and the change without one of them. Pure. */
import type { LinkChange, LinkDirection } from '../../runtime/contract/link.ts';
import type { ParameterKey } from './parameters.ts';

const fieldOf: Readonly<Record<ParameterKey, keyof LinkDirection>> = { latency: 'latencyMs', jitter: 'jitterMs', down: 'bitsPerSecond', up: 'bitsPerSecond', loss: 'loss' };
/** The rate of one direction is a figure of its own; all others are of both. */
const directionsOf = (key: ParameterKey): readonly ('toClient' | 'toNode')[] => (key === 'down' ? ['toClient'] : key === 'up' ? ['toNode'] : ['toClient', 'toNode']);

export const names = (change: LinkChange, key: ParameterKey): boolean => directionsOf(key).some((direction) => change[direction]?.[fieldOf[key]] !== undefined);

export const without = (change: LinkChange, key: ParameterKey): LinkChange => {
  const next = { ...change };
  for (const direction of directionsOf(key)) {
    const { [fieldOf[key]]: _gone, ...kept } = next[direction] ?? {};
    if (Object.keys(kept).length > 0) next[direction] = kept;
    else delete next[direction];
  }
  return next;
};
